import { KeptDocument, type S3 } from "@millrace/stored-events";
import type { ReplayClock } from "../clock.ts";
import { ReplayRefusedError } from "../errors.ts";
import { LEASE_MS, LEASE_RESERVE_MS, MAX_LEDGER_ATTEMPTS } from "../limits.ts";
import { isGone } from "./holder.ts";
import { LEDGER_PREFIX, type ReplayPlan } from "./ledger.ts";

/** A replay at work. */
interface ActiveReplay {
  readonly id: string;
  readonly holder: string;
  readonly store: string;
  readonly target: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly untilMs: number;
}

interface ActiveOptions {
  readonly s3: S3;
  readonly bucket: string;
  readonly clock: ReplayClock;
  readonly holder: string;
}

const key = `${LEDGER_PREFIX}active.json`;

/**
 * The replays at work in an environment. Two whose ranges overlap, and which put events to the same target, would each
 * put the events that both select: the second is refused.
 */
export class ActiveReplays {
  readonly #options: ActiveOptions;
  /** Time until which this process's last entry keeps every other process out. */
  #untilMs = Number.NEGATIVE_INFINITY;
  /** Parts that are put side by side wait for one entry. */
  #entering: Promise<void> | undefined;

  constructor(options: ActiveOptions) {
    this.#options = options;
  }

  /** Enters the replay, or renews its entry. @throws ReplayRefusedError when it overlaps another */
  async enter({ id, selection, target }: ReplayPlan): Promise<void> {
    const { clock, holder } = this.#options;
    let untilMs = 0;
    await this.#change((active) => {
      const { store, fromMs, toMs } = selection;
      const other = active.find(
        (each) =>
          !(each.id === id && each.holder === holder) &&
          goesTo(each.target) === goesTo(target) &&
          each.fromMs < toMs &&
          fromMs < each.toMs,
      );
      if (other !== undefined) throw new ReplayRefusedError(overlapMessage(other));
      untilMs = clock.now() + LEASE_MS;
      const own: ActiveReplay = { id, holder, store, target, fromMs, toMs, untilMs };
      return [...active.filter((each) => each.id !== id), own];
    });
    this.#untilMs = untilMs;
  }

  /** Makes sure that the entry outlasts a put. @throws ReplayRefusedError when another has entered since it ran out */
  async hold(plan: ReplayPlan): Promise<void> {
    if (this.#untilMs - this.#options.clock.now() >= LEASE_RESERVE_MS) return;
    this.#entering ??= this.enter(plan).finally(() => (this.#entering = undefined));
    await this.#entering;
  }

  async leave(id: string): Promise<void> {
    await this.#change((active) => active.filter((each) => each.id !== id || each.holder !== this.#options.holder));
  }

  async #change(change: (active: readonly ActiveReplay[]) => readonly ActiveReplay[]): Promise<void> {
    const { s3, bucket, clock } = this.#options;
    for (let attempt = 1; attempt <= MAX_LEDGER_ATTEMPTS; attempt += 1) {
      const { document, text } = await KeptDocument.open(s3, bucket, key);
      const active = text === undefined ? [] : (JSON.parse(text) as readonly ActiveReplay[]);
      const next = change(active.filter(({ untilMs, holder }) => untilMs > clock.now() && !isGone(holder)));
      if (await document.replace(`${JSON.stringify(next)}\n`)) return;
      await clock.wait(20 * attempt);
    }
    throw new ReplayRefusedError(
      `Other replays write s3://${bucket}/${key} all the time. Run the command again in a minute.`,
    );
  }
}

/** Re-validation goes into the pipeline too. */
const goesTo = (target: string): string => (target === "revalidation" ? "pipeline" : target);

function overlapMessage({ id, holder, target, fromMs, toMs, untilMs }: ActiveReplay): string {
  const [from, to, until] = [fromMs, toMs, untilMs].map((ms) => new Date(ms).toISOString());
  return `The replay ${id} of ${holder} puts events from ${from} to ${to} to ${target}, and the ranges overlap. Wait until it has ended, or choose another range. An entry of a process that is gone ends at ${until}.`;
}

import { KeptDocument, type S3 } from "@millrace/stored-events";
import type { ReplayClock } from "../clock.ts";
import { LeaseLostError, ReplayRefusedError } from "../errors.ts";
import { LEASE_MS, LEASE_RESERVE_MS } from "../limits.ts";
import { noCounts, type ReplayCounts } from "./counts.ts";
import { isGone } from "./holder.ts";
import type { Selection } from "../selection.ts";

/** Below it in the lake's bucket, everything that replays note. */
export const LEDGER_PREFIX = "replays/";

/** A replay as it was asked for; written once. */
export interface ReplayPlan {
  readonly id: string;
  readonly selection: Selection;
  readonly target: string;
  /** `replayedat` of every event of the replay, also when it is taken up again. */
  readonly replayedAt: string;
  readonly mayBeWorse: boolean;
  readonly reason: string;
  readonly by: string;
}

/** How far a replay is. */
export interface ReplayState {
  readonly status: "running" | "stopped" | "finished";
  readonly holder: string;
  readonly leaseUntilMs: number;
  /** Events that were put before are noted; those put since then may not be. Absent: all are. */
  readonly uncertainSinceMs?: number | undefined;
  readonly runs: number;
  /** Parts of an ordered store that are done. */
  readonly finishedParts: number;
  /** By part, the position of the last event that is done; `end` when the part is. */
  readonly cursors: Readonly<Record<string, string>>;
  readonly counts: ReplayCounts;
}

export interface LedgerOptions {
  readonly s3: S3;
  readonly bucket: string;
  readonly clock: ReplayClock;
  /** Names the process, and no other. */
  readonly holder: string;
}

type Progress = Pick<ReplayState, "finishedParts" | "cursors" | "counts">;

/** A replay that was begun, as it lies in the bucket. */
export interface StoredReplay {
  readonly plan: ReplayPlan;
  readonly state: ReplayState | undefined;
}

/** The objects of a replay. */
export async function readReplay(s3: S3, bucket: string, id: string): Promise<StoredReplay | undefined> {
  const plan = await s3.getText(bucket, `${LEDGER_PREFIX}${id}/plan.json`);
  if (plan === undefined) return undefined;
  const state = await s3.getText(bucket, `${LEDGER_PREFIX}${id}/state.json`);
  return {
    plan: JSON.parse(plan) as ReplayPlan,
    state: state === undefined ? undefined : (JSON.parse(state) as ReplayState),
  };
}

/** Writes a document of a replay, unless it is there. @returns the one that holds: that of the first run */
export async function keepOnce<Document>(
  s3: Pick<S3, "putIf" | "getText">,
  bucket: string,
  key: string,
  document: Document,
): Promise<Document> {
  if ((await s3.putIf(bucket, key, `${JSON.stringify(document)}\n`, "absent")) !== undefined) return document;
  const kept = await s3.getText(bucket, key);
  return kept === undefined ? document : (JSON.parse(kept) as Document);
}

/** Writes the plan, unless it is there. @returns the plan that holds: that of the first run */
export function keepPlan({ s3, bucket }: LedgerOptions, plan: ReplayPlan): Promise<ReplayPlan> {
  return keepOnce(s3, bucket, `${LEDGER_PREFIX}${plan.id}/plan.json`, plan);
}

/** The ids of the parts, as they were found first: what comes to the store later is of another replay. */
export async function keepParts(
  { s3, bucket }: LedgerOptions,
  id: string,
  list: () => Promise<readonly PartEntry[]>,
): Promise<readonly PartEntry[]> {
  const key = `${LEDGER_PREFIX}${id}/parts.json`;
  const known = await s3.getText(bucket, key);
  return known === undefined ? keepOnce(s3, bucket, key, await list()) : (JSON.parse(known) as readonly PartEntry[]);
}

/** A part, and its bytes where they are known. */
export interface PartEntry {
  readonly id: string;
  readonly bytes?: number | undefined;
}

/**
 * The state of a replay, held by one process at a time. Every write names the version that it replaces, so that a
 * process that was thought dead cannot overwrite what another has done since.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #document: KeptDocument;
  #state: ReplayState;
  /** True if the state has all events that earlier runs put. */
  #isCertain: boolean;
  /** By part, since when this process has put events that it has not noted. */
  readonly #puttingSince = new Map<string, number>();
  /** Writes follow one another: each needs the version that the one before made. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(options: LedgerOptions, document: KeptDocument, state: ReplayState, isCertain: boolean) {
    this.#options = options;
    this.#document = document;
    this.#state = state;
    this.#isCertain = isCertain;
  }

  /**
   * Takes the replay, new or where another run left it.
   * @returns the ledger, and the state that an earlier run left; when that is `finished`, nothing was written
   * @throws ReplayRefusedError while another process has it
   */
  static async claim(options: LedgerOptions, id: string): Promise<{ ledger: Ledger; before: ReplayState | undefined }> {
    const { s3, bucket, clock, holder } = options;
    const { document, text } = await KeptDocument.open(s3, bucket, `${LEDGER_PREFIX}${id}/state.json`);
    const before = text === undefined ? undefined : (JSON.parse(text) as ReplayState);
    const isBusy = before?.status === "running" && before.leaseUntilMs > clock.now() && before.holder !== holder;
    if (isBusy && !isGone(before.holder)) {
      throw new ReplayRefusedError(busyMessage(id, before));
    }
    const isCertain = before?.uncertainSinceMs === undefined;
    const state: ReplayState = {
      ...(before ?? { finishedParts: 0, cursors: {}, counts: noCounts }),
      status: before?.status === "finished" ? "finished" : "running",
      holder,
      leaseUntilMs: clock.now() + LEASE_MS,
      uncertainSinceMs: before?.uncertainSinceMs ?? clock.now(),
      runs: (before?.runs ?? 0) + 1,
    };
    if (before?.status === "finished") return { ledger: new Ledger(options, document, before, isCertain), before };
    if (!(await document.replace(`${JSON.stringify(state)}\n`))) {
      throw new ReplayRefusedError(
        `Another run of the replay ${id} began at the same moment. Wait for it, or run the command again.`,
      );
    }
    return { ledger: new Ledger(options, document, state, isCertain), before };
  }

  get state(): ReplayState {
    return this.#state;
  }

  /** Before events of a part are put: remembers since when the ledger may lack some. @throws LeaseLostError */
  async beginPut(part: string): Promise<void> {
    if (!this.#puttingSince.has(part)) this.#puttingSince.set(part, this.#options.clock.now());
    await this.hold();
  }

  /** Makes sure that the lease outlasts a put. @throws LeaseLostError */
  async hold(): Promise<void> {
    if (this.#state.leaseUntilMs - this.#options.clock.now() >= LEASE_RESERVE_MS) return;
    await this.#change((state) => state);
  }

  /** Ends the run. @throws LeaseLostError */
  end(status: Exclude<ReplayState["status"], "running">): Promise<void> {
    // Some events of a put that failed may be there all the same.
    const isAllNoted = this.#isCertain && this.#puttingSince.size === 0;
    return this.#change((state) => ({
      ...state,
      status,
      uncertainSinceMs: isAllNoted ? undefined : state.uncertainSinceMs,
    }));
  }

  /**
   * Notes what is done, and holds the replay for as long again.
   * @param part whose last put is in it
   * @param isCertain whether it has all that earlier runs put
   * @throws LeaseLostError
   */
  async save(progress: Progress, part: string, { isCertain }: { readonly isCertain: boolean }): Promise<void> {
    const others = [...this.#puttingSince].flatMap(([name, sinceMs]) => (name === part ? [] : [sinceMs]));
    const sinceMs = Math.min(this.#options.clock.now(), ...others);
    this.#isCertain = isCertain;
    await this.#change((state) => ({
      ...state,
      ...progress,
      uncertainSinceMs: isCertain ? sinceMs : state.uncertainSinceMs,
    }));
    this.#puttingSince.delete(part);
  }

  /** Writes what follows from the state that was written last. */
  #change(change: (state: ReplayState) => ReplayState): Promise<void> {
    const changed = this.#turn.then(() => this.#write(change(this.#state)));
    this.#turn = changed.catch(() => undefined);
    return changed;
  }

  async #write(changed: ReplayState): Promise<void> {
    const now = this.#options.clock.now();
    const state = { ...changed, leaseUntilMs: changed.status === "running" ? now + LEASE_MS : now };
    if (!(await this.#document.replace(`${JSON.stringify(state)}\n`))) {
      throw new LeaseLostError(
        "Another run has taken this replay over, since this one did not write its ledger in time. It goes on from the ledger; this one has stopped.",
      );
    }
    this.#state = state;
  }
}

function busyMessage(id: string, { holder, leaseUntilMs }: ReplayState): string {
  const until = new Date(leaseUntilMs).toISOString();
  return `The replay ${id} is being run by ${holder}. Wait for it; if that process is gone, run the command again after ${until}, and it goes on where it stopped.`;
}

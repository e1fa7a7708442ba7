import type { Store, StoredEvent } from "@millrace/stored-events";
import type { OutputDelivery } from "@millrace/stream-handler";
import { ReplayStoppedError } from "../errors.ts";
import { addCounts, type ReplayCounts } from "../ledger/counts.ts";
import type { Ledger, PartEntry } from "../ledger/ledger.ts";
import { EVENTS_PER_STEP, MAX_EVENTS_UNNOTED } from "../limits.ts";
import type { Selection } from "../selection.ts";
import type { PreparedEvent, SkipReason, Target } from "../targets/target.ts";
import type { Pace } from "./pace.ts";

export interface RunOptions {
  readonly store: Store;
  readonly selection: Selection;
  readonly parts: readonly PartEntry[];
  readonly isSelected: (event: StoredEvent) => boolean;
  readonly target: Target;
  readonly ledger: Ledger;
  readonly pace: Pace;
  /** Copies that an earlier run has put and not noted: by key, when the last of them arrived. */
  readonly alreadyPut: ReadonlyMap<string, number>;
  /** Before every put and every step: keeps replays of overlapping ranges away until a put is over. */
  readonly hold: () => Promise<void>;
  /** Ends the run after the group of events that is being put. */
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: Step) => void | Promise<void>) | undefined;
}

/** How far a run is. */
export interface Step {
  readonly counts: ReplayCounts;
  /** From 0 to 1, by bytes of objects or by time in a stream. */
  readonly done: number;
}

/**
 * Puts the selected events of every part, in order, and notes each step in the ledger once it is done.
 * @returns true when everything is done, false when the signal ended it
 * @throws LeaseLostError, ReplayRefusedError, ReplayStoppedError, PlaceUnreadableError
 */
export async function runReplay(options: RunOptions): Promise<boolean> {
  const run = new Run(options);
  return options.store.isSideBySide ? run.sideBySide() : run.oneByOne();
}

const never = Number.NEGATIVE_INFINITY;

/** The fate of an event of a part; `found` for one that an earlier run has put. */
type Fate = PreparedEvent | SkipReason | "unselected" | "found";

class Run {
  readonly #options: RunOptions;
  readonly #cursors: Map<string, string>;
  readonly #share = new Map<string, number>();
  /**
   * Parts in which an earlier run may have put events that it has not noted, with the events behind which there are no
   * more of them. All that are looked at count: what is selected may have changed since.
   */
  readonly #uncertain = new Map<string, number>();
  /** By part, events that were passed over since its position was noted. */
  readonly #unnoted = new Map<string, number>();
  #finishedParts: number;
  #counts: ReplayCounts;
  /** Set by a shard that cannot go on, so that all other shards end too. */
  #isEnding = false;

  constructor(options: RunOptions) {
    this.#options = options;
    const { finishedParts, cursors, counts } = options.ledger.state;
    this.#cursors = new Map(Object.entries(cursors));
    this.#finishedParts = finishedParts;
    this.#counts = counts;
    if (options.alreadyPut.size === 0) return;
    const open = options.store.isSideBySide ? options.parts : options.parts.slice(finishedParts, finishedParts + 1);
    for (const { id } of open) {
      if (this.#cursors.get(id) !== "end") this.#uncertain.set(id, MAX_EVENTS_UNNOTED + EVENTS_PER_STEP);
    }
  }

  async oneByOne(): Promise<boolean> {
    const { parts } = this.#options;
    for (let index = this.#finishedParts; index < parts.length; index += 1) {
      const part = parts[index];
      if (part !== undefined && !(await this.#runPart(part))) return false;
      if (part !== undefined) this.#cursors.delete(part.id);
      this.#finishedParts = index + 1;
      if (part !== undefined) await this.#save(part.id);
    }
    return true;
  }

  async sideBySide(): Promise<boolean> {
    const { parts } = this.#options;
    const ends = await Promise.allSettled(
      parts.map(async (part) => {
        if (this.#cursors.get(part.id) === "end") return true;
        try {
          const isDone = await this.#runPart(part);
          if (isDone) this.#cursors.set(part.id, "end");
          if (isDone) await this.#save(part.id);
          return isDone;
        } catch (error) {
          this.#isEnding = true;
          throw error;
        }
      }),
    );
    const failed = ends.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return ends.every((end) => end.status === "fulfilled" && end.value);
  }

  async #runPart({ id }: PartEntry): Promise<boolean> {
    const { store, selection } = this.#options;
    const part = store.part(id, selection);
    for await (const batch of part.read(this.#cursors.get(id))) {
      for (let start = 0; start < batch.length; start += EVENTS_PER_STEP) {
        if (this.#options.signal?.aborted === true || this.#isEnding) return false;
        if (!(await this.#step(id, batch.slice(start, start + EVENTS_PER_STEP)))) return false;
      }
    }
    this.#share.set(id, 1);
    this.#uncertain.delete(id);
    return true;
  }

  /** @returns false when the signal cut it short */
  async #step(part: string, events: readonly StoredEvent[]): Promise<boolean> {
    const { ledger, hold, onStep, selection } = this.#options;
    const fates = events.map((event) => this.#fateOf(event));
    const wanted = fates.filter((fate) => typeof fate === "object");
    await hold();
    await ledger.hold();
    const { put, bytes, ambiguous } = await this.#put(part, wanted);
    const isWhole = put === wanted.length;
    // Of a step that was cut short, the events before the first that was not put.
    const seen = isWhole ? events.length : fates.indexOf(wanted[put] as Fate);
    const counts = countFates(fates.slice(0, seen));
    this.#counts = addCounts(this.#counts, { ...counts, bytes, ambiguous });
    const left = (this.#uncertain.get(part) ?? 0) - seen;
    if (left > 0) this.#uncertain.set(part, left);
    else this.#uncertain.delete(part);
    const last = events[seen - 1]?.place;
    if (last !== undefined) {
      this.#cursors.set(part, last.position);
      const share = (last.atMs - selection.fromMs) / Math.max(1, selection.toMs - selection.fromMs);
      this.#share.set(part, Math.max(0, Math.min(1, share)));
    }
    const unnoted = (this.#unnoted.get(part) ?? 0) + seen;
    this.#unnoted.set(part, unnoted);
    // A few steps that put nothing are quick to repeat.
    if (put > 0 || counts.found > 0 || unnoted >= MAX_EVENTS_UNNOTED) await this.#save(part);
    await onStep?.({ counts: this.#counts, done: this.#done() });
    return isWhole;
  }

  #fateOf(event: StoredEvent): Fate {
    const { isSelected, target, alreadyPut } = this.#options;
    if (!isSelected(event)) return "unselected";
    const prepared = target.prepare(event);
    if (typeof prepared === "string") return prepared;
    return (alreadyPut.get(prepared.key) ?? never) > (prepared.originalAtMs ?? never) ? "found" : prepared;
  }

  /** Puts events in groups, until the signal. @returns how many were put */
  async #put(
    part: string,
    events: readonly PreparedEvent[],
  ): Promise<{ readonly put: number; readonly bytes: number; readonly ambiguous: number }> {
    const { target, pace, ledger, hold, signal } = this.#options;
    let [put, bytes, ambiguous] = [0, 0, 0];
    while (put < events.length) {
      const group = events.slice(put, put + pace.groupSize);
      const groupBytes = group.reduce((sum, { data }) => sum + data.length, 0);
      await pace.take(group.length, groupBytes, signal);
      if (signal?.aborted === true) break;
      await hold();
      await ledger.beginPut(part);
      const deliveries = await target.put(group);
      checkDelivered(deliveries, group.length);
      put += group.length;
      bytes += groupBytes;
      ambiguous += deliveries.filter(({ isAmbiguous }) => isAmbiguous).length;
    }
    return { put, bytes, ambiguous };
  }

  #done(): number {
    const { parts, store } = this.#options;
    if (parts.length === 0) return 1;
    if (store.isSideBySide) return parts.reduce((sum, { id }) => sum + (this.#share.get(id) ?? 0), 0) / parts.length;
    const total = parts.reduce((sum, { bytes = 1 }) => sum + bytes, 0);
    return parts.slice(0, this.#finishedParts).reduce((sum, { bytes = 1 }) => sum + bytes, 0) / Math.max(1, total);
  }

  #save(part: string): Promise<void> {
    this.#unnoted.delete(part);
    const progress = {
      finishedParts: this.#finishedParts,
      cursors: Object.fromEntries(this.#cursors),
      counts: this.#counts,
    };
    return this.#options.ledger.save(progress, part, { isCertain: this.#uncertain.size === 0 });
  }
}

function countFates(fates: readonly Fate[]): Omit<ReplayCounts, "bytes" | "ambiguous"> {
  const skipped: Record<string, number> = {};
  let [selected, found, put] = [0, 0, 0];
  for (const fate of fates) {
    if (fate === "unselected") continue;
    selected += 1;
    if (fate === "found") found += 1;
    else if (typeof fate === "string") skipped[fate] = (skipped[fate] ?? 0) + 1;
    else put += 1;
  }
  return { seen: fates.length, selected, put, found, skipped };
}

/** @throws ReplayStoppedError */
function checkDelivered(deliveries: readonly OutputDelivery[], wanted: number): void {
  const failed = deliveries.find((delivery) => delivery.status === "failed");
  if (failed === undefined && deliveries.length >= wanted) return;
  const cause = failed?.error;
  const reason = cause === undefined ? "the writer gave no answer" : `${cause.name}: ${cause.message}`;
  throw new ReplayStoppedError(
    `Events could not be put: ${reason}. Repair that, then run the same command again: it goes on where it stopped.`,
    { cause },
  );
}

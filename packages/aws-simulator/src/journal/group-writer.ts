import { JournalError } from "./errors.ts";
import { EntrySlabs, joinNeighbours } from "./entry-slabs.ts";
import type { RecordEntry } from "./entries.ts";
import type { RecordPlace } from "./index-rows.ts";

/** An entry on its way to the disk. */
export interface PendingEntry {
  readonly framed: Buffer;
  readonly onStored: (place: RecordPlace) => void;
  readonly onRefused: () => void;
}

/** Where a group of entries is written. */
export interface GroupTarget {
  /** @returns segment and offset of the first byte. @throws when nothing of it is stored */
  append(pieces: readonly Buffer[]): Promise<{ readonly segment: number; readonly offset: number }>;
  /** @throws when there is no room for a usual group: a small one that fits does not mean that there is room again */
  probe(): Promise<void>;
  onUnwritable(error: unknown): void;
  onWritable(refused: number): void;
}

interface Group {
  readonly entries: PendingEntry[];
  readonly settled: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** While nothing can be written, how often that is tried. */
const PROBE_INTERVAL_MS = 1_000;

/**
 * Group commit: while one group is written and synced, the next one gathers. All entries of a group are stored or
 * refused together, and those that gathered behind a refused group are refused with it.
 */
export class GroupWriter {
  readonly #target: GroupTarget;
  readonly #slabs = new EntrySlabs();
  #gathering: Group = createGroup();
  #writing: Group | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #refused = 0;
  #isWritable = true;
  #isClosed = false;

  constructor(target: GroupTarget) {
    this.#target = target;
  }

  get isWritable(): boolean {
    return this.#isWritable;
  }

  /** Entries refused since the writer was made. */
  get refused(): number {
    return this.#refused;
  }

  addRecord(record: RecordEntry, onStored: (place: RecordPlace) => void, onRefused: () => void): void {
    this.#add({ framed: this.#slabs.addRecord(record), onStored, onRefused });
  }

  addBody(body: Buffer, onRefused: () => void): void {
    this.#add({ framed: this.#slabs.addBody(body), onStored: () => undefined, onRefused });
  }

  /** Resolves when everything added before is stored. @throws JournalError `JOURNAL_UNWRITABLE` when it was refused */
  committed(): Promise<void> {
    if (this.#gathering.entries.length > 0) return this.#gathering.settled;
    return this.#writing?.settled ?? Promise.resolve();
  }

  /** Waits for what was added; nothing may be added afterwards. */
  async close(): Promise<void> {
    await this.committed().catch(() => undefined);
    this.#isClosed = true;
    clearTimeout(this.#probeTimer);
  }

  #add(entry: PendingEntry): void {
    this.#gathering.entries.push(entry);
    if (this.#writing === undefined) void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    while (this.#gathering.entries.length > 0) {
      const group = this.#gathering;
      this.#writing = group;
      // Whatever is added within this turn of the event loop goes along.
      await Promise.resolve();
      this.#gathering = createGroup();
      await this.#write(group);
    }
    this.#writing = undefined;
  }

  async #write(group: Group): Promise<void> {
    try {
      const { segment, offset } = await this.#target.append(joinNeighbours(group.entries.map(({ framed }) => framed)));
      let at = offset;
      for (const { framed, onStored } of group.entries) {
        onStored({ segment, offset: at, length: framed.byteLength });
        at += framed.byteLength;
      }
      group.resolve();
    } catch (error) {
      const behind = this.#gathering;
      this.#gathering = createGroup();
      this.#refuse([group, behind], error);
    }
  }

  #refuse(groups: readonly Group[], cause: unknown): void {
    const reason = new JournalError(
      "JOURNAL_UNWRITABLE",
      `The journal of the streams cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
    const entries = groups.flatMap((group) => group.entries);
    this.#refused += entries.length;
    if (this.#isWritable) this.#target.onUnwritable(cause);
    this.#isWritable = false;
    this.#scheduleProbe();
    for (const { onRefused } of entries) onRefused();
    for (const group of groups) group.reject(reason);
  }

  #scheduleProbe(): void {
    if (this.#probeTimer !== undefined || this.#isClosed) return;
    this.#probeTimer = setTimeout(() => {
      this.#probeTimer = undefined;
      void this.#probe();
    }, PROBE_INTERVAL_MS);
    this.#probeTimer.unref();
  }

  async #probe(): Promise<void> {
    if (this.#isClosed) return;
    // Two writes at a time would take each other's place.
    if (this.#writing !== undefined) {
      this.#scheduleProbe();
      return;
    }
    const group = createGroup();
    this.#writing = group;
    try {
      await this.#target.probe();
      this.#isWritable = true;
      this.#target.onWritable(this.#refused);
    } catch {
      this.#scheduleProbe();
    }
    group.resolve();
    this.#writing = undefined;
    if (this.#gathering.entries.length > 0) void this.#writeAll();
  }
}

function createGroup(): Group {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const settled = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Not everybody who adds an entry waits for it.
  settled.catch(() => undefined);
  return { entries: [], settled, resolve, reject };
}

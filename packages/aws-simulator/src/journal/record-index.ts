import { type IndexedRecord, indexRowBytes, IndexRows } from "./index-rows.ts";
import { MAX_LOADED_RUNS } from "./limits.ts";

/** The records that one segment holds of a shard; its rows alone may be on disk. */
interface Run {
  readonly segment: number;
  /** Records of the shard before this run, those that were dropped included. */
  readonly start: number;
  readonly firstIndex: number;
  lastIndex: number;
  count: number;
  /** Undefined while they are on disk only. */
  rows: IndexRows | undefined;
  /** Where the rows lie in the segment's index file; undefined before they are there. */
  spilledAt: number | undefined;
}

/** Rows that were put on disk, by segment. */
export interface SpilledRows {
  /** @throws the file system's error */
  read(segment: number, offset: number, length: number): Buffer;
}

/**
 * Where the records of a shard lie. Rows of the latest segments are in memory, and those of older ones on disk, so that
 * memory does not grow with the journal.
 */
export class RecordIndex {
  readonly #spilled: SpilledRows;
  #runs: Run[] = [];
  /** Runs whose rows were read from disk, the latest first. */
  #loaded: Run[] = [];
  /** Records that were dropped. */
  #head = 0;
  #end = 0;
  #bytes = 0;

  constructor(spilled: SpilledRows) {
    this.#spilled = spilled;
  }

  get size(): number {
    return this.#end - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(record: IndexedRecord): void {
    const { segment, index } = record;
    let run = this.#runs.at(-1);
    if (run?.rows === undefined || run.segment !== segment) {
      const empty = { count: 0, rows: new IndexRows(), spilledAt: undefined };
      run = { ...empty, segment, start: this.#end, firstIndex: index, lastIndex: index };
      this.#runs.push(run);
    }
    run.rows?.push(record);
    run.count += 1;
    run.lastIndex = index;
    this.#end += 1;
    this.#bytes += record.sizeBytes;
  }

  at(rank: number): IndexedRecord | undefined {
    if (rank < 0 || rank >= this.size) return undefined;
    const place = this.#head + rank;
    const run = this.#runOf(({ start, count }) => start + count > place);
    return run && this.#rowsOf(run).at(place - run.start, run.segment);
  }

  /** Rank of the first record whose index is at least `index`. */
  rankOf(index: number): number {
    const run = this.#runOf(({ lastIndex }) => lastIndex >= index);
    if (run === undefined) return this.size;
    const position = index <= run.firstIndex ? 0 : this.#rowsOf(run).positionOf(index);
    return Math.max(0, run.start + position - this.#head);
  }

  dropOldest(): void {
    const oldest = this.at(0);
    const [run] = this.#runs;
    if (oldest === undefined || run === undefined) return;
    this.#bytes -= oldest.sizeBytes;
    this.#head += 1;
    if (run.start + run.count > this.#head) return;
    this.#runs.shift();
    this.#loaded = this.#loaded.filter((each) => each !== run);
  }

  /**
   * The rows of a segment as bytes, for a file; `undefined` when there are none in memory that are not on disk yet.
   * @returns with `forget`, to be called with their place in the file once they are there
   */
  spill(segment: number): { readonly bytes: Buffer; readonly forget: (offset: number) => void } | undefined {
    const run = this.#runs.find((each) => each.segment === segment);
    if (run?.rows === undefined || run.spilledAt !== undefined) return undefined;
    const forget = (offset: number): void => {
      run.spilledAt = offset;
      run.rows = undefined;
    };
    return { bytes: run.rows.toBuffer(), forget };
  }

  /** The first run that fulfils a condition which all after it fulfil too; readers are mostly at the last ones. */
  #runOf(fulfils: (run: Run) => boolean): Run | undefined {
    let low = 0;
    let high = this.#runs.length;
    if (high > 1 && !fulfils(this.#runs[high - 2] as Run)) low = high - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (fulfils(this.#runs[middle] as Run)) high = middle;
      else low = middle + 1;
    }
    return this.#runs[low];
  }

  #rowsOf(run: Run): IndexRows {
    if (run.rows !== undefined) return run.rows;
    const rows = IndexRows.from(this.#spilled.read(run.segment, run.spilledAt ?? 0, run.count * indexRowBytes));
    run.rows = rows;
    this.#loaded.unshift(run);
    for (const old of this.#loaded.splice(MAX_LOADED_RUNS)) old.rows = undefined;
    return rows;
  }
}

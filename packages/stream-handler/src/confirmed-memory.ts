import { REMEMBERED_SHARDS } from "./limits.ts";
import type { Output, SourceRecord } from "./types.ts";

/** What is known of one source record: all done, or the destination per output position that is done. */
type Confirmed = "all" | Map<number, string>;

/**
 * Remembers what was confirmed, so that a record that Lambda delivers again to this environment is not written again:
 * a failure in the middle of a batch makes Lambda repeat everything after it, also what succeeded. Bounded per shard
 * and in shards, the oldest goes first; what is forgotten is written again and left to the readers to dedupe.
 */
export class ConfirmedMemory {
  readonly #maxRecords: number;
  readonly #shards = new Map<string, Map<string, Confirmed>>();

  constructor(maxRecordsPerShard: number) {
    this.#maxRecords = maxRecordsPerShard;
  }

  isWhole(source: SourceRecord): boolean {
    return this.#of(source) === "all";
  }

  /** Outputs are told apart by position and destination: `process` gives the same ones for the same record. */
  has(source: SourceRecord, index: number, output: Output): boolean {
    const confirmed = this.#of(source);
    return confirmed === "all" || confirmed?.get(index) === output.destination;
  }

  add(source: SourceRecord, index: number, output: Output): void {
    const confirmed = this.#of(source);
    if (confirmed === "all") return;
    if (confirmed === undefined) this.#put(source, new Map([[index, output.destination]]));
    else confirmed.set(index, output.destination);
  }

  addWhole(source: SourceRecord): void {
    this.#put(source, "all");
  }

  #of(source: SourceRecord): Confirmed | undefined {
    return this.#shards.get(shardKey(source))?.get(source.sequenceNumber);
  }

  #put(source: SourceRecord, confirmed: Confirmed): void {
    const key = shardKey(source);
    const records = this.#shards.get(key) ?? new Map<string, Confirmed>();
    // Deleting and setting moves the shard to the end: the map's order is the order of last use.
    this.#shards.delete(key);
    this.#shards.set(key, records);
    records.set(source.sequenceNumber, confirmed);
    dropOldest(records, this.#maxRecords);
    dropOldest(this.#shards, REMEMBERED_SHARDS);
  }
}

function shardKey(source: SourceRecord): string {
  return `${source.streamArn} ${source.shardId}`;
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}

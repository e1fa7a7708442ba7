import type { RecordLog } from "./record-log.ts";
import type { StoredRecord } from "./stored-record.ts";
import type { StreamDescription } from "./stream-description.ts";

/** A shard as its log has to know it. */
export interface LoggedShard {
  readonly index: number;
  readonly createdMs: number;
}

/** The last number that a shard gave out before the streams were opened again. */
export interface LastNumber {
  readonly index: number;
  readonly arrivalMs: number;
}

/** The store of one stream. */
export interface StoredStream {
  openLog(shard: LoggedShard): RecordLog;
  lastNumber(shardIndex: number): LastNumber | undefined;
  /** The stream has changed: its shards or its settings. */
  save(description: StreamDescription): void;
  delete(): void;
}

/** The records that a search looks at, in epoch milliseconds. */
export interface SearchedTime {
  /** Earlier records may be left out. */
  readonly sinceMs: number;
  /** A record that it leaves out is found by a search with this time as its `sinceMs`. */
  readonly beforeMs: number;
}

/** A record that a search found. */
export interface FoundRecord {
  readonly streamName: string;
  readonly shardIndex: number;
  readonly record: StoredRecord;
}

/** Where streams are kept between two processes. */
export interface StreamStore {
  /** How the stream of that name was left; `undefined` when there is none. */
  retained(streamName: string): StreamDescription | undefined;
  /** The stream with what is retained of it, or, for a description that is new, an empty one. */
  open(description: StreamDescription): StoredStream;
  /**
   * The places of records whose bytes contain one of the texts, in order of arrival, without reading them one by one.
   * A store without it is read record by record.
   */
  search?(texts: readonly Buffer[], time: SearchedTime): AsyncIterable<FoundRecord>;
  /**
   * Resolves when everything that was appended and saved before is stored.
   * @throws JournalError when something of it could not be.
   */
  committed(): Promise<void>;
}

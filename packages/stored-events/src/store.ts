import type { StoredEvent, StoreName, TimeRange } from "./stored-event.ts";

/** A piece of a store that is read from its beginning, or from a position, to its end: a shard or an object. */
export interface StoredPart {
  /** The same whenever the store is read. */
  readonly id: string;
  /** Bytes as they are stored, when they are known. */
  readonly bytes: number | undefined;
  /** When an object was written last, in epoch milliseconds; where a listing said it. */
  readonly modifiedMs?: number | undefined;
  /**
   * True if an object contains the text anywhere. Its lines are not read for that, which takes a tenth of the time.
   * @throws PlaceUnreadableError
   */
  holds?(text: string): Promise<boolean>;
  /**
   * Events in order, in batches; never more than a batch is held in memory.
   * @param after position of the last event that is left out
   * @throws PlaceUnreadableError
   */
  read(after?: string): AsyncGenerator<readonly StoredEvent[]>;
}

/** A place where events lie. */
export interface Store {
  readonly name: StoreName;
  /** Shards can be read side by side; objects come one after the other. */
  readonly isSideBySide: boolean;
  /**
   * The parts that can have events of the range, in order. Their events are filtered by time already.
   * @throws PlaceUnreadableError
   */
  parts(range: TimeRange): AsyncGenerator<StoredPart>;
  /** A part by its id, without a listing: work that goes on has the ids of the first time. */
  part(id: string, range: TimeRange): StoredPart;
}

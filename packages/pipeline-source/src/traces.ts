/** A line of a stream, or a message of a queue or bus, with its place. */
export interface EventCopy {
  readonly streamName: string;
  /** `-` in a queue or bus. */
  readonly shardId: string;
  /** Of a message: its number among those that came. */
  readonly sequenceNumber: string;
  /** Position of the line in its record. */
  readonly index: number;
  /** When the stream took it, as RFC 3339. */
  readonly arrivedAt: string;
  readonly text: string;
}

/** Where a record lies in a stream. */
export type RecordPlace = Pick<EventCopy, "streamName" | "shardId" | "sequenceNumber">;

/** A line of the lake that became no row of the warehouse. */
export interface RefusedLine {
  readonly table: string;
  /** Name of its object, without the bucket. */
  readonly object: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
  /** RFC 3339. */
  readonly refusedAt: string;
}

/** A line of the event service's log about an event of the id that it refused. */
export interface Refusal {
  /** RFC 3339. */
  readonly at: string;
  /** Of the problem: its page is `/v1/problems/<code>` of the event service. */
  readonly code: string;
  readonly attribute?: string | undefined;
  /** Of the write key. */
  readonly keyName: string;
}

/** Everything that the pipeline still has of an id. */
export interface EventTraces {
  /** Oldest first; the log has a part of them when there are many. */
  readonly refused: readonly Refusal[];
  readonly raw: readonly EventCopy[];
  readonly enriched: readonly EventCopy[];
  /** Bad rows made of the raw copies. */
  readonly badRows: readonly EventCopy[];
  /** In the streams, queues and buses of destinations. */
  readonly delivered: readonly EventCopy[];
  /** Lines of the lake for what a destination did not take. */
  readonly undelivered: readonly { readonly object: string; readonly text: string }[];
  /** Rows of the landing table; `shown` tells which of them the view has. */
  readonly rows: readonly LandedRow[];
  /** Where and when it was looked for; absent where every place was read whole. */
  readonly searched?: Searched | undefined;
}

/** From an instant up to, and without, another; epoch milliseconds. */
export interface SearchRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Searched extends SearchRange {
  /** Places that were not read, one sentence each. */
  readonly gaps: readonly string[];
  /** The warehouse told which rows its view has. */
  readonly isWarehouseAsked: boolean;
}

export interface LandedRow {
  readonly source: string;
  readonly object: string;
  readonly line: number;
  /** Undefined where the line is in the lake and the warehouse was not asked. */
  readonly loadedAt: string | undefined;
  readonly isShown: boolean | undefined;
}

/** Counters of a mapping, and its present state. */
export interface EventSourceMappingStats {
  /** Records read from the stream. */
  readonly recordsIn: number;
  /** Records that are done with: their batch succeeded. */
  readonly recordsProcessed: number;
  /** Batches formed from what was read, before any split or retry. */
  readonly batches: number;
  /** Invocations that ran, retries included; refused ones count as throttles. */
  readonly invocations: number;
  /** Invocations that threw, timed out or crashed. */
  readonly functionErrors: number;
  /** Invocations that succeeded and reported item failures. */
  readonly itemFailures: number;
  /** Invocations of records that had been in an earlier failed one. */
  readonly retries: number;
  /** Times that a failed batch was split, by bisection or at the item that the function reported. */
  readonly bisects: number;
  /** Invocations refused for want of concurrency. */
  readonly throttles: number;
  /** Batches delivered again by the fault `redeliveryRate`. */
  readonly redeliveries: number;
  /** Batches that were given up on, by attempts or by age. */
  readonly discardedBatches: number;
  /** Records of those batches. */
  readonly discardedRecords: number;
  /** On-failure records that the destination refused. */
  readonly destinationFailures: number;
  /** Reads of the stream that failed; each is made again. */
  readonly readErrors: number;
  /** Invocations that have not ended. */
  readonly inFlightInvocations: number;
  /** Records read and not yet done with. */
  readonly bufferedRecords: number;
  /** Age of the last record of the batch that finished last, as the CloudWatch metric has it; 0 before the first. */
  readonly iteratorAgeMs: number;
  /** Age of the oldest record that was read and is not yet done with: grows while a batch blocks its lane. */
  readonly oldestRecordAgeMs: number;
  /** Farthest behind of all shards, as the last read of each said. */
  readonly millisBehindLatest: number;
  /** One for each shard that was seen, also those that are done with. */
  readonly shards: readonly ShardStats[];
}

/** How far a mapping has read a shard. */
export interface ShardStats {
  /** `shardId-000000000000`, in twelve digits. */
  readonly shardId: string;
  /** `waiting` for its parents, `reading`, `ended` at its last record, or `complete`: all of it is processed. */
  readonly state: "waiting" | "reading" | "ended" | "complete";
  /** Milliseconds that the last read was behind the end of the shard. */
  readonly millisBehindLatest: number;
  /** Records read and not yet done with. */
  readonly bufferedRecords: number;
  /** Milliseconds since the oldest of those arrived; 0 without one. */
  readonly oldestRecordAgeMs: number;
  /** Age of the last record of the batch that finished last, in milliseconds; 0 before the first. */
  readonly iteratorAgeMs: number;
}

/** The counters of {@link EventSourceMappingStats}, shared by all shards of a mapping. */
export interface MappingCounters {
  recordsIn: number;
  recordsProcessed: number;
  batches: number;
  invocations: number;
  functionErrors: number;
  itemFailures: number;
  retries: number;
  bisects: number;
  throttles: number;
  redeliveries: number;
  discardedBatches: number;
  discardedRecords: number;
  destinationFailures: number;
  readErrors: number;
  inFlightInvocations: number;
  iteratorAgeMs: number;
}

export function createMappingCounters(): MappingCounters {
  return {
    recordsIn: 0,
    recordsProcessed: 0,
    batches: 0,
    invocations: 0,
    functionErrors: 0,
    itemFailures: 0,
    retries: 0,
    bisects: 0,
    throttles: 0,
    redeliveries: 0,
    discardedBatches: 0,
    discardedRecords: 0,
    destinationFailures: 0,
    readErrors: 0,
    inFlightInvocations: 0,
    iteratorAgeMs: 0,
  };
}

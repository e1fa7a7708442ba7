/** Where a consumer goes on in a shard. */
export interface Checkpoint {
  /** Sequence number of the last record it is done with. */
  readonly after: string;
  /** How many records of the shard that are still retained are at or before it. */
  readonly records: number;
}

/** Remembers how far one consumer of one stream has come, so that the next process goes on there. */
export interface Checkpoints {
  /** `undefined` when the consumer never finished a record of the shard. */
  load(shardId: string): Checkpoint | undefined;
  /** The consumer is done with the record of this sequence number and all before it. */
  save(shardId: string, after: string): void;
}

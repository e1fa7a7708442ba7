export {
  type Clock,
  skewClock,
  sleep,
  systemClock,
  VirtualClock,
  type VirtualClockOptions,
} from "./clock.ts";
export { createRandom, type Random, randomChoice, randomInteger } from "./random.ts";
export { Trace, type TraceOptions, type TraceValue } from "./trace.ts";
export {
  type InProcessClient,
  Kinesis,
  type KinesisOptions,
  type SdkCommand,
  type SendOptions,
  type StreamOptions,
} from "./kinesis/kinesis.ts";
export type {
  ChildShard,
  GetRecordsInput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  HashKeyRange,
  KinesisRecord,
  ListShardsInput,
  ListShardsOutput,
  MergeShardsInput,
  PutRecordsInput,
  PutRecordsOutput,
  PutRecordsRequestEntry,
  PutRecordsResultEntry,
  Shard,
  ShardFilter,
  ShardFilterType,
  ShardIteratorType,
  SplitShardInput,
  StreamMode,
  StreamReference,
  StreamStatus,
  UpdateShardCountInput,
  UpdateShardCountOutput,
} from "./kinesis/api.ts";

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
export { Kinesis, type KinesisOptions, type StreamOptions, type StreamStats } from "./kinesis/kinesis.ts";
export type { ClientOptions, InProcessClient, SdkCommand, SendOptions } from "./kinesis/client.ts";
export { KinesisError, type KinesisErrorCode } from "./kinesis/errors.ts";
export {
  type CallFault,
  type FaultKind,
  type FaultRates,
  Faults,
  type FaultsOptions,
  type RecordFault,
} from "./faults/faults.ts";
export { type KinesisServer, type KinesisServerOptions, startKinesisServer } from "./http/kinesis-server.ts";
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
export { OptionError } from "./options.ts";
export type { StartingPosition, StreamSource } from "./stream-reader/stream-source.ts";
export { ObjectStoreError, type ObjectStoreErrorCode } from "./object-store/errors.ts";
export type { ObjectCreated, ObjectStore, PutObjectOptions, StoredObject } from "./object-store/object-store.ts";
export { MemoryObjectStore, type MemoryObjectStoreOptions } from "./object-store/memory-object-store.ts";
export { FolderObjectStore, type FolderObjectStoreOptions } from "./object-store/folder-object-store.ts";
export { EventSourceMapping, type StopOptions } from "./lambda/event-source-mapping.ts";
export type { EventSourceMappingFaults, EventSourceMappingOptions } from "./lambda/mapping-options.ts";
export type { EventSourceMappingStats, ShardStats } from "./lambda/mapping-stats.ts";
export type { FailureRecord } from "./lambda/failure-destination.ts";
export type { KinesisStreamEvent, KinesisStreamRecord } from "./lambda/kinesis-event.ts";
export {
  FunctionError,
  type FunctionErrorCode,
  type FunctionRuntime,
  type InvokeOptions,
  TooManyRequestsError,
} from "./lambda/function-error.ts";

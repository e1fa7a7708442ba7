export {
  type Clock,
  skewClock,
  sleep,
  systemClock,
  VirtualClock,
  type VirtualClockOptions,
} from "./clock.ts";
export {
  DiskStreamStore,
  type DiskStreamStoreOptions,
  type DiskStreamStoreStats,
} from "./journal/disk-stream-store.ts";
export { JournalError, type JournalErrorCode } from "./journal/errors.ts";
export type { Checkpoint, Checkpoints } from "./stream-reader/checkpoints.ts";
export { createRandom, type Random, randomChoice, randomInteger } from "./random.ts";
export { Trace, type TraceOptions, type TraceValue } from "./trace.ts";
export type { ViewBounds } from "./kinesis/shard.ts";
export type { StoredRecord } from "./kinesis/stored-record.ts";
export {
  Kinesis,
  type KinesisOptions,
  type ShardView,
  type StreamOptions,
  type StreamStats,
} from "./kinesis/kinesis.ts";
export type { ClientOptions, InProcessClient, SdkCommand, SendOptions } from "./kinesis/client.ts";
export { KinesisError, type KinesisErrorCode } from "./kinesis/errors.ts";
export { type RawAnswer, failuresInPassing, refusalsInPassing } from "./faults/answers.ts";
export {
  type CallFault,
  type FaultKind,
  type FaultRates,
  Faults,
  type FaultsOptions,
  type RecordFault,
} from "./faults/faults.ts";
export { type KinesisServer, type KinesisServerOptions, startKinesisServer } from "./http/kinesis-server.ts";
export {
  type ObjectStoreServer,
  type ObjectStoreServerOptions,
  startObjectStoreServer,
} from "./http/object-store-server.ts";
export {
  type SecretsManagerServer,
  type SecretsManagerServerOptions,
  startSecretsManagerServer,
} from "./http/secrets-manager-server.ts";
export { SecretsManagerError, type SecretsManagerErrorCode } from "./secrets/errors.ts";
export {
  type GetSecretValueInput,
  type GetSecretValueOutput,
  type PutSecretValueOutput,
  SecretsManager,
  type SecretsManagerOptions,
} from "./secrets/secrets-manager.ts";
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
export type {
  ObjectCreated,
  ObjectStore,
  ObjectVersions,
  PutObjectOptions,
  StoredObject,
  StoredVersion,
} from "./object-store/object-store.ts";
export { MemoryObjectStore, type MemoryObjectStoreOptions } from "./object-store/memory-object-store.ts";
export { FolderObjectStore, type FolderObjectStoreOptions } from "./object-store/folder-object-store.ts";
export { EventSourceMapping, type MappingUpdate, type StopOptions } from "./lambda/event-source-mapping.ts";
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
export { DeliveryStream, type DeliveryStreamStats, type DeliveryStreamUpdate } from "./firehose/delivery-stream.ts";
export type {
  CompressionFormat,
  DeliveryStreamFaults,
  DeliveryStreamOptions,
} from "./firehose/delivery-stream-options.ts";
export { type CopyStatement, parseCopyStatement } from "./snowpipe/copy-statement.ts";
export { WarehouseError, type WarehouseErrorCode } from "./snowpipe/errors.ts";
export {
  type LoadedFile,
  type LoadTransaction,
  type MemoryRow,
  MemoryWarehouse,
  type MemoryWarehouseFaults,
  type MemoryWarehouseOptions,
} from "./snowpipe/memory-warehouse.ts";
export { Alarm, type AlarmMetric, type AlarmOptions, type AlarmState } from "./cloudwatch/alarm.ts";
export { CloudWatch, type CloudWatchOptions } from "./cloudwatch/cloudwatch.ts";
export { compileMetricMath, type Lookup, type MetricExpression } from "./cloudwatch/metric-math.ts";
export { type EmbeddedMetrics, readEmbeddedMetrics } from "./cloudwatch/embedded-metrics.ts";
export { type MetricName, MetricStore, type Statistic } from "./cloudwatch/metric-store.ts";
export { Snowpipe, type SnowpipeFaults, type SnowpipeOptions, type SnowpipeStats } from "./snowpipe/snowpipe.ts";
export type {
  ColumnMapping,
  ColumnSource,
  LoadFileRequest,
  LoadFileResult,
  OnError,
  RefusedLine,
  Warehouse,
} from "./snowpipe/warehouse.ts";
export type { FunctionCode } from "./lambda/process/bundle.ts";
export type { DurationSummary } from "./lambda/process/duration-sample.ts";
export type { FunctionLogLine } from "./lambda/process/process-environment.ts";
export {
  ProcessFunction,
  type ProcessFunctionOptions,
  type ProcessFunctionStats,
} from "./lambda/process/process-function.ts";
export type { ExecutionEnvironment, SendingClient } from "./lambda/in-process/execution-environment.ts";
export type { FunctionFaultRates } from "./lambda/in-process/function-faults.ts";
export {
  type DelayRange,
  InProcessFunction,
  type InProcessFunctionOptions,
  type InProcessFunctionStats,
  type InProcessHandler,
  type InvocationContext,
} from "./lambda/in-process/in-process-function.ts";
export { EventBuses, type EventBusesOptions } from "./eventbridge/event-buses.ts";
export { Schedule, type ScheduleOptions } from "./eventbridge/schedule.ts";
export { ServiceError } from "./json-service/errors.ts";
export type { JsonService } from "./json-service/json-service.ts";
export type { LoggedMessage } from "./json-service/message-log.ts";
export type { ServiceAnswer, ServiceCall, ServiceClientOptions } from "./json-service/service-client.ts";
export { type ServiceFaultRates, ServiceFaults } from "./json-service/service-faults.ts";
export { startServiceServer, type ServiceServerOptions } from "./json-service/service-server.ts";
export { type CreateQueueOptions, SqsQueues, type SqsQueuesOptions } from "./sqs/sqs-queues.ts";

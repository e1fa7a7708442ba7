/**
 * The shapes of the Kinesis API, as `@aws-sdk/client-kinesis` names them. They are declared here so that the simulator
 * needs no SDK at run time; a type test keeps them assignable to the SDK's.
 */

/** State of a stream, as `DescribeStreamSummary` tells it. */
export type StreamStatus = "CREATING" | "DELETING" | "ACTIVE" | "UPDATING";
export type ConsumerStatus = "CREATING" | "DELETING" | "ACTIVE";
export type EncryptionType = "NONE" | "KMS";
export type MetricsName =
  | "IncomingBytes"
  | "IncomingRecords"
  | "OutgoingBytes"
  | "OutgoingRecords"
  | "WriteProvisionedThroughputExceeded"
  | "ReadProvisionedThroughputExceeded"
  | "IteratorAgeMilliseconds"
  | "ALL";
/** Capacity mode of a stream. */
export type StreamMode = "PROVISIONED" | "ON_DEMAND";
/** Place at which an iterator begins. */
export type ShardIteratorType =
  | "AT_SEQUENCE_NUMBER"
  | "AFTER_SEQUENCE_NUMBER"
  | "TRIM_HORIZON"
  | "LATEST"
  | "AT_TIMESTAMP";
/** Selection of shards by `ListShards`. */
export type ShardFilterType =
  | "AFTER_SHARD_ID"
  | "AT_TRIM_HORIZON"
  | "FROM_TRIM_HORIZON"
  | "AT_LATEST"
  | "AT_TIMESTAMP"
  | "FROM_TIMESTAMP";

/** A stream by name, by ARN, or both (they must then agree). */
export interface StreamReference {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
}

export interface StreamModeDetails {
  readonly StreamMode: StreamMode | undefined;
}

/** Hash keys of a shard, both ends included, as decimal numbers of 128 bits. */
export interface HashKeyRange {
  StartingHashKey: string;
  EndingHashKey: string;
}

export interface SequenceNumberRange {
  StartingSequenceNumber: string;
  EndingSequenceNumber?: string;
}

/** A shard, as `ListShards` returns it. */
export interface Shard {
  ShardId: string;
  ParentShardId?: string;
  AdjacentParentShardId?: string;
  HashKeyRange: HashKeyRange;
  SequenceNumberRange: SequenceNumberRange;
}

/** A shard that a split or a merge made, as `GetRecords` tells it at the end of its parent. */
export interface ChildShard {
  ShardId: string;
  ParentShards: string[];
  HashKeyRange: HashKeyRange;
}

export interface CreateStreamInput {
  readonly StreamName: string | undefined;
  readonly ShardCount?: number | undefined;
  readonly StreamModeDetails?: StreamModeDetails | undefined;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
  readonly MaxRecordSizeInKiB?: number | undefined;
}

export interface DeleteStreamInput extends StreamReference {
  readonly EnforceConsumerDeletion?: boolean | undefined;
}

export interface PutRecordInput extends StreamReference {
  readonly Data: Uint8Array | undefined;
  readonly PartitionKey?: string | undefined;
  readonly ExplicitHashKey?: string | undefined;
  readonly SequenceNumberForOrdering?: string | undefined;
}

export interface PutRecordOutput {
  ShardId: string;
  SequenceNumber: string;
  EncryptionType: EncryptionType;
}

/** One record of `PutRecords`. */
export interface PutRecordsRequestEntry {
  readonly Data: Uint8Array | undefined;
  readonly PartitionKey?: string | undefined;
  readonly ExplicitHashKey?: string | undefined;
}

/** Request of `PutRecords`. */
export interface PutRecordsInput extends StreamReference {
  readonly Records: readonly PutRecordsRequestEntry[] | undefined;
}

/** Result of one record of `PutRecords`, in the order of the request. */
export interface PutRecordsResultEntry {
  SequenceNumber?: string;
  ShardId?: string;
  ErrorCode?: string;
  ErrorMessage?: string;
}

/** Answer of `PutRecords`. */
export interface PutRecordsOutput {
  FailedRecordCount: number;
  Records: PutRecordsResultEntry[];
  EncryptionType: EncryptionType;
}

/** Request of `GetShardIterator`. */
export interface GetShardIteratorInput extends StreamReference {
  readonly ShardId: string | undefined;
  readonly ShardIteratorType: ShardIteratorType | undefined;
  readonly StartingSequenceNumber?: string | undefined;
  readonly Timestamp?: Date | undefined;
}

/** Answer of `GetShardIterator`. */
export interface GetShardIteratorOutput {
  ShardIterator: string;
}

/** Request of `GetRecords`. */
export interface GetRecordsInput {
  readonly ShardIterator: string | undefined;
  readonly Limit?: number | undefined;
  readonly StreamARN?: string | undefined;
}

/** A record as it lies in a shard. */
export interface KinesisRecord {
  readonly SequenceNumber: string;
  readonly ApproximateArrivalTimestamp: Date;
  readonly PartitionKey: string;
  /** The bytes the producer sent. Shared with the model: treat as read-only. */
  readonly Data: Uint8Array;
  /** The same bytes as base64 text, as Lambda events carry them; costs nothing when they came in over HTTP. */
  readonly dataBase64: string;
  /** Bytes of data and UTF-8 partition key together: what every limit counts. */
  readonly sizeBytes: number;
}

/** Answer of `GetRecords`. */
export interface GetRecordsOutput {
  Records: KinesisRecord[];
  /** Absent once a closed shard has been read to its end. */
  NextShardIterator?: string;
  MillisBehindLatest: number;
  /** Given with the end of a closed shard. */
  ChildShards?: ChildShard[];
}

/** Filter of `ListShards`. */
export interface ShardFilter {
  readonly Type: ShardFilterType | undefined;
  readonly ShardId?: string | undefined;
  readonly Timestamp?: Date | undefined;
}

/** Request of `ListShards`. */
export interface ListShardsInput extends StreamReference {
  readonly NextToken?: string | undefined;
  readonly ExclusiveStartShardId?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly StreamCreationTimestamp?: Date | undefined;
  readonly ShardFilter?: ShardFilter | undefined;
}

/** Answer of `ListShards`. */
export interface ListShardsOutput {
  Shards: Shard[];
  NextToken?: string;
}

/** Request of `SplitShard`. */
export interface SplitShardInput extends StreamReference {
  readonly ShardToSplit: string | undefined;
  readonly NewStartingHashKey: string | undefined;
}

/** Request of `MergeShards`. */
export interface MergeShardsInput extends StreamReference {
  readonly ShardToMerge: string | undefined;
  readonly AdjacentShardToMerge: string | undefined;
}

/** Request of `UpdateShardCount`. */
export interface UpdateShardCountInput extends StreamReference {
  readonly TargetShardCount: number | undefined;
  readonly ScalingType: "UNIFORM_SCALING" | undefined;
}

/** Answer of `UpdateShardCount`. */
export interface UpdateShardCountOutput {
  StreamName: string;
  StreamARN: string;
  CurrentShardCount: number;
  TargetShardCount: number;
}

export interface DescribeStreamInput extends StreamReference {
  readonly Limit?: number | undefined;
  readonly ExclusiveStartShardId?: string | undefined;
}

export interface StreamDescription {
  StreamName: string;
  StreamARN: string;
  StreamStatus: StreamStatus;
  StreamModeDetails: { StreamMode: StreamMode };
  Shards: Shard[];
  HasMoreShards: boolean;
  RetentionPeriodHours: number;
  StreamCreationTimestamp: Date;
  EnhancedMonitoring: { ShardLevelMetrics: MetricsName[] }[];
  EncryptionType: EncryptionType;
  KeyId?: string;
}

export interface DescribeStreamOutput {
  StreamDescription: StreamDescription;
}

export interface StreamDescriptionSummary {
  StreamName: string;
  StreamARN: string;
  StreamStatus: StreamStatus;
  StreamModeDetails: { StreamMode: StreamMode };
  RetentionPeriodHours: number;
  StreamCreationTimestamp: Date;
  EnhancedMonitoring: { ShardLevelMetrics: MetricsName[] }[];
  EncryptionType: EncryptionType;
  KeyId?: string;
  OpenShardCount: number;
  ConsumerCount: number;
  MaxRecordSizeInKiB: number;
}

export interface DescribeStreamSummaryOutput {
  StreamDescriptionSummary: StreamDescriptionSummary;
}

export interface ListStreamsInput {
  readonly Limit?: number | undefined;
  readonly ExclusiveStartStreamName?: string | undefined;
  readonly NextToken?: string | undefined;
}

export interface StreamSummary {
  StreamName: string;
  StreamARN: string;
  StreamStatus: StreamStatus;
  StreamModeDetails: { StreamMode: StreamMode };
  StreamCreationTimestamp: Date;
}

export interface ListStreamsOutput {
  StreamNames: string[];
  HasMoreStreams: boolean;
  NextToken?: string;
  StreamSummaries: StreamSummary[];
}

export interface RetentionPeriodInput extends StreamReference {
  readonly RetentionPeriodHours: number | undefined;
}

export interface UpdateStreamModeInput {
  readonly StreamARN: string | undefined;
  readonly StreamModeDetails: StreamModeDetails | undefined;
}

export interface UpdateMaxRecordSizeInput {
  readonly StreamARN?: string | undefined;
  readonly MaxRecordSizeInKiB: number | undefined;
}

export interface AddTagsToStreamInput extends StreamReference {
  readonly Tags: Readonly<Record<string, string>> | undefined;
}

export interface RemoveTagsFromStreamInput extends StreamReference {
  readonly TagKeys: readonly string[] | undefined;
}

export interface ListTagsForStreamInput extends StreamReference {
  readonly ExclusiveStartTagKey?: string | undefined;
  readonly Limit?: number | undefined;
}

export interface Tag {
  Key: string;
  Value: string;
}

export interface ListTagsForStreamOutput {
  Tags: Tag[];
  HasMoreTags: boolean;
}

export interface DescribeLimitsOutput {
  ShardLimit: number;
  OpenShardCount: number;
  OnDemandStreamCount: number;
  OnDemandStreamCountLimit: number;
}

export interface Consumer {
  ConsumerName: string;
  ConsumerARN: string;
  ConsumerStatus: ConsumerStatus;
  ConsumerCreationTimestamp: Date;
}

export interface RegisterStreamConsumerInput {
  readonly StreamARN: string | undefined;
  readonly ConsumerName: string | undefined;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
}

export interface RegisterStreamConsumerOutput {
  Consumer: Consumer;
}

/** A consumer by its ARN, or by its name under a stream. */
export interface ConsumerReference {
  readonly StreamARN?: string | undefined;
  readonly ConsumerName?: string | undefined;
  readonly ConsumerARN?: string | undefined;
}

export interface DescribeStreamConsumerOutput {
  ConsumerDescription: Consumer & { StreamARN: string };
}

export interface ListStreamConsumersInput {
  readonly StreamARN: string | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListStreamConsumersOutput {
  Consumers: Consumer[];
  NextToken?: string;
}

/** Place at which a subscription of `SubscribeToShard` begins. */
export interface StartingPosition {
  readonly Type: ShardIteratorType | undefined;
  readonly SequenceNumber?: string | undefined;
  readonly Timestamp?: Date | undefined;
}

export interface SubscribeToShardInput {
  readonly ConsumerARN: string | undefined;
  readonly ShardId: string | undefined;
  readonly StartingPosition: StartingPosition | undefined;
}

export interface SubscribeToShardEvent {
  Records: KinesisRecord[];
  /** Where to go on with the next subscription; absent at the end of a closed shard. */
  ContinuationSequenceNumber?: string;
  MillisBehindLatest: number;
  /** Given with the end of a closed shard. */
  ChildShards?: ChildShard[];
}

export interface ResourceReference {
  readonly ResourceARN: string | undefined;
}

export interface ListTagsForResourceOutput {
  Tags: Tag[];
}

export interface TagResourceInput extends ResourceReference {
  readonly Tags: Readonly<Record<string, string>> | undefined;
}

export interface UntagResourceInput extends ResourceReference {
  readonly TagKeys: readonly string[] | undefined;
}

export interface ResourcePolicyInput extends ResourceReference {
  readonly Policy: string | undefined;
}

export interface ResourcePolicyOutput {
  Policy: string;
}

export interface EncryptionInput extends StreamReference {
  readonly EncryptionType: EncryptionType | undefined;
  readonly KeyId: string | undefined;
}

export interface EnhancedMonitoringInput extends StreamReference {
  readonly ShardLevelMetrics: readonly MetricsName[] | undefined;
}

export interface EnhancedMonitoringOutput {
  StreamName: string;
  StreamARN: string;
  CurrentShardLevelMetrics: MetricsName[];
  DesiredShardLevelMetrics: MetricsName[];
}

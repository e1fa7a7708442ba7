/**
 * Every limit of Kinesis Data Streams that the model keeps, with its source.
 *
 * [quotas] https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 * [api] https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html, the text of the operation named
 * [large] https://docs.aws.amazon.com/streams/latest/dev/large-records.html
 */

export const KIB = 1024;
export const MIB = 1024 * 1024;

/** Records in one PutRecords call. [api PutRecords] */
export const MAX_RECORDS_PER_PUT = 500;
/** Bytes of data and partition keys in one PutRecords call. [api PutRecords] */
export const maxBytesPerPut = 10 * MIB;
/** Default maximum of a record (data and partition key). [api UpdateMaxRecordSize] */
export const defaultMaxRecordBytes = MIB;
/** The most that UpdateMaxRecordSize allows, in KiB. [api UpdateMaxRecordSize] */
export const MAX_RECORD_KIB_LIMIT = 10_240;
/** The least that UpdateMaxRecordSize allows, in KiB. [api UpdateMaxRecordSize] */
export const MIN_RECORD_KIB_LIMIT = 1024;
/** Unicode characters of a partition key. [api PutRecords] */
export const MAX_PARTITION_KEY_LENGTH = 256;

/** Records a shard takes a second. [quotas] */
export const WRITE_RECORDS_PER_SECOND = 1000;
/** Bytes a shard takes a second. [quotas] */
export const writeBytesPerSecond = MIB;
/** Bytes a shard gives a second to all GetRecords callers together. [quotas] */
export const readBytesPerSecond = 2 * MIB;
/** GetRecords calls a second on one shard. [quotas] */
export const READ_CALLS_PER_SECOND = 5;
/** Bytes in one GetRecords answer; the next call then has to wait up to five seconds. [api GetRecords] */
export const maxBytesPerGet = 10 * MIB;
/** Records in one GetRecords answer. [api GetRecords] */
export const MAX_RECORDS_PER_GET = 10_000;
/** GetShardIterator calls a second on one shard. [api GetShardIterator] */
export const ITERATOR_CALLS_PER_SECOND = 5;
/** How long a shard iterator stays good. [api GetShardIterator] */
export const ITERATOR_LIFETIME_MS = 300_000;
/** How long a NextToken stays good. [api ListShards] */
export const NEXT_TOKEN_LIFETIME_MS = 300_000;

/** Default and largest page of ListShards. [api ListShards] */
export const listShardsPage = { default: 1000, max: 10_000 } as const;
/** Default and largest page of DescribeStream. [api DescribeStream] */
export const describeStreamPage = { default: 100, max: 10_000 } as const;
/** Default and largest page of ListStreams. [api ListStreams] */
export const listStreamsPage = { default: 100, max: 10_000 } as const;
/** Default and largest page of ListTagsForStream. [api ListTagsForStream] */
export const listTagsPage = { default: 50, max: 50 } as const;

/** Default and largest page of ListStreamConsumers. [api ListStreamConsumers] */
export const listConsumersPage = { default: 100, max: 10_000 } as const;

/** Consumers with enhanced fan-out of one stream. [api RegisterStreamConsumer] */
export const MAX_CONSUMERS_PER_STREAM = 20;
/** Of these, how many may be CREATING at once. [api RegisterStreamConsumer] */
export const MAX_CONSUMERS_CREATING = 5;
/** Bytes a shard pushes a second to each consumer with enhanced fan-out. [quotas] */
export const subscriptionBytesPerSecond = 2 * MIB;
/** How long a subscription lasts. [api SubscribeToShard] */
export const SUBSCRIPTION_LIFETIME_MS = 300_000;
/** Another call takes a subscription over after so long, and is refused before. [api SubscribeToShard] */
export const SUBSCRIPTION_TAKEOVER_MS = 5_000;
/**
 * Interval of the events of a subscription with nothing to push. AWS does not document it; the Kinesis Client Library
 * warns and subscribes again after 35 s of silence.
 */
export const SUBSCRIPTION_HEARTBEAT_MS = 5_000;
/** Bytes in one event of a subscription; a larger record comes alone. Not told by AWS. */
export const maxSubscriptionEventBytes = MIB;

/** Retention in hours. [quotas] */
export const retentionHours = { min: 24, max: 8760 } as const;
/** Tags on one stream. [api AddTagsToStream] */
export const MAX_TAGS_PER_STREAM = 50;
/** Shards an on-demand stream starts with: 4 MB/s. [quotas] */
export const ON_DEMAND_INITIAL_SHARDS = 4;
/** Write throughput an on-demand stream scales up to without a support case, as shards of 1 MB/s. [quotas] */
export const ON_DEMAND_MAX_SHARDS = 200;
/** Default quota of open shards of an account in a region. [quotas] */
export const DEFAULT_SHARD_LIMIT = 20_000;
/** On-demand streams of an account. [quotas] */
export const ON_DEMAND_STREAM_LIMIT = 50;
/** UpdateShardCount calls on one stream within 24 hours. [api UpdateShardCount] */
export const SHARD_COUNT_UPDATES_PER_DAY = 10;
/** Open shards UpdateShardCount can reach. [api UpdateShardCount] */
export const MAX_SHARDS_BY_UPDATE = 10_000;
/** Switches between the two modes within 24 hours. [api UpdateStreamMode] */
export const MODE_SWITCHES_PER_DAY = 2;

export const HOUR_MS = 3_600_000;
export const dayMs = 24 * HOUR_MS;

/** Calls a second of an operation that is limited per stream or per account. [api, each operation] */
export const callsPerSecond: Readonly<Record<string, { readonly rate: number; readonly per: "account" | "stream" }>> = {
  AddTagsToStream: { rate: 5, per: "account" },
  CreateStream: { rate: 5, per: "account" },
  DecreaseStreamRetentionPeriod: { rate: 5, per: "stream" },
  DeleteStream: { rate: 5, per: "account" },
  DeregisterStreamConsumer: { rate: 5, per: "stream" },
  DescribeLimits: { rate: 1, per: "account" },
  DescribeStream: { rate: 10, per: "account" },
  DescribeStreamConsumer: { rate: 20, per: "stream" },
  DescribeStreamSummary: { rate: 20, per: "account" },
  DisableEnhancedMonitoring: { rate: 5, per: "account" },
  EnableEnhancedMonitoring: { rate: 5, per: "account" },
  IncreaseStreamRetentionPeriod: { rate: 5, per: "stream" },
  ListShards: { rate: 1000, per: "stream" },
  ListStreamConsumers: { rate: 5, per: "stream" },
  ListStreams: { rate: 5, per: "account" },
  ListTagsForResource: { rate: 5, per: "account" },
  ListTagsForStream: { rate: 5, per: "account" },
  MergeShards: { rate: 5, per: "account" },
  RegisterStreamConsumer: { rate: 5, per: "stream" },
  RemoveTagsFromStream: { rate: 5, per: "account" },
  SplitShard: { rate: 5, per: "account" },
  StartStreamEncryption: { rate: 5, per: "account" },
  StopStreamEncryption: { rate: 5, per: "account" },
  TagResource: { rate: 5, per: "account" },
  UntagResource: { rate: 5, per: "account" },
  UpdateMaxRecordSize: { rate: 5, per: "account" },
  UpdateShardCount: { rate: 10, per: "account" },
  UpdateStreamMode: { rate: 5, per: "account" },
};

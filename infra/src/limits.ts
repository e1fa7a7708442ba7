/** Limits of the services that this stack configures, each with its source. */

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export const EVENT_SOURCE_MAPPING = {
  batchSize: { min: 1, max: 10_000 },
  /** -1 (infinite) is a legal value that we refuse: one bad record would block its shard until it expires. */
  retryAttempts: { min: 0, max: 10_000 },
  recordAgeSeconds: { min: 60, max: 604_800 },
  parallelizationFactor: { min: 1, max: 10 },
  batchingWindowSeconds: { min: 0, max: 300 },
} as const;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html */
export const KINESIS_RETENTION_HOURS = { min: 24, max: 8_760 } as const;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html */
export const KINESIS_MAX_RECORD_KIB = { min: 1_024, max: 10_240 } as const;

/**
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html: 256 characters of up to 4
 * bytes.
 */
export const KINESIS_PARTITION_KEY_MAX_BYTES = 1_024;

/** A shard count beyond this is a typing error: the default account quota is 500 (1,000 to 20,000 on request). */
export const KINESIS_SHARDS = { min: 1, max: 1_000 } as const;

/** Most lanes that enrichment takes: `MAX_LANES` of its limits. */
export const MOST_LANES = 4_096;

/**
 * A synchronous invocation takes 6 MB, and Kinesis data arrives in it as base64 (4/3). A larger record can never reach
 * a function. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const LAMBDA_LARGEST_RECORD_KIB = Math.floor((6 * 1024 * 3) / 4) - 64;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LAMBDA_MEMORY_MIB = { min: 128, max: 10_240 } as const;
export const LAMBDA_TIMEOUT_SECONDS = { min: 1, max: 900 } as const;
/** Same page: 1,000 for an account by default, of which 100 stay unreserved. */
export const LAMBDA_RESERVED_CONCURRENCY = { min: 1, max: 100_000 } as const;

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
export const FIREHOSE_BUFFER_SECONDS = { min: 0, max: 900 } as const;
export const FIREHOSE_BUFFER_MIB = { min: 1, max: 128 } as const;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space does not count. */
export const MANAGED_POLICY_MAX_CHARACTERS = 6_144;
/** Same page: managed policies attached to a role, default quota. */
export const MANAGED_POLICIES_PER_ROLE = 10;

/** Same page: versions of a managed policy. */
export const MANAGED_POLICY_MAX_VERSIONS = 5;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const BUCKET_NAME_MAX_LENGTH = 63;

/**
 * Each execution environment asks S3 once an interval, for $0.0004 a thousand times; after an hour it is no reload any
 * more.
 */
export const ROUTE_CHECK_SECONDS = { min: 1, max: 3_600 } as const;

/** https://docs.snowflake.com/en/user-guide/data-time-travel#data-retention-period */
export const SNOWFLAKE_TIME_TRAVEL_DAYS = { standard: { min: 0, max: 1 }, enterprise: { min: 0, max: 90 } } as const;

/** The least is Snowflake's: https://docs.snowflake.com/en/user-guide/dynamic-tables-target-lag */
export const SNOWFLAKE_TARGET_LAG_SECONDS = { min: 60, max: 86_400 } as const;

/** https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html: requests in five minutes. */
export const WAF_RATE_LIMIT = { min: 10, max: 2_000_000_000 } as const;

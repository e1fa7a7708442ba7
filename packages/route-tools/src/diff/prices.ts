/**
 * List prices of Kinesis Data Streams in us-east-1, in US dollars. They change: look before a decision hangs on them.
 * https://aws.amazon.com/kinesis/data-streams/pricing/
 */
export const KINESIS_PRICES = {
  shardHour: 0.015,
  /** For a million PUT payload units of 25 KB. */
  payloadUnits: 0.014,
  onDemandStreamHour: 0.04,
  /** For a gigabyte written; each record counts as whole kilobytes. */
  onDemandGigabyteIn: 0.08,
} as const;

export const HOURS_PER_MONTH = 730;

/** What one shard takes: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const SHARD_RECORDS_PER_SECOND = 1_000;
export const SHARD_BYTES_PER_SECOND = 1_000_000;
export const PAYLOAD_UNIT_BYTES = 25_000;
export const ON_DEMAND_UNIT_BYTES = 1_024;

/**
 * List prices of the kinds without shards in us-east-1, in US dollars for a million: a standard queue of SQS per
 * request, a bus of EventBridge per event that is put. Both count every 64 KiB begun; reading a queue comes on top.
 * https://aws.amazon.com/sqs/pricing/ and https://aws.amazon.com/eventbridge/pricing/
 */
export const PER_MILLION = { sqs: 0.4, eventbridge: 1 } as const;
export const CHUNK_BYTES = 65_536;

/**
 * Limits of Kinesis. Source of the first six, unless another is named:
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
 */

/** Records in one PutRecords call. */
export const MAX_RECORDS_PER_REQUEST = 500;

/** Bytes in one PutRecords call: data before base64 plus the UTF-8 bytes of every partition key. */
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

/**
 * Bytes of one record (data plus partition key) on a stream whose maximum was not raised.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
 */
export const DEFAULT_MAX_RECORD_BYTES = 1024 * 1024;

/** The largest record maximum a stream can be given. */
export const LARGEST_MAX_RECORD_BYTES = 10 * 1024 * 1024;

/**
 * Length of a partition key in Unicode characters (code points, not UTF-16 units).
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html
 */
export const MAX_PARTITION_KEY_CHARACTERS = 256;

/** An explicit hash key is a decimal number in [0, 2^128). */
export const HASH_KEY_SPACE = 2n ** 128n;

/**
 * Documented capacity of one shard. The rate limiter counts in multiples of it.
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
export const SHARD_RECORDS_PER_SECOND = 1000;
export const SHARD_BYTES_PER_SECOND = 1024 * 1024;

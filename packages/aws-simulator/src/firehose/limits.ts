/**
 * Buffering hints of an S3 destination.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html
 */
export const minBufferingSizeMb = 1;
export const maxBufferingSizeMb = 128;
export const defaultBufferingSizeMb = 5;
export const maxBufferingIntervalSeconds = 900;
export const defaultBufferingIntervalSeconds = 300;

/** Buffering sizes are given in MiB. Same source. */
export const bytesPerMb = 1024 * 1024;

/**
 * "The maximum length of a prefix after evaluation is 1024 characters" less the object's own name.
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 */
export const maxPrefixLength = 1024;

/** Length of `!{firehose:random-string}`. Same source. */
export const randomStringLength = 11;

/** AWS retries S3 with a backoff it does not document. Assumed. */
export const retryBackoffBaseMs = 1_000;
export const retryBackoffMaxMs = 60_000;

/** Delivery stream names. https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html */
export const namePattern = /^[a-zA-Z0-9_.-]{1,64}$/;

/**
 * AWS does not document Firehose's level. For enriched events this one takes half the time of 6 and a third more bytes.
 * Assumed.
 */
export const gzipLevel = 3;

/**
 * Between the creation of an object and the pipe's attention: S3 tells SQS "typically in seconds".
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
 */
export const NOTIFICATION_LATENCY_MS = 1_000;

/** Snowflake retries a failed load in its own time. Assumed. */
export const RETRY_BACKOFF_BASE_MS = 1_000;
export const RETRY_BACKOFF_MAX_MS = 60_000;

/**
 * Attempts at a file that cannot be read before the pipe leaves it alone, as Snowpipe does with a file in error.
 * Assumed.
 */
export const MAX_ATTEMPTS_PER_FILE = 5;

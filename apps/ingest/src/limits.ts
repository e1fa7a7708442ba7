/**
 * Bytes of one Kinesis record, data and partition key together, on a stream that was given the largest maximum there is;
 * without that it is 1 MiB, and `@millrace/put-records` refuses what is larger.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
 */
export const largestKinesisRecordBytes = 10_485_760;

/** Partition key: 256 characters of at most four UTF-8 bytes. @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html */
export const partitionKeyBytes = 1_024;

/**
 * Events of one request that share a partition key are put into one record up to this many bytes. Small enough that a
 * record which has to be retried, or which a consumer cannot read, is a small piece of work; large enough that the
 * per-record minimums (1 KB on-demand, 5 KB Firehose) are paid once for many small events.
 */
export const groupedRecordBytes = 65_536;

/** Body after decompression. Room for the largest batch of usual events (500 × 2 KB) twice over. */
export const defaultMaxBodyBytes = 2_097_152;

/**
 * One event as it is stored. A quarter of a usual Kinesis record, because the enriched event holds the event and more, and
 * has to fit into a record again.
 */
export const defaultMaxEventBytes = 262_144;

/** Events of one request: what one PutRecords call takes even when no two events share a record. */
export const defaultMaxEventsPerRequest = 500;

/** Bodies held in memory at once, over all requests, before further requests are turned away. */
export const defaultMaxInFlightBytes = 67_108_864;

/**
 * Nesting of an event, counted from the event object itself. Every hop after ingest walks the event recursively; a
 * few kilobytes of `[[[[` must not be able to end one of them.
 */
export const maxEventDepth = 64;

/** Request headers are repeated on every event of a batch, so they are cut before they multiply. */
export const maxUserAgentCharacters = 1_024;
/** Browsers cut a referrer at 4,096 characters; what matters for attribution stands in the first half. */
export const maxRefererCharacters = 2_048;
/** Scheme, a host name of at most 253 characters, port. */
export const maxOriginCharacters = 512;

/**
 * Attributes are indexed, copied into keys and shown in tables all the way down; `data` is the place for what is long.
 * Counted in UTF-16 units.
 */
export const maxAttributeCharacters = {
  id: 1_024,
  type: 1_024,
  subject: 1_024,
  source: 2_048,
  dataschema: 2_048,
} as const;
/** Value of an extension attribute, or of one that is not named above. */
export const maxExtensionCharacters = 4_096;
/**
 * CloudEvents asks for names of up to 20 characters.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#naming-conventions
 */
export const maxAttributeNameCharacters = 64;
/** Extension attributes of one event. */
export const maxExtensions = 64;

/** What is read and thrown away after a body was refused, so that the client gets to see the answer. */
export const maxDiscardedBytes = 16_777_216;

/** Retry-After is drawn from this range of seconds, so that clients turned away together do not return together. */
export const retryAfterSeconds = { min: 1, max: 5 } as const;

/** Distinct Content-Type headers whose reading is remembered. */
export const contentTypeCacheEntries = 256;

/**
 * Seconds a browser may remember a preflight; Chromium takes no more than two hours.
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Max-Age
 */
export const preflightMaxAgeSeconds = 7_200;

/** Longest read of the write keys. Secrets Manager answers within tens of milliseconds. */
export const writeKeysTimeoutMs = 2_000;

/** How long a service that starts asks for its first write keys: less than Kubernetes waits before it starts another one. */
export const writeKeysStartTimeoutMs = 20_000;

/** Names of write keys are labels of metrics and columns of tables. */
export const maxWriteKeyNameCharacters = 64;

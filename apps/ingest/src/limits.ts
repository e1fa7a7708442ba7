/**
 * Bytes of one Kinesis record, data and partition key together, on a stream that was given the largest maximum there
 * is; without that it is 1 MiB, and `@millrace/put-records` refuses what is larger.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
 */
export const largestKinesisRecordBytes = 10_485_760;

/**
 * Partition key: 256 characters of at most four UTF-8 bytes.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html
 */
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
 * One event as it is stored. A quarter of a usual Kinesis record, because the enriched event holds the event and more,
 * and has to fit into a record again.
 */
export const defaultMaxEventBytes = 262_144;

/** Events of one request: what one PutRecords call takes even when no two events share a record. */
export const defaultMaxEventsPerRequest = 500;

/**
 * Nesting of an event, counted from the event object itself. Every hop after ingest walks the event recursively; a
 * few kilobytes of `[[[[` must not be able to end one of them.
 */
export const maxEventDepth = 64;

/**
 * Nesting beyond which a request is not read on. An event that is a little too deep is its own fault only; a text of
 * nothing but brackets costs thirty times what its bytes are worth.
 */
export const maxScanDepth = 8_192;

/** Request headers are repeated on every event of a batch, so they are cut before they multiply. */
export const maxUserAgentCharacters = 1_024;
/** Those that browsers send are below 300, all that can be asked for below 1,000. Longer ones are left out. */
export const maxClientHintsCharacters = 2_048;
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

/** Bytes that are read and dropped after a body was refused, so that the client receives the answer. */
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

/**
 * How long a service that starts asks for its first write keys: less than Kubernetes waits before it starts another
 * one.
 */
export const writeKeysStartTimeoutMs = 20_000;

/** Names of write keys are labels of metrics and columns of tables. */
export const maxWriteKeyNameCharacters = 64;

/** Memory of the process itself, without requests and connections: its code, the SDK, the allocator's own. Measured. */
export const processBytes = 134_217_728;
/**
 * Part of the memory that connections may take, and what an idle one takes in Node and in the kernel's books. Measured.
 */
export const connectionShareOfMemory = 0.25;
export const connectionBytes = 12_288;
export const minConnections = 1_024;
/**
 * Parts of the remaining memory, and of the heap, that requests may hold; the rest is for what is not collected yet.
 */
export const budgetShareOfMemory = 0.3;
export const budgetShareOfHeap = 0.5;
export const minBudgetBytes = 8_388_608;
/** More than this at once would wait for the stream longer than clients do. */
export const maxDefaultBudgetBytes = 536_870_912;

/** A request that is answered: its objects, headers, buffers of its socket. */
export const requestOverheadBytes = 16_384;
/** An event that waits for the stream: its promise, its place in a call, its outcome and its id. Measured. */
export const eventOverheadBytes = 4_096;
/** A record's bytes exist as text, as bytes, and as Base64 in a call on the wire. */
export const recordCopies = 4;
/** Requests that are read and wait for the stream at once. */
export const defaultMaxInFlightRequests = 4_096;

/**
 * A body that holds more than the first has to bring at least the second between two looks. The slowest mobile networks
 * bring ten times that.
 */
export const smallUploadBytes = 16_384;
export const minUploadBytes = 8_192;
export const uploadCheckMs = 5_000;

/** Quotas may be exceeded for this long after a pause, where the key document does not say. */
export const defaultBurstSeconds = 10;

/**
 * Time in a turn of the event loop in which requests are read. The work that follows (records, calls, answers) takes
 * about twice as long again, and all requests wait for the end of the turn.
 */
export const turnMs = 2;
/** Turns in a row without reading while each of them accepts a connection. */
export const maxAcceptingTurns = 16;
/** A request of a key beyond its share is refused after this long, and its body is not read before. */
export const overShareDelayMs = 500;
/** The longest that a request waits for its turn: the stream has to have time left to confirm it. */
export const maxQueueMs = 2_000;
export const queueCheckMs = 250;
/** A request without its bytes, in bytes that cost as much to read; what a key may have read in each round. */
export const requestCostBytes = 4_096;
export const roundCreditBytes = 16_384;
/** Bytes that wait for the stream at once, as they are charged: at the start, and the least when the stream is slow. */
export const initialWindowBytes = 33_554_432;
export const minWindowBytes = 4_194_304;
/** An answer of the stream that took longer makes the window smaller; how often the window changes. */
export const slowDeliveryMs = 400;
export const windowChangeMs = 200;

/** How long a key that has sent nothing is remembered. */
export const activeKeyMs = 60_000;
/** Keys that are remembered beyond their last request. */
export const maxIdleAccounts = 10_000;

/** How often the event loop and the heap are looked at. */
export const loadSampleMs = 100;
/** A loop this late answers no request in time. */
export const maxLoopDelayMs = 2_000;
/** Part of the time that the process has to have worked for a late loop to be its own doing. */
export const ownDelayShare = 0.8;
/**
 * Part of the heap's limit beyond which no request is taken: a collector that finds nothing to collect ends the
 * process.
 */
export const maxHeapShare = 0.9;

/** Without an answer of the stream for this long, requests are refused at once. */
export const breakerAfterMs = 3_000;
/** While it is away, a request goes through this often. */
export const breakerProbeMs = 1_000;
/** A stream without a request for this long is taken to be there. */
export const breakerForgetsMs = 10_000;
/** The longest that clients are told to stay away. */
export const maxRetryAfterSeconds = 60;

/** A body may unfold to this many times what arrived; batches of like events reach about forty. */
export const maxInflateRatio = 100;
/** Up to this size a body may unfold whatever arrived: the text costs less than reading the request. */
export const freeInflatedBytes = 262_144;

/** Events of one dry run; each is explained against every route. */
export const maxPreviewEvents = 100;
/** The longest a dry run takes, the first one included, which loads the functions. */
export const maxPreviewMs = 15_000;
/** Dry runs that wait for the thread, its heap in MiB, and how long it stays without any. */
export const maxWaitingPreviews = 16;
export const previewHeapMib = 96;
export const previewIdleMs = 60_000;

/** Interval of log lines of one kind. Lines between are counted, and the next one has their number. */
export const logIntervalMs = 1_000;
/** Lines about refused events in a minute of an instance. Further ones are counted. */
export const maxRefusalLinesPerMinute = 60;
/** Keys that have counters of their own. All further keys share one. */
export const maxCountedKeys = 1_000;
export const maxIdempotencyKeyCharacters = 255;
/** How long a peer may take to read the answer to a request that it did not finish. */
export const lingeringCloseMs = 1_000;

/** One question to the stream before the service is ready, and the pause before the next. */
export const streamCheckTimeoutMs = 2_000;
export const streamCheckPauseMs = 1_000;
/**
 * One beyond the largest hash key: a record that names it is refused as invalid.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html
 */
export const impossibleHashKey = "340282366920938463463374607431768211456";

/** Disk that spooled records may take, unless it is set. */
export const defaultSpoolMaxBytes = 1_073_741_824;
/** A file of the spool: small enough to be read whole, large enough that removing it is rare. */
export const spoolSegmentBytes = 8_388_608;
/** Records sent from the disk at once, how long they may take, and the pause after which the stream is asked again. */
export const replayBatchRecords = 500;
export const replayTimeoutMs = 5_000;
export const replayPauseMs = 1_000;

/**
 * Bytes of one Kinesis record, data and partition key together, on a stream that was given the largest maximum there
 * is; without that it is 1 MiB, and `@millrace/put-records` refuses what is larger.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
 */
export const LARGEST_KINESIS_RECORD_BYTES = 10_485_760;

/**
 * Partition key: 256 characters of at most four UTF-8 bytes.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html
 */
export const PARTITION_KEY_BYTES = 1_024;

/**
 * Events of one request that share a partition key are put into one record up to this many bytes. Small enough that a
 * record which has to be retried, or which a consumer cannot read, is a small piece of work; large enough that the
 * per-record minimums (1 KB on-demand, 5 KB Firehose) are paid once for many small events.
 */
export const GROUPED_RECORD_BYTES = 65_536;

/** Body after decompression. Room for the largest batch of usual events (500 × 2 KB) twice over. */
export const DEFAULT_MAX_BODY_BYTES = 2_097_152;

/**
 * One event as it is stored. A quarter of a usual Kinesis record, because the enriched event holds the event and more,
 * and has to fit into a record again.
 */
export const DEFAULT_MAX_EVENT_BYTES = 262_144;

/** Events of one request: what one PutRecords call takes even when no two events share a record. */
export const DEFAULT_MAX_EVENTS_PER_REQUEST = 500;

/**
 * Nesting of an event, counted from the event object itself. Every hop after ingest walks the event recursively; a
 * few kilobytes of `[[[[` must not be able to end one of them.
 */
export const MAX_EVENT_DEPTH = 64;

/**
 * Nesting beyond which a request is not read on. An event that is a little too deep is its own fault only; a text of
 * nothing but brackets costs thirty times what its bytes are worth.
 */
export const MAX_SCAN_DEPTH = 8_192;

/** Request headers are repeated on every event of a batch, so they are cut before they multiply. */
export const MAX_USER_AGENT_CHARACTERS = 1_024;
/** Those that browsers send are below 300, all that can be asked for below 1,000. Longer ones are left out. */
export const MAX_CLIENT_HINTS_CHARACTERS = 2_048;
/** Browsers cut a referrer at 4,096 characters; what matters for attribution stands in the first half. */
export const MAX_REFERER_CHARACTERS = 2_048;
/** Scheme, a host name of at most 253 characters, port. */
export const MAX_ORIGIN_CHARACTERS = 512;

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
export const MAX_EXTENSION_CHARACTERS = 4_096;
/**
 * CloudEvents asks for names of up to 20 characters.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#naming-conventions
 */
export const MAX_ATTRIBUTE_NAME_CHARACTERS = 64;
/** Extension attributes of one event. */
export const MAX_EXTENSIONS = 64;

/** Bytes that are read and dropped after a body was refused, so that the client receives the answer. */
export const MAX_DISCARDED_BYTES = 16_777_216;

/** Retry-After is drawn from this range of seconds, so that clients turned away together do not return together. */
export const retryAfterSeconds = { min: 1, max: 5 } as const;

/** Distinct Content-Type headers whose reading is remembered. */
export const CONTENT_TYPE_CACHE_ENTRIES = 256;

/**
 * Seconds a browser may remember a preflight; Chromium takes no more than two hours.
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Max-Age
 */
export const PREFLIGHT_MAX_AGE_SECONDS = 7_200;

/** Longest read of the write keys. Secrets Manager answers within tens of milliseconds. */
export const WRITE_KEYS_TIMEOUT_MS = 2_000;

/**
 * How long a service that starts asks for its first write keys: less than Kubernetes waits before it starts another
 * one.
 */
export const WRITE_KEYS_START_TIMEOUT_MS = 20_000;

/** Names of write keys are labels of metrics and columns of tables. */
export const MAX_WRITE_KEY_NAME_CHARACTERS = 64;

/** Memory of the process itself, without requests and connections: its code, the SDK, the allocator's own. Measured. */
export const PROCESS_BYTES = 134_217_728;
/**
 * Part of the memory that connections may take, and what an idle one takes in Node and in the kernel's books. Measured.
 */
export const CONNECTION_SHARE_OF_MEMORY = 0.25;
export const CONNECTION_BYTES = 12_288;
export const MIN_CONNECTIONS = 1_024;
/**
 * Parts of the remaining memory, and of the heap, that requests may hold; the rest is for what is not collected yet.
 */
export const BUDGET_SHARE_OF_MEMORY = 0.3;
export const BUDGET_SHARE_OF_HEAP = 0.5;
export const MIN_BUDGET_BYTES = 8_388_608;
/** More than this at once would wait for the stream longer than clients do. */
export const MAX_DEFAULT_BUDGET_BYTES = 536_870_912;

/** A request that is answered: its objects, headers, buffers of its socket. */
export const REQUEST_OVERHEAD_BYTES = 16_384;
/** An event that waits for the stream: its promise, its place in a call, its outcome and its id. Measured. */
export const EVENT_OVERHEAD_BYTES = 4_096;
/** A record's bytes exist as text, as bytes, and as Base64 in a call on the wire. */
export const RECORD_COPIES = 4;
/** Requests that are read and wait for the stream at once. */
export const DEFAULT_MAX_IN_FLIGHT_REQUESTS = 4_096;

/**
 * A body that holds more than the first has to bring at least the second between two looks. The slowest mobile networks
 * bring ten times that.
 */
export const SMALL_UPLOAD_BYTES = 16_384;
export const MIN_UPLOAD_BYTES = 8_192;
export const UPLOAD_CHECK_MS = 5_000;

/** Quotas may be exceeded for this long after a pause, where the key document does not say. */
export const DEFAULT_BURST_SECONDS = 10;

/**
 * Time in a turn of the event loop in which requests are read. The work that follows (records, calls, answers) takes
 * about twice as long again, and all requests wait for the end of the turn.
 */
export const TURN_MS = 2;
/** Turns in a row without reading while each of them accepts a connection. */
export const MAX_ACCEPTING_TURNS = 16;
/** A request of a key beyond its share is refused after this long, and its body is not read before. */
export const OVER_SHARE_DELAY_MS = 500;
/** The longest that a request waits for its turn: the stream has to have time left to confirm it. */
export const MAX_QUEUE_MS = 2_000;
export const QUEUE_CHECK_MS = 250;
/** A request without its bytes, in bytes that cost as much to read; what a key may have read in each round. */
export const REQUEST_COST_BYTES = 4_096;
export const ROUND_CREDIT_BYTES = 16_384;
/** Bytes that wait for the stream at once, as they are charged: at the start, and the least when the stream is slow. */
export const INITIAL_WINDOW_BYTES = 33_554_432;
export const MIN_WINDOW_BYTES = 4_194_304;
/** An answer of the stream that took longer makes the window smaller; how often the window changes. */
export const SLOW_DELIVERY_MS = 400;
export const WINDOW_CHANGE_MS = 200;

/** How long a key that has sent nothing is remembered. */
export const ACTIVE_KEY_MS = 60_000;
/** Keys that are remembered beyond their last request. */
export const MAX_IDLE_ACCOUNTS = 10_000;

/** How often the event loop and the heap are looked at. */
export const LOAD_SAMPLE_MS = 100;
/** A loop this late answers no request in time. */
export const MAX_LOOP_DELAY_MS = 2_000;
/** Part of the time that the process has to have worked for a late loop to be its own doing. */
export const OWN_DELAY_SHARE = 0.8;
/**
 * Part of the heap's limit beyond which no request is taken: a collector that finds nothing to collect ends the
 * process.
 */
export const MAX_HEAP_SHARE = 0.9;

/** Without an answer of the stream for this long, requests are refused at once. */
export const BREAKER_AFTER_MS = 3_000;
/** While it is away, a request goes through this often. */
export const BREAKER_PROBE_MS = 1_000;
/** A stream without a request for this long is taken to be there. */
export const BREAKER_FORGETS_MS = 10_000;
/** The longest that clients are told to stay away. */
export const MAX_RETRY_AFTER_SECONDS = 60;

/** A body may unfold to this many times what arrived; batches of like events reach about forty. */
export const MAX_INFLATE_RATIO = 100;
/** Up to this size a body may unfold whatever arrived: the text costs less than reading the request. */
export const FREE_INFLATED_BYTES = 262_144;

/** Events of one dry run; each is explained against every route. */
export const MAX_PREVIEW_EVENTS = 100;
/** The longest a dry run takes, the first one included, which loads the functions. */
export const MAX_PREVIEW_MS = 15_000;
/** Dry runs that wait for the thread, its heap in MiB, and how long it stays without any. */
export const MAX_WAITING_PREVIEWS = 16;
export const PREVIEW_HEAP_MIB = 96;
export const PREVIEW_IDLE_MS = 60_000;

/** Interval of log lines of one kind. Lines between are counted, and the next one has their number. */
export const LOG_INTERVAL_MS = 1_000;
/** Lines about refused events in a minute of an instance. Further ones are counted. */
export const MAX_REFUSAL_LINES_PER_MINUTE = 60;
/** Keys that have counters of their own. All further keys share one. */
export const MAX_COUNTED_KEYS = 1_000;
export const MAX_IDEMPOTENCY_KEY_CHARACTERS = 255;
/** How long a peer may take to read the answer to a request that it did not finish. */
export const LINGERING_CLOSE_MS = 1_000;

/** One question to the stream before the service is ready, and the pause before the next. */
export const STREAM_CHECK_TIMEOUT_MS = 2_000;
export const STREAM_CHECK_PAUSE_MS = 1_000;
/**
 * One beyond the largest hash key: a record that names it is refused as invalid.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html
 */
export const impossibleHashKey = "340282366920938463463374607431768211456";

/** Disk that spooled records may take, unless it is set. */
export const DEFAULT_SPOOL_MAX_BYTES = 1_073_741_824;
/** A file of the spool: small enough to be read whole, large enough that removing it is rare. */
export const SPOOL_SEGMENT_BYTES = 8_388_608;
/** Records sent from the disk at once, how long they may take, and the pause after which the stream is asked again. */
export const REPLAY_BATCH_RECORDS = 500;
export const REPLAY_TIMEOUT_MS = 5_000;
export const REPLAY_PAUSE_MS = 1_000;

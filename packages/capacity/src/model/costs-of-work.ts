/**
 * Times of the pipeline's own work. They are upper ends of the benches' results on this machine's processor; a Graviton
 * core of Lambda or EKS does at least as much.
 */

/** Processor time of the event service for a request with one event: the upper end of its bench. */
export const SERVICE_MICROSECONDS_PER_EVENT = 340;

/**
 * Processor time of a function for an event, with its share of PutRecords: 75–92 µs at 200 a batch in its first
 * seconds. Warm it is 40 to 50, gzip included (`pnpm --filter @millrace/local bench:functions`).
 */
export const FUNCTION_MICROSECONDS_PER_EVENT = 100;

/**
 * Beyond that, for gzip: of enrichment, which compresses, and of the router, for each record and each event. The upper
 * ends of `pnpm --filter @millrace/local bench:functions --parts`, where code of other parts lies in the caches: 16 µs
 * an event of enrichment in records of 2.3 events, 8 in records of 12.6; 6 and 3 of the router.
 */
export const GZIP_MICROSECONDS = {
  enrichment: { ofRecord: 30, ofEvent: 7 },
  router: { ofRecord: 15, ofEvent: 2 },
} as const;

/** An invocation without its events: the round trip of PutRecords. */
export const INVOCATION_MS = 20;

/** Events that senders put into a request, on average. Ten when they batch; the firewall bills requests. */
export const EVENTS_PER_REQUEST = 10;

/**
 * An enriched event as it lies in the lake, where Firehose compresses whole objects: 52 MB of 213,000 events of the
 * sample traffic.
 */
export const LAKE_BYTES_PER_EVENT = 245;

/**
 * The log of an invocation with 200 events: 1,016 bytes of enrichment, 1,066 of the router
 * (`pnpm --filter @millrace/local bench:functions`). With 90 events they are 849 and 999, with 500 they are 1,209 and
 * 1,150.
 */
export const METRIC_LINE_BYTES = 1_040;

/** The share of a limit that a plan uses: beyond it, the alarm on the load fires. */
export const PLANNED_LOAD = 0.8;

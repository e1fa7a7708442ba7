/**
 * Every metric of Millrace: name → CloudWatch unit. Alarms, dashboards and code all take names from here.
 * Counters add up over an invocation; distributions keep their values.
 */
export const counters = {
  /** Kinesis records of the batch. */
  recordsIn: "Count",
  /** Lines found in those records, readable or not. */
  eventsIn: "Count",
  /** Events that left this function. */
  eventsOut: "Count",
  /** Events that broke their schema, and flow on with the result. */
  eventsInvalid: "Count",
  /** Events without a registered schema, and flow on. */
  eventsUnknown: "Count",
  /** Lines our own code could not read. */
  badRows: "Count",
  /** Events without a contract that wait for one, by the mapping of their source. They are no bad rows here. */
  eventsSetAside: "Count",
  /** Notes left on events by enrichments that failed. */
  enrichmentFailures: "Count",
  /** Kinesis records written. */
  recordsOut: "Count",
  /** Kinesis records that could not be written within the invocation. */
  recordsFailed: "Count",
  /** Source records returned to Lambda for another delivery. */
  batchItemFailures: "Count",
  /** Attempts beyond the first, over all records. */
  deliveryRetries: "Count",
  /** Records whose first attempt may also have been stored: possible duplicates. */
  ambiguousDeliveries: "Count",
  /** Attempts a shard refused because of its limits. */
  throttledAttempts: "Count",
  /** Copies handed to routes. */
  routeMatches: "Count",
  /** Events that no route wanted. */
  eventsUnmatched: "Count",
  /**
   * Events that came to the router with its own mark on them, and were not taken up again: a destination leads back.
   */
  eventsRoutedBefore: "Count",
  /** Copies that a destination did not take in its budget, kept as undelivered events. */
  undelivered: "Count",
  /** Reads of the privacy keys that gave none to use; those in force stay. */
  privacyKeyFailures: "Count",
  /** Reads of a lookup's table that gave none to use; the one before stays in force. */
  lookupFailures: "Count",
  /** Events whose key has no row in the table of a lookup. */
  lookupMisses: "Count",
  /** Sources of which every event of the last minutes broke its contract; counted once a batch. */
  brokenSources: "Count",
  /** Canary events that the event service took. */
  canariesAccepted: "Count",
  /** Canary events that it did not take, or did not answer for in time. */
  canariesRefused: "Count",
  /** Events read at a second place, once for each destination they go to: what a consumer sees more than once. */
  duplicates: "Count",
  /** 1 for the first invocation of an execution environment, else 0. */
  coldStart: "Count",
} as const;

/** Metrics of which the single values matter. */
export const distributions = {
  /** From the receipt of an event by ingest to this function's confirmed output. */
  eventAgeMs: "Milliseconds",
  /** As `eventAgeMs`, of canary events, which no other metric of events counts. */
  canaryAgeMs: "Milliseconds",
  /** From the request with the canary events to the answer of the event service. */
  canaryAnswerMs: "Milliseconds",
  /** From the arrival of a record in its stream to this invocation. */
  recordAgeMs: "Milliseconds",
  /** Wall time of the invocation. */
  durationMs: "Milliseconds",
  /** Since the table of a lookup was last known to be the current one; a value for each table and batch. */
  lookupAgeMs: "Milliseconds",
  /** Records in one PutRecords call. */
  recordsPerCall: "Count",
  /** Share of invalid events of the source with the largest one, over the last minutes; no value where none has any. */
  invalidPercentOfSource: "Percent",
} as const;

/**
 * Counters and distributions that are fields of the line and no metrics: Logs Insights finds them when somebody asks.
 * A metric costs by the month, and its declaration by the invocation; no alarm, dashboard or console reads these.
 */
export const fieldsOnly: ReadonlySet<string> = new Set([
  "recordsOut",
  "recordsFailed",
  "enrichmentFailures",
  "lookupMisses",
  "eventsUnmatched",
  "recordAgeMs",
  "durationMs",
  "lookupAgeMs",
  "recordsPerCall",
] satisfies readonly (keyof typeof counters | keyof typeof distributions)[]);

/**
 * Counters that are also a metric of each destination, because somebody else owns it and is to be told. Such a metric
 * exists, and costs, only while there is something to count: keep it to what should not happen.
 */
export const destinationCounters = {
  undelivered: counters.undelivered,
  duplicates: counters.duplicates,
} as const;

/**
 * Counts by a key, written as properties: searchable in Logs Insights, and never a dimension that costs a metric each.
 */
export const breakdowns = {
  /** Invalid events by schema id. */
  invalidBySchema: true,
  /** Invalid events by the source that sent them. */
  invalidBySource: true,
  /** Bad rows by failure kind. */
  badRowsByKind: true,
  /** Failed enrichments by name. */
  enrichmentFailuresByName: true,
  /** Failed reads of tables by the name of the lookup. */
  lookupFailuresByName: true,
  /** Events without a row by the name of the lookup. */
  lookupMissesByName: true,
  /** Failed deliveries by reason. */
  failuresByReason: true,
  /** Copies by route. */
  matchesByRoute: true,
  /** Failed deliveries by destination. */
  failuresByDestination: true,
  /** Records routed by version of the route documents. */
  recordsByRoutesVersion: true,
} as const;

/**
 * Metrics that each function writes if it has a value for them. A table, because alarms and dashboards are made
 * elsewhere: tests of the functions compare it with what they write, tests of the infrastructure with what it watches.
 */
export const metricsOfService = {
  enrichment: [
    "recordsIn",
    "eventsIn",
    "eventsOut",
    "eventsInvalid",
    "eventsUnknown",
    "eventsSetAside",
    "badRows",
    "enrichmentFailures",
    "recordsOut",
    "recordsFailed",
    "batchItemFailures",
    "deliveryRetries",
    "ambiguousDeliveries",
    "throttledAttempts",
    "privacyKeyFailures",
    "lookupFailures",
    "lookupMisses",
    "brokenSources",
    "invalidPercentOfSource",
    "coldStart",
    "eventAgeMs",
    "canaryAgeMs",
    "recordAgeMs",
    "durationMs",
    "lookupAgeMs",
    "recordsPerCall",
    "invalidBySchema",
    "invalidBySource",
    "badRowsByKind",
    "enrichmentFailuresByName",
    "lookupFailuresByName",
    "lookupMissesByName",
    "failuresByReason",
    "failuresByDestination",
  ],
  router: [
    "recordsIn",
    "eventsIn",
    "eventsOut",
    "badRows",
    "recordsOut",
    "recordsFailed",
    "batchItemFailures",
    "deliveryRetries",
    "ambiguousDeliveries",
    "throttledAttempts",
    "routeMatches",
    "eventsUnmatched",
    "eventsRoutedBefore",
    "undelivered",
    "duplicates",
    "coldStart",
    "eventAgeMs",
    "canaryAgeMs",
    "recordAgeMs",
    "durationMs",
    "recordsPerCall",
    "badRowsByKind",
    "failuresByReason",
    "matchesByRoute",
    "failuresByDestination",
    "recordsByRoutesVersion",
  ],
  canary: ["canariesAccepted", "canariesRefused", "canaryAnswerMs", "coldStart"],
} as const satisfies Readonly<
  Record<string, readonly (keyof typeof counters | keyof typeof distributions | keyof typeof breakdowns)[]>
>;

export type CounterName = keyof typeof counters;
export type DestinationCounterName = keyof typeof destinationCounters;
export type DistributionName = keyof typeof distributions;
export type BreakdownName = keyof typeof breakdowns;

/** Fields of a log line. A field that is not in this table cannot be logged, so no event is logged by accident. */
export const logFields = {
  level: "level",
  time: "time",
  message: "message",
  service: "service",
  stage: "stage",
  function: "function",
  requestId: "requestId",
  stream: "stream",
  shardId: "shardId",
  sequenceNumber: "sequenceNumber",
  firstSequenceNumber: "firstSequenceNumber",
  lastSequenceNumber: "lastSequenceNumber",
  /** The record from which on Lambda delivers again. */
  checkpoint: "checkpoint",
  records: "records",
  /** Records there was no time for. */
  unprocessed: "unprocessed",
  /** By kind. */
  badRows: "badRows",
  /** By enrichment. */
  enrichmentFailures: "enrichmentFailures",
  /** By reason. */
  failedOutputs: "failedOutputs",
  destination: "destination",
  kind: "kind",
  reason: "reason",
  name: "name",
  count: "count",
  attempts: "attempts",
  durationMs: "durationMs",
  remainingMs: "remainingMs",
  traceId: "traceId",
  error: "error",
} as const;

export type LogField = keyof typeof logFields;

/** The dimensions of every metric: few, and of few values. */
export const dimensionNames = ["service", "stage", "function"] as const;

/** The dimensions of a metric of a destination. */
export const destinationDimensionNames = ["service", "stage", "destination"] as const;

/** The dimensions of a metric of a route, `<application>/<route>`. */
export const routeDimensionNames = ["service", "stage", "route"] as const;

/** CloudWatch namespace of every metric. */
export const metricNamespace = "Millrace";

/** The servers that are compared. */
export const serverKinds = ["ingest", "floor", "express-json", "same-reading", "baseline", "benthos"] as const;

export type ServerKind = (typeof serverKinds)[number];

/** Descriptions of the servers, for the report. */
export const serverDescriptions: Record<ServerKind, string> = {
  ingest: "the service: Express, write key, limits, metrics",
  floor: "node:http with JSON.parse, JSON.stringify and PutRecords, no check of anything",
  "express-json": "Express with express.json(), JSON.stringify and PutRecords, no check of anything",
  "same-reading": "node:http with the service's own reading and encoding of events, nothing else of it",
  baseline: "the service of another checkout",
  benthos: "Benthos 4.60: HTTP, write key, JSON Schema of the envelope, mapping, PutRecords without a signature",
};

/** Message of a server process to the bench. */
export type ServerMessage =
  | { readonly type: "listening"; readonly port: number }
  /** Microseconds of CPU and the peak of memory since the process began, and events in its sink. */
  | { readonly type: "usage"; readonly cpuUs: number; readonly peakBytes: number; readonly events: number };

/** One run of the load generator. */
export interface LoadOptions {
  readonly port: number;
  readonly seconds: number;
  readonly connections: number;
  readonly eventsPerRequest: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly non2xx: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The write key of the bench. */
export const benchKey = "bench-key-0c6a";

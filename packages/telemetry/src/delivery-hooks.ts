import type { Telemetry } from "./telemetry.ts";

/** The hooks of `@millrace/put-records` that have a metric. */
export interface DeliveryHooks {
  onRequest(report: { readonly records: number }): void;
  onThrottle(report: { readonly records: number }): void;
}

/**
 * Creates hooks of a PutRecords client that count two figures which no delivery has: how full its calls are, and how
 * often a shard refused. An answer that comes after the end of its invocation counts for the next one.
 *
 * @example
 * ```ts
 * createPutRecords({ client, streamName: "enriched", hooks: createDeliveryHooks(telemetry) });
 * ```
 */
export function createDeliveryHooks(telemetry: Telemetry): DeliveryHooks {
  return {
    onRequest: ({ records }) => telemetry.observe("recordsPerCall", records),
    onThrottle: ({ records }) => telemetry.count("throttledAttempts", records),
  };
}

import type { TrafficOptions } from "./traffic-plan.ts";

/** Shares and sizes of the sample traffic. */
export const sampleMix: Omit<TrafficOptions, "random"> = {
  brokenShare: 0.03,
  strayShare: 0.01,
  concurrentSessions: 40,
  maxEventsPerRequest: 8,
};

/**
 * Bytes of an event in a record of the raw stream, and of the enriched stream and those behind it: means over the mix.
 */
export const rawEventBytes = 778;
export const enrichedEventBytes = 1_559;

import type { TrafficOptions } from "./traffic-plan.ts";

const FEWEST_SESSIONS = 40;

/** Most events in a request, unless `start` is told another number. */
export const MAX_EVENTS_PER_REQUEST = 8;

/**
 * Shares and sizes of the sample traffic at so many events a second. A request has two events on average, and a visitor
 * sends one every two seconds: a higher rate comes from more visitors, not from hastier ones, whose events would queue
 * for one another wherever the order of a key is kept.
 */
export function sampleMix(rate: number, maxEventsPerRequest = MAX_EVENTS_PER_REQUEST): Omit<TrafficOptions, "random"> {
  return {
    brokenShare: 0.03,
    strayShare: 0.01,
    concurrentSessions: Math.max(FEWEST_SESSIONS, Math.ceil(rate)),
    maxEventsPerRequest,
  };
}

/**
 * Bytes of an event in a record of the raw stream, and of the enriched stream and those behind it: means over the mix.
 */
export const RAW_EVENT_BYTES = 778;
export const ENRICHED_EVENT_BYTES = 1_559;

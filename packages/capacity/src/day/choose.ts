import type { Day } from "./run-day.ts";
import type { ScalingName } from "./scaling.ts";

/** The age of events that prod promises: `alarms.eventAge` there. */
export const PROMISED_AGE_SECONDS = 30;

/** Forms of scaling that need no program of ours. */
const ownedByAws: ReadonlySet<ScalingName> = new Set([
  "fixed for the peak",
  "on-demand Standard",
  "on-demand Advantage",
]);

/** The cheapest of AWS's own ways that keeps the 99th percentile of the ages within the promise. */
export function choose(days: readonly Day[]): Day | undefined {
  return days
    .filter(({ scaling, p99AgeSeconds }) => ownedByAws.has(scaling) && p99AgeSeconds <= PROMISED_AGE_SECONDS)
    .toSorted((left, right) => left.dollars - right.dollars)[0];
}

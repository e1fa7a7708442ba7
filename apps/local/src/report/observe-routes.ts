import type { Kinesis } from "@millrace/aws-simulator";
import type { Baseline } from "./baseline.ts";
import type { ExpectedRoute } from "./expected-routes.ts";
import { Sightings } from "./observations.ts";
import { readLines } from "./observe-streams.ts";

interface RoutedLine {
  readonly event: { readonly source: string; readonly id: string };
  /** The router writes on each copy which routes it is delivered for. */
  readonly processing: { readonly router: { readonly routes: readonly string[] } };
}

/**
 * What the destination streams hold, by route. A stream's physical name ends with the name the document gives it; a
 * route whose stream does not exist has no entry.
 */
export function observeRoutes(
  kinesis: Kinesis,
  routes: readonly ExpectedRoute[],
  baseline: Baseline,
): ReadonlyMap<string, Sightings> {
  const observed = new Map<string, Sightings>();
  const streams = kinesis.streamNames();
  for (const logicalName of new Set(routes.map(({ stream }) => stream))) {
    const streamName = streams.find((name) => name === logicalName || name.endsWith(`-${logicalName}`));
    if (streamName === undefined) continue;
    const own = routes.filter(({ stream }) => stream === logicalName);
    for (const { name } of own) observed.set(name, new Sightings());
    for (const { text, arrivalMs } of readLines(kinesis, streamName, baseline)) {
      const line = JSON.parse(text) as RoutedLine;
      const identity = JSON.stringify([line.event.source, line.event.id]);
      for (const route of line.processing.router.routes) {
        const sightings = observed.get(route) ?? new Sightings();
        observed.set(route, sightings);
        sightings.add(identity, arrivalMs);
      }
    }
  }
  return observed;
}

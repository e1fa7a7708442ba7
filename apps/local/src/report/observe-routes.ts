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

/** Queues and buses, as far as they are looked at here. */
export interface ObservedServices {
  names(): readonly string[];
  messagesAfter(name: string, number: number): readonly { readonly text: string; readonly arrivalMs: number }[];
}

/**
 * Events in the destinations, by route. A destination's physical name ends with the name the document gives it; a
 * route whose destination does not exist has no entry.
 */
export function observeRoutes(
  kinesis: Kinesis,
  services: ObservedServices,
  routes: readonly ExpectedRoute[],
  baseline: Baseline,
): ReadonlyMap<string, Sightings> {
  const observed = new Map<string, Sightings>();
  for (const logicalName of new Set(routes.map(({ destination }) => destination))) {
    const place = linesOf(logicalName, kinesis, services, baseline);
    if (place === undefined) continue;
    const { lines, forgottenMs } = place;
    const own = routes.filter(({ destination }) => destination === logicalName);
    for (const { name } of own) observed.set(name, new Sightings(forgottenMs));
    for (const { text, arrivalMs } of lines) {
      const value = JSON.parse(text) as RoutedLine | { readonly detail: RoutedLine };
      const line = "detail" in value ? value.detail : value;
      const identity = JSON.stringify([line.event.source, line.event.id]);
      for (const route of line.processing.router.routes) {
        const sightings = observed.get(route) ?? new Sightings(forgottenMs);
        observed.set(route, sightings);
        sightings.add(identity, arrivalMs);
      }
    }
  }
  return observed;
}

interface Lines extends Pick<Baseline, "forgottenMs"> {
  readonly lines: Iterable<{ readonly text: string; readonly arrivalMs: number }>;
}

/** Events of a stream, queue or bus since the run began; undefined when there is none of the name. */
function linesOf(
  logicalName: string,
  kinesis: Kinesis,
  services: ObservedServices,
  baseline: Baseline,
): Lines | undefined {
  const isAt = (name: string): boolean => name === logicalName || name.endsWith(`-${logicalName}`);
  const streamName = kinesis.streamNames().find(isAt);
  if (streamName !== undefined) {
    return { lines: readLines(kinesis, streamName, baseline), forgottenMs: baseline.forgottenMs };
  }
  const name = services.names().find(isAt);
  if (name === undefined) return undefined;
  const lines = services.messagesAfter(name, 0).filter(({ arrivalMs }) => arrivalMs >= baseline.startedAtMs);
  return { lines, forgottenMs: 0 };
}

import { eventIdentity } from "@millrace/event-contracts";
import { loadPatterns } from "@millrace/event-pattern";
import type { CompiledRoute, CompiledRoutes, CompiledStream } from "./compiled-routes.ts";
import { InvalidCompiledRoutesError } from "./errors.ts";
import { type FieldSelector, projectEvent } from "./project.ts";
import { samplePoint } from "./sample-point.ts";

/** The routes of a deployment, ready to be asked. */
export interface RouteSet {
  readonly version: string;
  readonly streams: readonly CompiledStream[];
  /** Every route, as `<application>/<route>`. */
  readonly routeIds: readonly string[];
  /** What an enriched event leads to; empty when no route matches. */
  route(event: RoutedEvent): RouteResult;
}

/** As much of an enriched event as routing itself needs. */
export interface RoutedEvent {
  readonly event: { readonly id: string; readonly source: string; readonly subject?: string | undefined };
}

export interface RouteResult {
  /** Routes whose pattern holds, also those whose sample leaves this event out. */
  readonly matched: readonly string[];
  /** One copy per destination stream. */
  readonly copies: readonly EventCopy[];
}

/** The event as one destination gets it. */
export interface EventCopy {
  readonly stream: CompiledStream;
  /** The routes it is delivered for, `<application>/<route>`. */
  readonly routes: readonly string[];
  /** The event, projected; the very object given when nothing is left out. */
  readonly event: Readonly<Record<string, unknown>>;
  /** Value of the stream's partition key field, when the event has one. */
  readonly partitionKey: string | undefined;
}

/**
 * Loads compiled routes.
 * @throws InvalidCompiledRoutesError
 */
export function loadRoutes(compiled: CompiledRoutes): RouteSet {
  if ((compiled.format as number) !== 1) throw new InvalidCompiledRoutesError("Expected compiled routes of format 1");
  const patterns = loadPatterns(compiled.patterns);
  const routes = new Map(compiled.routes.map((route) => [route.id, route]));
  return {
    version: compiled.version,
    streams: compiled.streams,
    routeIds: compiled.routes.map((route) => route.id),
    route(event) {
      const matched = patterns.match(event);
      return { matched, copies: matched.length === 0 ? [] : copiesOf(event, matched, routes, compiled.streams) };
    },
  };
}

function copiesOf(
  event: RoutedEvent,
  matched: readonly string[],
  routes: ReadonlyMap<string, CompiledRoute>,
  streams: readonly CompiledStream[],
): EventCopy[] {
  const byStream = new Map<number, CompiledRoute[]>();
  let point: number | undefined;
  for (const id of matched) {
    const route = routes.get(id);
    if (route === undefined) continue;
    if (route.sample !== undefined) {
      point ??= samplePoint(eventIdentity(event.event));
      if (point >= route.sample) continue;
    }
    const group = byStream.get(route.stream);
    if (group === undefined) byStream.set(route.stream, [route]);
    else group.push(route);
  }
  return [...byStream].flatMap(([index, group]): EventCopy[] => {
    const stream = streams[index];
    if (stream === undefined) return [];
    const whole = event as unknown as Readonly<Record<string, unknown>>;
    const partitionKey = keyOf(whole, stream.partitionKey);
    return [{ stream, routes: group.map((route) => route.id), event: projectFor(whole, group), partitionKey }];
  });
}

/** A copy holds what any of its routes asks for. */
function projectFor(
  event: Readonly<Record<string, unknown>>,
  group: readonly CompiledRoute[],
): Readonly<Record<string, unknown>> {
  const selectors: FieldSelector[] = [];
  for (const { keep, drop } of group) {
    if (keep === undefined && drop === undefined) return event;
    selectors.push(keep === undefined ? { isKeep: false, paths: drop ?? [] } : { isKeep: true, paths: keep });
  }
  return projectEvent(event, selectors);
}

function keyOf(event: Readonly<Record<string, unknown>>, path: readonly string[] | undefined): string | undefined {
  if (path === undefined) return undefined;
  let value: unknown = event;
  for (const segment of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[segment];
  }
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

import { eventIdentity } from "@millrace/event-contracts";
import {
  loadPatterns,
  mayRespellNumbers,
  NumberText,
  numberOfText,
  parseKeepingSpelling,
} from "@millrace/event-pattern";
import type { CompiledRoute, CompiledRoutes, CompiledDestination } from "./compiled-routes.ts";
import { InvalidCompiledRoutesError } from "./errors.ts";
import { Projections } from "./projections.ts";
import { createReshaper } from "./reshape.ts";
import { samplePoint } from "./sample-point.ts";

/** The routes of a deployment, ready to be asked. */
export interface RouteSet {
  readonly version: string;
  readonly destinations: readonly CompiledDestination[];
  /** Every route, as `<application>/<route>`. */
  readonly routeIds: readonly string[];
  /**
   * Returns the copies that an enriched event leads to; none when no route matches.
   * @param text the JSON text of the event: with it, numbers are compared, projected and made keys of by their digits
   */
  route(event: RoutedEvent, text?: string): RouteResult;
}

/** As much of an enriched event as routing itself needs. */
export interface RoutedEvent {
  readonly event: { readonly id: string; readonly source: string; readonly subject?: string | undefined };
}

export interface RouteResult {
  /** Routes whose pattern holds, also those whose sample leaves this event out. */
  readonly matched: readonly string[];
  /** One copy per destination. */
  readonly copies: readonly EventCopy[];
}

/** The event as one destination gets it. */
export interface EventCopy {
  readonly destination: CompiledDestination;
  /** The routes it is delivered for, `<application>/<route>`. */
  readonly routes: readonly string[];
  /** The event, projected and reshaped; the very object given when nothing is left out or renamed. */
  readonly event: Readonly<Record<string, unknown>>;
  /** Value of the destination's partition key field, when the event has one. */
  readonly partitionKey: string | undefined;
}

/** The formats of compiled routes and of published artifacts that this version reads. */
export const FORMATS: readonly number[] = [2, 3];

/**
 * Loads compiled routes.
 * @throws InvalidCompiledRoutesError
 */
export function loadRoutes(compiled: CompiledRoutes): RouteSet {
  if (!FORMATS.includes(compiled.format))
    throw new InvalidCompiledRoutesError("Expected compiled routes of format 2 or 3");
  const patterns = loadPatterns(compiled.patterns);
  const routes = new Map(compiled.routes.map((route) => [route.id, route]));
  const destinations = compiled.destinations.map((destination): Target => {
    const { reshape } = destination;
    return {
      destination,
      projections: new Projections(),
      reshape: reshape === undefined ? undefined : createReshaper(reshape),
    };
  });
  return {
    version: compiled.version,
    destinations: compiled.destinations,
    routeIds: compiled.routes.map((route) => route.id),
    route(event, text) {
      const matched = patterns.match(event, text);
      if (matched.length === 0) return { matched, copies: [] };
      return { matched, copies: copiesOf(createReading(event, text), matched, routes, destinations) };
    },
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

/** A destination with what selects the fields of its events and what gives them their names. */
interface Target {
  readonly destination: CompiledDestination;
  readonly projections: Projections;
  readonly reshape: ((event: JsonObject) => JsonObject) | undefined;
}

/** An event in two readings: as it was given, and with the digits of its text. */
interface Reading {
  readonly event: RoutedEvent;
  readonly whole: JsonObject;
  exact(): JsonObject;
}

function createReading(event: RoutedEvent, text: string | undefined): Reading {
  const whole = event as unknown as JsonObject;
  let exact: JsonObject | undefined;
  return {
    event,
    whole,
    // Nearly no text has a number that would be written in another way. Then the event itself is exact.
    exact: () =>
      (exact ??= text === undefined || !mayRespellNumbers(text) ? whole : (parseKeepingSpelling(text) as JsonObject)),
  };
}

function copiesOf(
  reading: Reading,
  matched: readonly string[],
  routes: ReadonlyMap<string, CompiledRoute>,
  destinations: readonly Target[],
): EventCopy[] {
  const byDestination = new Map<number, CompiledRoute[]>();
  let point: number | undefined;
  for (const id of matched) {
    const route = routes.get(id);
    if (route === undefined) continue;
    if (route.sample !== undefined) {
      point ??= samplePoint(eventIdentity(reading.event.event));
      if (point >= route.sample) continue;
    }
    const group = byDestination.get(route.destination);
    if (group === undefined) byDestination.set(route.destination, [route]);
    else group.push(route);
  }
  return [...byDestination].flatMap(([index, group]): EventCopy[] => {
    const target = destinations[index];
    if (target === undefined) return [];
    const { destination } = target;
    const partitionKey = keyOf(reading, destination.partitionKey);
    const event = eventFor(reading, target, group);
    return [{ destination, routes: group.map((route) => route.id), event, partitionKey }];
  });
}

/** A projected or reshaped event is written from its values, so each number is read by its digits. */
function eventFor(reading: Reading, { projections, reshape }: Target, group: readonly CompiledRoute[]): JsonObject {
  const project = projections.of(group);
  if (reshape === undefined) return project === undefined ? reading.whole : project(reading.exact());
  return reshape(project === undefined ? reading.exact() : project(reading.exact()));
}

function keyOf(reading: Reading, path: readonly string[] | undefined): string | undefined {
  if (path === undefined) return undefined;
  let value = valueAt(reading.whole, path);
  // Two ids that one double stands for are two keys.
  if (typeof value === "number" && !Number.isSafeInteger(value)) value = valueAt(reading.exact(), path);
  if (value instanceof NumberText) value = numberOfText(value.text);
  if (value instanceof NumberText) return value.text;
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** The value at a path; a key with dots in it is as many steps, as it is for patterns. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (let steps = 1; steps <= path.length; steps += 1) {
    const key = path.slice(0, steps).join(".");
    if (!Object.hasOwn(value, key)) continue;
    const found = valueAt((value as JsonObject)[key], path.slice(steps));
    if (found !== undefined) return found;
  }
  return undefined;
}

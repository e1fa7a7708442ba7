import {
  compilePattern,
  EventPatternError,
  InvalidPatternError,
  parseEventText,
  PatternTooCostlyError,
} from "@millrace/event-pattern";
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { meaningOf } from "../compile/meaning.ts";
import { duplicateKeys } from "./duplicate-keys.ts";
import type { Fault, Parsed } from "./fault.ts";
import type { Route, RouteDocument } from "./route-document.ts";
import { schemaFaults } from "./schema-faults.ts";

type Draft = Omit<Fault, "file" | "severity">;

/**
 * Reads one route document: JSON, its schema, every pattern, and what a schema cannot say. All faults come at once.
 *
 * @param text the file's text
 * @param file the file's path, as faults should name it
 * @example parseRouteDocument('{"application":"fraud"}', "fraud.json").errors.map((fault) => fault.message)
 * // ['Property "owner" is missing.', 'Property "routes" is missing.']
 */
export function parseRouteDocument(text: string, file: string): Parsed<RouteDocument> {
  const faults = (drafts: readonly Draft[], severity: Fault["severity"] = "error"): Fault[] =>
    drafts.map((draft) => ({ severity, file, ...draft }));
  try {
    JSON.parse(text);
  } catch (error) {
    const message = `The file is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    return {
      value: undefined,
      warnings: [],
      errors: faults([{ pointer: "", rule: "json", message, fix: "Correct the JSON." }]),
    };
  }
  // Patterns and the events of tests keep digits that no double holds: the pattern `[9007199254740993]` is not that of
  // …992.
  const value = parseEventText(text);
  const errors = [...duplicateFaults(text), ...schemaFaults(value), ...patternFaults(value)];
  if (errors.length > 0) return { value: undefined, warnings: [], errors: faults(errors) };
  const document = value as RouteDocument;
  const inner = [
    ...nameFaults(document, file),
    ...sharedStreamFaults(document),
    ...formerDestinationFaults(document),
    ...testFaults(document),
  ];
  return {
    value: inner.length === 0 ? document : undefined,
    warnings: faults(schemaReference(document), "warning"),
    errors: faults(inner),
  };
}

function duplicateFaults(text: string): Draft[] {
  return duplicateKeys(text).map((pointer) => {
    const message = "The property stands twice in one object; the first one would be ignored.";
    return { pointer, rule: "duplicate-key", message, fix: "Remove one of them, or put their values together." };
  });
}

/** Patterns are looked at even when the document around them is broken, so that their faults are not a second round. */
function patternFaults(value: unknown): Draft[] {
  const routes = (value as { routes?: unknown } | null)?.routes;
  if (!Array.isArray(routes)) return [];
  return routes.flatMap((route: unknown, index) => {
    const pattern = (route as { pattern?: unknown } | null)?.pattern;
    return pattern === undefined ? [] : faultsOfPattern(pattern, `/routes/${index}/pattern`);
  });
}

function faultsOfPattern(pattern: unknown, pointer: string): Draft[] {
  try {
    compilePattern(pattern as object as Route["pattern"]);
    return spellingFaults(pattern as object as JsonObject, pointer, [], new Map());
  } catch (error) {
    if (error instanceof InvalidPatternError) {
      const fix = "See the operators in packages/event-pattern/README.md.";
      return [{ pointer: pointer + error.pointer, rule: "pattern", message: `${error.reason}.`, fix }];
    }
    if (error instanceof PatternTooCostlyError) {
      const message = `${error.value} ${error.measure}, at most ${error.limit} are allowed.`;
      return [
        { pointer: pointer + error.pointer, rule: "pattern-cost", message, fix: "Split the route into several." },
      ];
    }
    throw error instanceof EventPatternError
      ? error
      : new Error(`Cannot read the pattern at ${pointer}`, { cause: error });
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Fields that a pattern names both by steps and by dots: one of the two would replace the other. */
function spellingFaults(
  pattern: JsonObject,
  pointer: string,
  above: readonly string[],
  seen: Map<string, string>,
): Draft[] {
  return Object.entries(pattern).flatMap(([key, value]): Draft[] => {
    const at = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const path = [...above, key];
    if (Array.isArray(value)) {
      // Alternatives are patterns of their own, on top of what is beside them.
      if (key === "$or")
        return value.flatMap((one, index) => spellingFaults(one as JsonObject, `${at}/${index}`, above, new Map()));
      const name = path.join(".");
      const other = seen.get(name);
      seen.set(name, other ?? at);
      if (other === undefined) return [];
      const message = `The field "${name}" is named at ${other} already, in another spelling.`;
      return [{ pointer: at, rule: "two-spellings", message, fix: "Name the field once, with all its values." }];
    }
    return spellingFaults(value as JsonObject, at, path, seen);
  });
}

function nameFaults(document: RouteDocument, file: string): Draft[] {
  const faults: Draft[] = [];
  if (basename(file) !== `${document.application}.json`) {
    const message = `The application is "${document.application}", the file ${basename(file)}.`;
    faults.push({
      pointer: "/application",
      rule: "file-name",
      message,
      fix: `Name the file ${document.application}.json.`,
    });
  }
  const seen = new Map<string, number>();
  document.routes.forEach(({ name }, index) => {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else {
      const message = `Route name "${name}" is used by /routes/${first} already.`;
      faults.push({
        pointer: `/routes/${index}/name`,
        rule: "route-name",
        message,
        fix: "Give each route its own name.",
      });
    }
  });
  return faults;
}

/** One event makes one copy per stream, so routes that share a stream must agree on how it is written. */
function sharedStreamFaults(document: RouteDocument): Draft[] {
  const faults: Draft[] = [];
  const first = new Map<string, { route: Route; index: number }>();
  document.routes.forEach((route, index) => {
    const { stream } = route.destination;
    const other = first.get(stream);
    if (other === undefined) return void first.set(stream, { route, index });
    for (const property of ["partitionKey", "delivery"] as const) {
      if (isDeepStrictEqual(meaningOf(route)[property], meaningOf(other.route)[property])) continue;
      const message = `Route "${route.name}" writes to stream "${stream}" with another ${property} than route "${other.route.name}".`;
      const pointer = route[property] === undefined ? `/routes/${index}` : `/routes/${index}/${property}`;
      faults.push({ pointer, rule: "shared-stream", message, fix: "Use the same value in both, or another stream." });
    }
    if (!isDeepStrictEqual(meaningOf(route).arn, meaningOf(other.route).arn)) {
      const message = `Route "${route.name}" names other ARNs for stream "${stream}" than route "${other.route.name}".`;
      const pointer = `/routes/${index}/destination`;
      faults.push({ pointer, rule: "shared-stream", message, fix: "Use the same ARNs in both, or another stream." });
    }
  });
  return faults;
}

/** A destination is in use or it is not; a document without either has nothing to say. */
function formerDestinationFaults({ routes, formerDestinations = [] }: RouteDocument): Draft[] {
  if (routes.length === 0 && formerDestinations.length === 0) {
    const fix = "Add a route, or list the streams that its routes had as former destinations.";
    return [{ pointer: "/routes", rule: "no-routes", message: "The document has no route.", fix }];
  }
  return formerDestinations.flatMap(({ stream, retire = false }, index): Draft[] => {
    const at = { pointer: `/formerDestinations/${index}/stream`, rule: "former-destination" };
    const writer = routes.find(({ destination }) => destination.stream === stream);
    if (writer !== undefined) {
      const message = `Stream "${stream}" is ${retire ? "to be retired" : "a former destination"}, but route "${writer.name}" writes to it.`;
      return [{ ...at, message, fix: "Remove the entry, or every route that writes to the stream." }];
    }
    const first = formerDestinations.findIndex((other) => other.stream === stream);
    if (first === index) return [];
    const message = `Stream "${stream}" is listed by /formerDestinations/${first} already.`;
    return [{ ...at, message, fix: "Remove one of the entries." }];
  });
}

function testFaults(document: RouteDocument): Draft[] {
  return document.routes.flatMap(({ name, tests }, index) => {
    const missing = [true, false].filter((matches) => !tests.some((test) => test.matches === matches));
    return missing.map((matches) => ({
      pointer: `/routes/${index}/tests`,
      rule: "test-coverage",
      message: `Route "${name}" has no test of an event that ${matches ? "matches" : "does not match"}.`,
      fix: `Add a test with "matches": ${matches}.`,
    }));
  });
}

function schemaReference(document: RouteDocument): Draft[] {
  if (document.$schema !== undefined) return [];
  const fix = `Add "$schema": "./route-document.schema.json", so that editors complete and check the file.`;
  return [{ pointer: "", rule: "schema-reference", message: "The document does not name its schema.", fix }];
}

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
import { notAnArn } from "../destinations/check-destinations.ts";
import { nameDestination } from "../destinations/name-destination.ts";
import { parseDestinationArn } from "../destinations/physical-destination.ts";
import { duplicateKeys } from "./duplicate-keys.ts";
import type { Fault, Parsed } from "./fault.ts";
import type { Route, RouteDocument } from "./route-document.ts";
import { pointerStep } from "./pointer-step.ts";
import { reshapeFaults } from "./reshape-faults.ts";
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
    ...sharedDestinationFaults(document),
    ...settingFaults(document),
    ...reshapeFaults(document),
    ...arnFaults(document),
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
    return spellingFaults({ pattern: pattern as object as JsonObject, above: [] }, pointer, new Map());
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

/**
 * Fields that a pattern names twice: by steps and by dots, or beside an `$or` and in it. One of the two would replace
 * the other.
 *
 * @param seen the fields that hold for the pattern already, and where each is named; gets those of the pattern
 */
function spellingFaults({ pattern, above }: Below, pointer: string, seen: Map<string, string>): Draft[] {
  const { fields, alternatives } = partsOf(pattern, pointer, above);
  const faults = fields.flatMap(([name, at]): Draft[] => {
    const other = seen.get(name);
    seen.set(name, other ?? at);
    if (other === undefined) return [];
    const message = `The field "${name}" is named at ${other} already, and one of the two would replace the other.`;
    return [{ pointer: at, rule: "two-spellings", message, fix: "Name the field once, with all its values." }];
  });
  for (const group of alternatives) {
    // Alternatives are patterns of their own, on top of what is beside them.
    const around = [...seen];
    for (const [one, at] of group) {
      const inside = new Map(around);
      faults.push(...spellingFaults(one, at, inside));
      for (const [name, place] of inside) if (!seen.has(name)) seen.set(name, place);
    }
  }
  return faults;
}

/** A pattern below the names of objects around it. */
interface Below {
  readonly above: readonly string[];
  readonly pattern: JsonObject;
}

interface PatternParts {
  /** Dotted name and pointer of each field that is named outside of every `$or`. */
  readonly fields: [name: string, pointer: string][];
  /** Of each `$or`: its alternatives and their pointers. */
  readonly alternatives: [alternative: Below, pointer: string][][];
}

function partsOf(pattern: JsonObject, pointer: string, above: readonly string[]): PatternParts {
  const parts: PatternParts = { fields: [], alternatives: [] };
  for (const [key, value] of Object.entries(pattern)) {
    const at = pointer + pointerStep(key);
    if (key === "$or" && Array.isArray(value) && value.every((one) => typeof one === "object")) {
      parts.alternatives.push(value.map((one, index) => [{ above, pattern: one as JsonObject }, `${at}/${index}`]));
    } else if (Array.isArray(value)) parts.fields.push([[...above, key].join("."), at]);
    else {
      const inner = partsOf(value as JsonObject, at, [...above, key]);
      parts.fields.push(...inner.fields);
      parts.alternatives.push(...inner.alternatives);
    }
  }
  return parts;
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

/** One event makes one copy per destination, so routes that share one must agree on how it is written to. */
function sharedDestinationFaults(document: RouteDocument): Draft[] {
  const faults: Draft[] = [];
  const first = new Map<string, { route: Route; index: number }>();
  document.routes.forEach((route, index) => {
    const { kind, name } = nameDestination(route.destination);
    const other = first.get(name);
    if (other === undefined) return void first.set(name, { route, index });
    const is = meaningOf(route);
    const was = meaningOf(other.route);
    // A name of two kinds is told where all documents are compared.
    if (is.kind !== was.kind) return;
    const fix = `Use the same value in both, or another ${kind.property}.`;
    for (const property of ["partitionKey", "delivery", "reshape"] as const) {
      if (isDeepStrictEqual(is[property], was[property])) continue;
      const message = `Route "${route.name}" writes to ${kind.property} "${name}" with another ${property} than route "${other.route.name}".`;
      const pointer = route[property] === undefined ? `/routes/${index}` : `/routes/${index}/${property}`;
      faults.push({ pointer, rule: "shared-stream", message, fix });
    }
    if (!isDeepStrictEqual(is.arn, was.arn)) {
      const message = `Route "${route.name}" names other ARNs for ${kind.property} "${name}" than route "${other.route.name}".`;
      faults.push({ pointer: `/routes/${index}/destination`, rule: "shared-stream", message, fix });
    }
  });
  return faults;
}

/** Settings that say nothing about the kind of a route's destination. */
function settingFaults(document: RouteDocument): Draft[] {
  return document.routes.flatMap(({ destination, partitionKey, delivery = {} }, index): Draft[] => {
    const { kind } = nameDestination(destination);
    const given = [
      { setting: "partitionKey", pointer: "/partitionKey", isGiven: partitionKey !== undefined },
      { setting: "ordering", pointer: "/delivery/ordering", isGiven: delivery.ordering === "per-key" },
      {
        setting: "eventsPerRecord",
        pointer: "/delivery/eventsPerRecord",
        isGiven: delivery.eventsPerRecord === "many",
      },
    ] as const;
    return given
      .filter(({ setting, isGiven }) => isGiven && !kind.settings.has(setting))
      .map(({ setting, pointer }) => {
        const message = `A ${kind.property} has no ${setting}: a ${kind.noun} gets each event by itself and promises no order.`;
        const fix = "Leave it out, or deliver to a stream.";
        return { pointer: `/routes/${index}${pointer}`, rule: "destination-setting", message, fix };
      });
  });
}

/** ARNs of something that is not of the destination's kind. */
function arnFaults({ routes, formerDestinations = [] }: RouteDocument): Draft[] {
  const named = [
    ...routes.map(({ destination }, index) => ({ destination, pointer: `/routes/${index}/destination` })),
    ...formerDestinations.map((destination, index) => ({ destination, pointer: `/formerDestinations/${index}` })),
  ];
  return named.flatMap(({ destination, pointer }) => {
    const { kind, arn } = nameDestination(destination);
    return Object.entries(arn)
      .filter(([, text]) => parseDestinationArn(text, kind) === undefined)
      .map(([environment, text]) => ({ pointer: `${pointer}/arn/${environment}`, ...notAnArn(text, kind) }));
  });
}

/** A destination is in use or it is not; a document without either has nothing to say. */
function formerDestinationFaults({ routes, formerDestinations = [] }: RouteDocument): Draft[] {
  if (routes.length === 0 && formerDestinations.length === 0) {
    const fix = "Add a route, or list the destinations that its routes had as former destinations.";
    return [{ pointer: "/routes", rule: "no-routes", message: "The document has no route.", fix }];
  }
  const names = formerDestinations.map((former) => nameDestination(former).name);
  return formerDestinations.flatMap((former, index): Draft[] => {
    const { kind, name } = nameDestination(former);
    const title = `${kind.property[0]?.toUpperCase()}${kind.property.slice(1)} "${name}"`;
    const at = { pointer: `/formerDestinations/${index}/${kind.property}`, rule: "former-destination" };
    const writer = routes.find(({ destination }) => nameDestination(destination).name === name);
    if (writer !== undefined) {
      const message = `${title} is ${former.retire === true ? "to be retired" : "a former destination"}, but route "${writer.name}" writes to it.`;
      return [{ ...at, message, fix: `Remove the entry, or every route that writes to the ${kind.property}.` }];
    }
    const first = names.indexOf(name);
    if (first === index) return [];
    const message = `${title} is listed by /formerDestinations/${first} already.`;
    return [{ ...at, message, fix: "Remove one of the entries." }];
  });
}

function testFaults(document: RouteDocument): Draft[] {
  return document.routes.flatMap(({ name, tests }, index) => {
    const idle = tests.flatMap(({ matches, delivers }, at) => {
      if (matches || delivers === undefined) return [];
      const message = "The event does not match, so nothing is delivered of it.";
      const pointer = `/routes/${index}/tests/${at}/delivers`;
      return [{ pointer, rule: "test-coverage", message, fix: 'Remove "delivers".' }];
    });
    const missing = [true, false].filter((matches) => !tests.some((test) => test.matches === matches));
    const gaps = missing.map((matches) => ({
      pointer: `/routes/${index}/tests`,
      rule: "test-coverage",
      message: `Route "${name}" has no test of an event that ${matches ? "matches" : "does not match"}.`,
      fix: `Add a test with "matches": ${matches}.`,
    }));
    return [...gaps, ...idle];
  });
}

function schemaReference(document: RouteDocument): Draft[] {
  if (document.$schema !== undefined) return [];
  const fix = `Add "$schema": "./route-document.schema.json", so that editors complete and check the file.`;
  return [{ pointer: "", rule: "schema-reference", message: "The document does not name its schema.", fix }];
}

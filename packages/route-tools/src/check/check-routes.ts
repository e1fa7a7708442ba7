import type { Registry } from "@millrace/contract-tools/registry";
import { type Conjunction, parsePattern } from "@millrace/event-pattern";
import { analysePattern } from "../analysis/analyse-pattern.ts";
import { EventModel } from "../analysis/event-model.ts";
import { closestName, type Fault, type Route, type RouteDocument, type RouteFolder } from "@millrace/routes";
import { examplesOf } from "../generate/generate-events.ts";
import { checkFields } from "./check-fields.ts";
import { checkOverlap } from "./check-overlap.ts";
import { checkReshape } from "./check-reshape.ts";
import { checkSensitive } from "./check-sensitive.ts";
import { checkTestEvents } from "./check-test-events.ts";
import { checkTests } from "./check-tests.ts";

/** A finding about one route; the pointer is inside the route. */
export type RouteFinding = Omit<Fault, "file">;

/** A route with what was worked out of it once. */
export interface ParsedRoute {
  readonly route: Route;
  readonly index: number;
  readonly document: RouteDocument;
  readonly conjunctions: readonly Conjunction[];
}

/**
 * Checks documents that could be read: their inline tests, and each pattern, projection and key against the contracts.
 *
 * @returns all findings of all documents, errors and warnings, each with file and pointer
 * @example checkRoutes(readRouteDocuments("schemas/routes"), loadRegistry("schemas")).length // 0
 */
export function checkRoutes(folder: RouteFolder, registry: Registry): Fault[] {
  const model = new EventModel(registry);
  return [...folder.faults, ...folder.documents.flatMap(({ file, document }) => checkDocument(file, document, model))];
}

function checkDocument(file: string, document: RouteDocument, model: EventModel): Fault[] {
  const routes = document.routes.map((route, index) => ({
    route,
    index,
    document,
    conjunctions: parsePattern(route.pattern),
  }));
  const inRoutes = routes.flatMap((parsed) => {
    const ofPattern = analysePattern(parsed.conjunctions, model);
    const findings: RouteFinding[] = [
      ...ofPattern.map((finding) => ({ ...finding, pointer: `/pattern${finding.pointer}` })),
      ...checkFields(parsed, model),
      ...checkSensitive(parsed, model),
      ...checkReshape(parsed, routes, model),
      ...checkOverlap(parsed, routes),
      ...checkTests(parsed.route),
      // A pattern on something that does not exist also fails its tests: one fault is enough.
      ...(ofPattern.length === 0 ? [...checkTestEvents(parsed.route, model), ...checkExample(parsed, model)] : []),
    ];
    return findings.map((finding) => ({ ...finding, file, pointer: `/routes/${parsed.index}${finding.pointer}` }));
  });
  return [...checkClearance(document, model).map((finding) => ({ ...finding, file })), ...inRoutes];
}

/** A pattern that no event could be made for may be one that never matches in a way that the checks do not know. */
function checkExample({ route, conjunctions }: ParsedRoute, model: EventModel): RouteFinding[] {
  const { matching, other } = examplesOf(route, conjunctions, model);
  if (matching !== undefined && other !== undefined) return [];
  const kind = matching === undefined ? "matches" : "does not match";
  const message = `No event could be made up that the contracts allow and that route "${route.name}" ${kind}.`;
  const fix = "Look at each field of the pattern: is there an event that holds them all?";
  return [{ severity: "warning", pointer: "/pattern", rule: "no-example", message, fix }];
}

/** A class that no contract has was mistyped, and clears nothing. */
function checkClearance({ clearance = [] }: RouteDocument, { privacyClasses }: EventModel): RouteFinding[] {
  return clearance.flatMap((name, index): RouteFinding[] => {
    if (privacyClasses.has(name)) return [];
    const closest = closestName(name, privacyClasses);
    const fix = closest === undefined ? `Known are ${[...privacyClasses].join(", ")}.` : `Did you mean "${closest}"?`;
    const message = `No contract has a field of class "${name}".`;
    return [{ severity: "error", pointer: `/clearance/${index}`, rule: "unknown-class", message, fix }];
  });
}

import { compilePatterns } from "@millrace/event-pattern";
import { createHash } from "node:crypto";
import type { Route, RouteDocument } from "../document/route-document.ts";
import { nameDestination } from "../destinations/name-destination.ts";
import { compileReshape } from "./compile-reshape.ts";
import { meaningOf } from "./meaning.ts";
import type { CompiledRoute, CompiledRoutes, CompiledDestination } from "../runtime/compiled-routes.ts";

/**
 * Compiles route documents into what the router loads. Documents should have been parsed (and checked) before.
 * @throws InvalidPatternError, PatternTooCostlyError of event-pattern.
 * @example compileRoutes(loadRouteDocuments("schemas/routes")).routes.map((route) => route.id)
 */
export function compileRoutes(documents: readonly RouteDocument[]): CompiledRoutes {
  const destinations: CompiledDestination[] = [];
  const indexes = new Map<string, number>();
  const routes: CompiledRoute[] = [];
  const patterns: Record<string, Route["pattern"]> = {};
  for (const { application, routes: ofDocument } of documents) {
    for (const route of ofDocument) {
      const id = `${application}/${route.name}`;
      const { name } = nameDestination(route.destination);
      let index = indexes.get(name);
      if (index === undefined) {
        index = destinations.push(compileDestination(application, route)) - 1;
        indexes.set(name, index);
      }
      patterns[id] = route.pattern;
      routes.push(compileRoute(id, index, route));
    }
  }
  const format = destinations.some(({ reshape }) => reshape !== undefined) ? 3 : 2;
  const compiled = { format, patterns: compilePatterns(patterns).toJSON(), routes, destinations } as const;
  return { ...compiled, version: versionOf(documents) };
}

function compileRoute(id: string, destination: number, route: Route): CompiledRoute {
  const { sample, project } = route;
  return {
    id,
    destination,
    ...(sample !== undefined && sample < 1 && { sample }),
    ...(project?.keep && { keep: project.keep.map(segments) }),
    ...(project?.drop && { drop: project.drop.map(segments) }),
  };
}

function compileDestination(application: string, route: Route): CompiledDestination {
  const { destination, partitionKey, delivery } = route;
  const { kind, name } = nameDestination(destination);
  const reshape = compileReshape(route.reshape);
  return {
    application,
    kind: kind.kind,
    name,
    ...(destination.arn && { arn: destination.arn }),
    ...(partitionKey !== undefined && { partitionKey: segments(partitionKey) }),
    ...delivery,
    ...(reshape && { reshape }),
  };
}

function segments(path: string): string[] {
  return path.split(".");
}

/** Twelve hex digits of what the routes mean; tests, descriptions, owners and former destinations do not change it. */
function versionOf(documents: readonly RouteDocument[]): string {
  const meaning = documents
    .filter(({ routes }) => routes.length > 0)
    .map(({ application, routes }) => [application, routes.map((route) => [route.name, meaningOf(route)])]);
  return createHash("sha256").update(JSON.stringify(meaning)).digest("hex").slice(0, 12);
}

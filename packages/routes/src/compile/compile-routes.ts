import { compilePatterns } from "@millrace/event-pattern";
import { createHash } from "node:crypto";
import type { Route, RouteDocument } from "../document/route-document.ts";
import { meaningOf } from "./meaning.ts";
import type { CompiledRoute, CompiledRoutes, CompiledStream } from "../runtime/compiled-routes.ts";

/**
 * Compiles route documents into what the router loads. Documents should have been parsed (and checked) before.
 * @throws InvalidPatternError, PatternTooCostlyError of event-pattern.
 * @example compileRoutes(loadRouteDocuments("schemas/routes")).routes.map((route) => route.id)
 */
export function compileRoutes(documents: readonly RouteDocument[]): CompiledRoutes {
  const streams: CompiledStream[] = [];
  const streamIndex = new Map<string, number>();
  const routes: CompiledRoute[] = [];
  const patterns: Record<string, Route["pattern"]> = {};
  for (const { application, routes: ofDocument } of documents) {
    for (const route of ofDocument) {
      const id = `${application}/${route.name}`;
      let index = streamIndex.get(route.destination.stream);
      if (index === undefined) {
        index = streams.push(compileStream(application, route)) - 1;
        streamIndex.set(route.destination.stream, index);
      }
      patterns[id] = route.pattern;
      routes.push(compileRoute(id, index, route));
    }
  }
  const compiled = { format: 1 as const, patterns: compilePatterns(patterns).toJSON(), routes, streams };
  return { ...compiled, version: versionOf(documents) };
}

function compileRoute(id: string, stream: number, route: Route): CompiledRoute {
  const { sample, project } = route;
  return {
    id,
    stream,
    ...(sample !== undefined && sample < 1 && { sample }),
    ...(project?.keep && { keep: project.keep.map(segments) }),
    ...(project?.drop && { drop: project.drop.map(segments) }),
  };
}

function compileStream(application: string, { destination, partitionKey, delivery }: Route): CompiledStream {
  return {
    application,
    ...destination,
    ...(partitionKey !== undefined && { partitionKey: segments(partitionKey) }),
    ...delivery,
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

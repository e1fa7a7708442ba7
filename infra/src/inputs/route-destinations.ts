import { RouteDestinationError } from "../errors.ts";

/** The part of a route document that infrastructure follows from. */
export interface RouteDocument {
  readonly application: string;
  readonly owner: string;
  readonly routes: readonly {
    readonly name: string;
    readonly destination: { readonly stream: string };
  }[];
}

/** A stream that at least one route writes to. */
export interface RouteDestination {
  /** The stream's name without its prefix. */
  readonly stream: string;
  readonly application: string;
  readonly owner: string;
  /** `<application>/<route>`, in order. */
  readonly routes: readonly string[];
}

/** 128 is the longest stream name; the prefix takes up to 17 of them. */
const streamName = /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/;
const reserved = new Set(["raw", "enriched", "bad-rows"]);

/**
 * The streams that the documents ask for, each once, in order of name.
 *
 * @throws RouteDestinationError with all faults at once: a name that is no stream name or one of the pipeline's own, or a
 *   stream that two applications claim.
 */
export function routeDestinations(documents: readonly RouteDocument[]): readonly RouteDestination[] {
  const faults: string[] = [];
  const found = new Map<string, { application: string; owner: string; routes: string[] }>();
  for (const { application, owner, routes } of documents) {
    for (const { name, destination } of routes) {
      const { stream } = destination;
      const where = `schemas/routes/${application}.json, route ${name}: destination.stream ${JSON.stringify(stream)}`;
      if (!streamName.test(stream)) faults.push(`${where} is not lower-case letters, digits and inner hyphens`);
      if (reserved.has(stream)) faults.push(`${where} is a stream of the pipeline itself`);
      const known = found.get(stream);
      if (known === undefined) found.set(stream, { application, owner, routes: [`${application}/${name}`] });
      else if (known.application === application) known.routes.push(`${application}/${name}`);
      else faults.push(`${where} belongs to application ${known.application} already`);
    }
  }
  if (faults.length > 0) {
    throw new RouteDestinationError(
      `The route documents have ${faults.length} fault(s):\n  - ${faults.join("\n  - ")}`,
    );
  }
  return [...found]
    .map(([stream, destination]) => ({ stream, ...destination, routes: destination.routes.toSorted() }))
    .toSorted((a, b) => (a.stream < b.stream ? -1 : 1));
}

import {
  destinationFaults,
  type EnvironmentPlace,
  formatFault,
  type RouteDocument as FullRouteDocument,
} from "@millrace/routes";
import type { EnvironmentName } from "../config/schema.ts";
import { RouteDestinationError } from "../errors.ts";

/** The part of a route document that infrastructure follows from. */
export interface RouteDocument extends Pick<FullRouteDocument, "application" | "owner" | "formerDestinations"> {
  readonly routes: readonly Pick<FullRouteDocument["routes"][number], "name" | "destination" | "delivery">[];
}

/** A stream that routes write to, or wrote to once. */
export interface RouteDestination {
  /** The stream's name without its prefix. */
  readonly stream: string;
  readonly application: string;
  readonly owner: string;
  /** `<application>/<route>`, in order; none for a former destination. */
  readonly routes: readonly string[];
  /** The stream of another account that takes its place in this environment. */
  readonly arn?: string;
}

/**
 * Refuses destinations that lead back into the pipeline, into another application's stream, or nowhere.
 * @param places every environment there is
 * @throws RouteDestinationError with all faults at once
 */
export function assertDestinations(documents: readonly RouteDocument[], places: readonly EnvironmentPlace[]): void {
  const files = documents.map((document) => ({ file: `schemas/routes/${document.application}.json`, document }));
  const faults = destinationFaults(files, places);
  if (faults.length === 0) return;
  throw new RouteDestinationError(
    `The route documents have ${faults.length} fault(s):\n${faults.map(formatFault).join("\n")}`,
  );
}

/**
 * The streams that the documents ask for in an environment, each once, in order of name: those of their routes, and
 * former ones of ours that are not retired.
 */
export function routeDestinations(
  documents: readonly RouteDocument[],
  environment: EnvironmentName,
): readonly RouteDestination[] {
  const found = new Map<string, RouteDestination>();
  for (const { application, owner, routes } of documents) {
    for (const { name, destination } of routes) {
      const { stream } = destination;
      const arn = destination.arn?.[environment];
      found.set(stream, {
        stream,
        application,
        owner,
        routes: [...(found.get(stream)?.routes ?? []), `${application}/${name}`].toSorted(),
        ...(arn === undefined ? {} : { arn }),
      });
    }
  }
  for (const { application, owner, stream } of formerDestinations(documents, environment, { retire: false })) {
    if (!found.has(stream)) found.set(stream, { stream, application, owner, routes: [] });
  }
  return [...found.values()].toSorted((a, b) => (a.stream < b.stream ? -1 : 1));
}

/** Names of the streams of ours that a deployment of the environment may delete. */
export function retiredStreams(documents: readonly RouteDocument[], environment: EnvironmentName): readonly string[] {
  return formerDestinations(documents, environment, { retire: true }).map(({ stream }) => stream);
}

function formerDestinations(
  documents: readonly RouteDocument[],
  environment: EnvironmentName,
  wanted: { readonly retire: boolean },
): { application: string; owner: string; stream: string }[] {
  return documents.flatMap(({ application, owner, formerDestinations: former = [] }) =>
    former
      // A stream of another account is that account's to keep.
      .filter(({ arn, retire = false }) => arn?.[environment] === undefined && retire === wanted.retire)
      .map(({ stream }) => ({ application, owner, stream })),
  );
}

import type { KindName } from "@millrace/destinations/kinds";
import {
  destinationFaults,
  type EnvironmentPlace,
  formatFault,
  nameDestination,
  type RouteDocument as FullRouteDocument,
} from "@millrace/routes";
import type { EnvironmentName } from "../config/schema.ts";
import { RouteDestinationError } from "../errors.ts";

/** The part of a route document that infrastructure follows from. */
export interface RouteDocument extends Pick<FullRouteDocument, "application" | "owner" | "formerDestinations"> {
  readonly routes: readonly Pick<FullRouteDocument["routes"][number], "name" | "destination" | "delivery">[];
}

/** A destination that routes write to, or wrote to once. */
export interface RouteDestination {
  readonly kind: KindName;
  /** Without the prefix of the environment. */
  readonly name: string;
  readonly application: string;
  readonly owner: string;
  /** `<application>/<route>`, in order; none for a former destination. */
  readonly routes: readonly string[];
  /** Of another account's that takes its place in this environment. */
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
 * The destinations that the documents ask for in an environment, each once, in order of name: those of their routes,
 * and former ones of ours that are not retired.
 */
export function routeDestinations(
  documents: readonly RouteDocument[],
  environment: EnvironmentName,
): readonly RouteDestination[] {
  const found = new Map<string, RouteDestination>();
  for (const { application, owner, routes } of documents) {
    for (const route of routes) {
      const { kind, name, arn } = nameDestination(route.destination);
      const foreign = arn[environment];
      found.set(name, {
        kind: kind.kind,
        name,
        application,
        owner,
        routes: [...(found.get(name)?.routes ?? []), `${application}/${route.name}`].toSorted(),
        ...(foreign === undefined ? {} : { arn: foreign }),
      });
    }
  }
  for (const former of formerDestinations(documents, environment, { retire: false })) {
    if (!found.has(former.name)) found.set(former.name, { ...former, routes: [] });
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names of the destinations of ours that a deployment of the environment may delete. */
export function retiredDestinations(
  documents: readonly RouteDocument[],
  environment: EnvironmentName,
): readonly string[] {
  return formerDestinations(documents, environment, { retire: true }).map(({ name }) => name);
}

function formerDestinations(
  documents: readonly RouteDocument[],
  environment: EnvironmentName,
  wanted: { readonly retire: boolean },
): Pick<RouteDestination, "kind" | "name" | "application" | "owner">[] {
  return documents.flatMap(({ application, owner, formerDestinations: former = [] }) =>
    former
      // One of another account is that account's to keep.
      .filter(({ arn, retire = false }) => arn?.[environment] === undefined && retire === wanted.retire)
      .map((destination) => {
        const { kind, name } = nameDestination(destination);
        return { kind: kind.kind, name, application, owner };
      }),
  );
}

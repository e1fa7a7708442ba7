import { createHash } from "node:crypto";
import { parseEventText } from "@millrace/event-pattern";
import type { CompiledRoutes, CompiledDestination } from "./compiled-routes.ts";
import { InvalidCompiledRoutesError } from "./errors.ts";
import { FORMATS, loadRoutes, type RoutedEvent, type RouteSet } from "./route-set.ts";

/** Compiled routes with their own tests, as they are put where a running router looks for them. */
export interface RouteArtifact {
  /** That of `compiled`. */
  readonly format: CompiledRoutes["format"];
  /** SHA-256 of `compiled` as JSON, in hex. */
  readonly digest: string;
  readonly compiled: CompiledRoutes;
  /** Route, event, whether it matches. */
  readonly tests: readonly (readonly [route: string, event: object, matches: boolean])[];
}

export function digestOf(compiled: CompiledRoutes): string {
  return createHash("sha256").update(JSON.stringify(compiled)).digest("hex");
}

/**
 * Loads an artifact that came from outside the bundle, if it is whole, passes its own tests, and writes to destinations
 * that are deployed as it names them: a destination's permissions and the folder of its undelivered events follow from
 * its place and its owner.
 *
 * @param deployed the destinations of the deployment
 * @throws InvalidCompiledRoutesError with what is wrong
 */
export function loadRouteArtifact(text: string, deployed: readonly CompiledDestination[]): RouteSet {
  const artifact = parse(text);
  if (digestOf(artifact.compiled) !== artifact.digest) {
    throw new InvalidCompiledRoutesError("The routes do not have the digest they came with");
  }
  const known = new Set(deployed.map((destination) => placeOf(destination)));
  const missing = artifact.compiled.destinations.filter((destination) => !known.has(placeOf(destination)));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(", ");
    throw new InvalidCompiledRoutesError(`Destinations are not deployed as the routes name them: ${names}`);
  }
  const set = loadRoutes(artifact.compiled);
  for (const [route, event, matches] of artifact.tests) {
    if (set.route(event as RoutedEvent).matched.includes(route) !== matches) {
      throw new InvalidCompiledRoutesError(`A test of route "${route}" fails`);
    }
  }
  return set;
}

function placeOf({ kind, name, application, arn = {} }: CompiledDestination): string {
  return JSON.stringify([kind, name, application, Object.entries(arn).sort()]);
}

function parse(text: string): RouteArtifact {
  let artifact: Partial<RouteArtifact> | null;
  try {
    artifact = parseEventText(text) as Partial<RouteArtifact> | null;
  } catch (cause) {
    throw new InvalidCompiledRoutesError("The routes are not JSON", { cause });
  }
  if (!FORMATS.includes(artifact?.format ?? 0) || artifact?.compiled === undefined || !Array.isArray(artifact.tests)) {
    throw new InvalidCompiledRoutesError("Expected a route artifact of format 2 or 3");
  }
  return artifact as RouteArtifact;
}

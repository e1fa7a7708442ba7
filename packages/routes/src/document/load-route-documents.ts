import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { destinationFaults } from "../destinations/check-destinations.ts";
import { type NamedDestination, nameDestination } from "../destinations/name-destination.ts";
import type { EnvironmentPlace } from "../destinations/physical-destination.ts";
import { RouteDocumentsError } from "../errors.ts";
import type { Fault } from "./fault.ts";
import { parseRouteDocument } from "./parse-route-document.ts";
import type { RouteDocument } from "./route-document.ts";

/** The documents of a folder with the files they came from, and everything found wrong. */
export interface RouteFolder {
  readonly documents: readonly { readonly file: string; readonly document: RouteDocument }[];
  readonly faults: readonly Fault[];
}

/**
 * Reads every `<application>.json` of a folder; `*.schema.json` beside them is no document.
 * @param places the environments, when they are known: destinations are then resolved to what they are in each
 */
export function readRouteDocuments(folder: string, places?: readonly EnvironmentPlace[]): RouteFolder {
  const documents: { file: string; document: RouteDocument }[] = [];
  const faults: Fault[] = [...ignoredFaults(folder)];
  for (const name of listDocuments(folder)) {
    const file = join(folder, name);
    const parsed = parseRouteDocument(readFileSync(file, "utf8"), file);
    faults.push(...parsed.errors, ...parsed.warnings);
    if (parsed.value !== undefined) documents.push({ file, document: parsed.value });
  }
  const ofDestinations =
    places === undefined ? destinationOwnerFaults(documents) : destinationFaults(documents, places);
  return { documents, faults: [...faults, ...ofDestinations] };
}

/**
 * The route documents of a folder, in order of file name.
 * @throws RouteDocumentsError with every error of every file.
 * @example loadRouteDocuments("schemas/routes").map((document) => document.application)
 */
export function loadRouteDocuments(folder: string): RouteDocument[] {
  const { documents, faults } = readRouteDocuments(folder);
  const errors = faults.filter((fault) => fault.severity === "error");
  if (errors.length > 0) throw new RouteDocumentsError(errors);
  return documents.map(({ document }) => document);
}

/** Files that look like documents and are not read. */
function ignoredFaults(folder: string): Fault[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Fault[] => {
    const { name } = entry;
    const isOdd =
      entry.isDirectory() || (/json|ya?ml/i.test(extname(name)) && !name.endsWith(".json")) || name.includes(".json.");
    if (!isOdd || name.startsWith(".")) return [];
    const message = entry.isDirectory()
      ? "Documents in subfolders are not read."
      : "Only files that end in .json are read.";
    const fix = `Move it to ${join(folder, "<application>.json")}, or away.`;
    return [{ severity: "error", file: join(folder, name), pointer: "", rule: "ignored-file", message, fix }];
  });
}

function listDocuments(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.endsWith(".schema.json"))
    .sort();
}

/** A destination belongs to one application: its clearance, its owner and its bill are one application's. */
function destinationOwnerFaults(documents: RouteFolder["documents"]): Fault[] {
  const owners = new Map<string, string>();
  const faults: Fault[] = [];
  for (const { file, document } of documents) {
    for (const { name, kind, pointer } of destinationsNamedBy(document)) {
      const owner = owners.get(name);
      if (owner === undefined) owners.set(name, document.application);
      else if (owner !== document.application) {
        faults.push({
          severity: "error",
          file,
          pointer: `${pointer}/${kind.property}`,
          rule: "stream-owner",
          message: `"${name}" belongs to application "${owner}".`,
          fix: `Choose a ${kind.property} of "${document.application}", or move this to ${owner}.json.`,
        });
      }
    }
  }
  return faults;
}

function destinationsNamedBy({
  routes,
  formerDestinations = [],
}: RouteDocument): (NamedDestination & { readonly pointer: string })[] {
  return [
    ...routes.map(({ destination }, index) => ({
      ...nameDestination(destination),
      pointer: `/routes/${index}/destination`,
    })),
    ...formerDestinations.map((destination, index) => ({
      ...nameDestination(destination),
      pointer: `/formerDestinations/${index}`,
    })),
  ];
}

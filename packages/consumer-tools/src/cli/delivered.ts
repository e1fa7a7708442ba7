import { Option } from "@millrace/command-line";
import { loadRegistry } from "@millrace/contract-tools/registry";
import { type DeliveredStream, describeStream, EventModel } from "@millrace/route-tools";
import { loadRouteDocuments, nameDestination, type RouteDocument } from "@millrace/routes";
import { join } from "node:path";
import { UnknownStreamError } from "../errors.ts";

export const repository = join(import.meta.dirname, "../../../..");

const defaultSchemas = join(repository, "schemas");

export interface SourceFolders {
  readonly schemas?: string | undefined;
  readonly routes?: string | undefined;
}

function readDocuments({ schemas = defaultSchemas, routes }: SourceFolders): RouteDocument[] {
  return loadRouteDocuments(routes ?? join(schemas, "routes"));
}

/** Options of every command: the schemas and routes to read, by default those of the repository. */
export const sourceOptions = {
  schemas: new Option("--schemas <folder>", "contracts (default: those of this repository)"),
  routes: new Option("--routes <folder>", "route documents (default: those beside the contracts)"),
};

/** `stream`, `queue` or `bus`; undefined where no route writes to the name. */
export function destinationWord(name: string, options: SourceFolders): string | undefined {
  return readDocuments(options)
    .flatMap(({ routes }) => routes.map(({ destination }) => nameDestination(destination)))
    .find((destination) => destination.name === name)?.kind.property;
}

/** @throws UnknownStreamError */
export function readStream(stream: string, options: SourceFolders): DeliveredStream {
  const { schemas = defaultSchemas } = options;
  const documents = readDocuments(options);
  const delivered = describeStream(stream, documents, new EventModel(loadRegistry(schemas)));
  if (delivered !== undefined) return delivered;
  const streams = new Set(
    documents.flatMap((document) => document.routes.map(({ destination }) => nameDestination(destination).name)),
  );
  throw new UnknownStreamError(`No route writes to "${stream}". There are: ${[...streams].join(", ")}.`);
}

import { loadRegistry } from "@millrace/contract-tools/registry";
import { type DeliveredStream, describeStream, EventModel } from "@millrace/route-tools";
import { loadRouteDocuments, nameDestination } from "@millrace/routes";
import { join } from "node:path";
import { UnknownStreamError } from "../errors.ts";

export const repository = join(import.meta.dirname, "../../../..");

/** Options of every command: the schemas and routes to read, by default those of the repository. */
export const sourceOptions = { schemas: { type: "string" }, routes: { type: "string" } } as const;

/** @throws UnknownStreamError */
export function readStream(
  stream: string,
  { schemas = join(repository, "schemas"), routes }: { readonly schemas?: string; readonly routes?: string },
): DeliveredStream {
  const documents = loadRouteDocuments(routes ?? join(schemas, "routes"));
  const delivered = describeStream(stream, documents, new EventModel(loadRegistry(schemas)));
  if (delivered !== undefined) return delivered;
  const streams = new Set(
    documents.flatMap((document) => document.routes.map(({ destination }) => nameDestination(destination).name)),
  );
  throw new UnknownStreamError(`No route writes to "${stream}". There are: ${[...streams].join(", ")}.`);
}

import {
  type Contract,
  type Draft,
  indexResources,
  isContract,
  isJsonObject,
  type Json,
  type JsonObject,
  type SchemaDocument,
  type SchemaResources,
} from "@millrace/schema-graph";
import { compareVersions, eventTypeOf, parseSchemaPath, schemaBaseUrl } from "../schema-id.ts";
import type { Fault } from "./fault.ts";
import { groupBy } from "../group-by.ts";

/** Every schema below one `schemas/` folder. */
export interface Registry {
  /** By `$id`. */
  documents: ReadonlyMap<string, SchemaDocument>;
  /** The event schemas, in the order type, version. */
  contracts: readonly Contract[];
  /** The versions of an event type, oldest first; empty when it is unknown. */
  versionsOf(type: string): readonly Contract[];
  /** The version that applies when an event names none. */
  newestOf(type: string): Contract | undefined;
  resources: SchemaResources;
}

/** One file as it was read: its path below `schemas/` and its JSON value. */
export interface SchemaFile {
  file: string;
  value: Json;
}

/** Builds a registry from files. What cannot be taken is left out and told as a fault, all at once. */
export function createRegistry(files: Iterable<SchemaFile>): { registry: Registry; faults: Fault[] } {
  const faults: Fault[] = [];
  const documents = new Map<string, SchemaDocument>();
  for (const { file, value } of files) {
    const document = readDocument(file, value, faults);
    if (document !== undefined) documents.set(document.id, document);
  }
  const contracts = [...documents.values()].filter(isContract).sort(byTypeAndVersion);
  const byType = groupBy(contracts, (contract) => contract.type);
  const versionsOf = (type: string): readonly Contract[] => byType.get(type) ?? [];
  const newestOf = (type: string): Contract | undefined => versionsOf(type).at(-1);
  const resources = indexResources(documents.values());
  return { registry: { documents, contracts, versionsOf, newestOf, resources }, faults };
}

function byTypeAndVersion(a: Contract, b: Contract): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return compareVersions(a.version, b.version);
}

function readDocument(file: string, value: Json, faults: Fault[]): SchemaDocument | undefined {
  const location = parseSchemaPath(file);
  if (location === undefined || (location.kind === "events" && location.name.split("/").length !== 2)) {
    const fix = "Move it to events/<domain>/<event>/<MODEL-REVISION-ADDITION>.json, or shared/<name>/<version>.json.";
    faults.push({
      file,
      pointer: "",
      rule: "path",
      message: "The path is not that of a schema: names are in kebab-case, and a version is MODEL-REVISION-ADDITION.",
      fix,
    });
    return undefined;
  }
  if (!isJsonObject(value)) {
    const message = "A schema file holds one JSON object.";
    faults.push({ file, pointer: "", rule: "json", message, fix: "Write the schema as an object." });
    return undefined;
  }
  const draft = draftOf(value);
  if (draft === undefined) {
    const message = `Dialect ${JSON.stringify(value["$schema"])} is not supported.`;
    const fix = `Use "https://json-schema.org/draft/2020-12/schema" (or draft-07).`;
    faults.push({ file, pointer: "/$schema", rule: "dialect", message, fix });
    return undefined;
  }
  const id = schemaBaseUrl + file;
  if (value["$id"] !== undefined && value["$id"] !== id) {
    const message = `$id is ${JSON.stringify(value["$id"])}, but the path says "${id}".`;
    faults.push({ file, pointer: "/$id", rule: "id", message, fix: `Set $id to "${id}" or move the file.` });
    return undefined;
  }
  const document = { id, file, ...location, draft, schema: value };
  return location.kind === "events" ? ({ ...document, type: eventTypeOf(location.name) } as Contract) : document;
}

function draftOf(schema: JsonObject): Draft | undefined {
  const { $schema } = schema;
  // A file without `$schema` is read as today's dialect; the lint asks for it to be said.
  if ($schema === undefined) return "2020-12";
  if (typeof $schema !== "string") return undefined;
  const dialect = $schema.replace(/#$/, "");
  if (dialect === "https://json-schema.org/draft/2020-12/schema") return "2020-12";
  if (dialect === "http://json-schema.org/draft-07/schema") return "draft-07";
  return undefined;
}

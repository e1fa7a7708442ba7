import {
  baseOf,
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
import type { SetAsideRule } from "@millrace/event-contracts/validator-runtime";
import { mappedSourceOf, readSourceMapping, type SourceMapping } from "./source-mapping.ts";

/** Every schema below one `schemas/` folder. */
export interface Registry {
  /** By `$id`. */
  documents: ReadonlyMap<string, SchemaDocument>;
  /** The event schemas, in the order type, name, version. */
  contracts: readonly Contract[];
  /** The versions of an event type, oldest first; empty when it is unknown. Of a shared type all that have it. */
  versionsOf(type: string): readonly Contract[];
  /**
   * The version that applies when an event names none; `undefined` when contracts of several events share the type.
   * Contracts that are found by a name in the data do not count.
   */
  newestOf(type: string): Contract | undefined;
  /** Type → JSON Pointer in the data to the name that tells its contracts apart. */
  namedBy: ReadonlyMap<string, string>;
  /** Events without a contract that are set aside until one describes them. */
  setAside: readonly SetAsideRule[];
  /** `dataschema` that senders give → `$id` of the contract here, where the two differ. */
  aliases: ReadonlyMap<string, string>;
  resources: SchemaResources;
}

/** One file as it was read: its path below `schemas/` and its JSON value. */
export interface SchemaFile {
  file: string;
  value: Json;
}

/** Builds a registry from files. Faulty files are left out; all their faults are returned at once. */
export function createRegistry(files: Iterable<SchemaFile>): { registry: Registry; faults: Fault[] } {
  const faults: Fault[] = [];
  const documents = new Map<string, SchemaDocument>();
  const mappings = new Map<string, SourceMapping>();
  const schemas: SchemaFile[] = [];
  for (const { file, value } of files) {
    const source = mappedSourceOf(file);
    if (source === undefined) schemas.push({ file, value });
    else mappings.set(source, readSourceMapping(file, value, faults));
  }
  for (const { file, value } of schemas) {
    const document = readDocument(file, value, mappings, faults);
    if (document !== undefined) documents.set(document.id, document);
  }
  const namedBy = namedTypes(mappings, documents, faults);
  const registry = registryOf(documents, namedContracts(mappings, documents, faults), namedBy);
  const setAside = [...mappings.values()].flatMap((mapping) => mapping.setAside ?? []);
  return { registry: { ...registry, setAside, resources: indexResources(documents.values()) }, faults };
}

/** The registry with the documents that pass a test. */
export function keepDocuments(registry: Registry, isKept: (document: SchemaDocument) => boolean): Registry {
  const documents = new Map([...registry.documents].filter(([, document]) => isKept(document)));
  const aliases = new Map([...registry.aliases].filter(([, id]) => documents.has(id)));
  return {
    ...registryOf(documents, aliases, registry.namedBy),
    setAside: registry.setAside,
    resources: registry.resources,
  };
}

function registryOf(
  documents: ReadonlyMap<string, SchemaDocument>,
  aliases: ReadonlyMap<string, string>,
  namedBy: ReadonlyMap<string, string>,
): Omit<Registry, "resources" | "setAside"> {
  const contracts = [...documents.values()].filter(isContract).sort(byTypeAndVersion);
  const byType = groupBy(contracts, (contract) => contract.type);
  const versionsOf = (type: string): readonly Contract[] => byType.get(type) ?? [];
  const newestOf = (type: string): Contract | undefined => {
    const versions = versionsOf(type).filter(({ eventNames }) => eventNames === undefined);
    return versions[0]?.name === versions.at(-1)?.name ? versions.at(-1) : undefined;
  };
  return { documents, contracts, versionsOf, newestOf, aliases, namedBy };
}

/** The versions of each contract, oldest first. */
export function contractsByName(registry: Pick<Registry, "contracts">): ReadonlyMap<string, readonly Contract[]> {
  return groupBy(registry.contracts, ({ name }) => name);
}

function byTypeAndVersion(a: Contract, b: Contract): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return compareVersions(a.version, b.version);
}

/** Where the types say their names; each name of a type stands for one contract. */
function namedTypes(
  mappings: ReadonlyMap<string, SourceMapping>,
  documents: ReadonlyMap<string, SchemaDocument>,
  faults: Fault[],
): Map<string, string> {
  const namedBy = new Map<string, string>();
  for (const { file, namedBy: pointers } of mappings.values()) {
    for (const [type, pointer] of pointers) {
      const other = namedBy.get(type);
      if (other === undefined || other === pointer) namedBy.set(type, pointer);
      else {
        const message = `Events of \`${type}\` say their name at \`${other}\` already.`;
        faults.push({ file, pointer: `/namedBy/${type}`, rule: "mapping", message, fix: "Let each type have one." });
      }
    }
  }
  const contractOf = new Map<string, string>();
  for (const contract of [...documents.values()].filter(isContract)) {
    const { name, type, eventNames = [] } = contract;
    const [source = "", event = ""] = name.split("/");
    const place = { file: `events/${source}/source.json`, pointer: `/events/${event}/names`, rule: "mapping" };
    if (eventNames.length > 0 && !namedBy.has(type)) {
      const fix = `Say where: \`"namedBy": { ${JSON.stringify(type)}: "/<field>" }\`.`;
      faults.push({ ...place, message: `Nothing says where events of \`${type}\` have their name.`, fix });
    }
    for (const eventName of eventNames) {
      const key = JSON.stringify([type, eventName]);
      const other = contractOf.get(key);
      contractOf.set(key, name);
      if (other === undefined || other === name) continue;
      const message = `\`${eventName}\` of \`${type}\` names ${other} already.`;
      faults.push({ ...place, message, fix: "Let each name of a type stand for one contract." });
    }
  }
  return namedBy;
}

/** Where senders' names of contracts lead: those of the mappings, and the `$id`s of another base. */
function namedContracts(
  mappings: ReadonlyMap<string, SourceMapping>,
  documents: ReadonlyMap<string, SchemaDocument>,
  faults: Fault[],
): Map<string, string> {
  const aliases = new Map<string, string>();
  const name = (alias: string, id: string, place: { file: string; pointer: string }): void => {
    const other = documents.has(alias) ? alias : aliases.get(alias);
    if (other === undefined) aliases.set(alias, id);
    else if (other !== id) {
      const message = `\`${alias}\` names ${documents.get(other)?.file ?? other} already.`;
      faults.push({ ...place, rule: "mapping", message, fix: "Let each `dataschema` name one version." });
    }
  };
  for (const [source, { file, events }] of mappings) {
    for (const [event, { dataschemas }] of events) {
      const pointer = `/events/${event}`;
      const prefix = `${schemaBaseUrl}events/${source}/${event}/`;
      if (![...documents.keys()].some((id) => id.startsWith(prefix))) {
        const message = `There is no contract events/${source}/${event}.`;
        faults.push({ file, pointer, rule: "mapping", message, fix: "Correct the name, or add its schema." });
      }
      for (const [version, names] of dataschemas) {
        const id = `${prefix}${version}.json`;
        const place = { file, pointer: `${pointer}/dataschemas/${version}` };
        if (documents.has(id)) for (const alias of names) name(alias, id, place);
        else {
          const message = `There is no version ${version} of events/${source}/${event}.`;
          faults.push({ ...place, rule: "mapping", message, fix: "Correct the version, or add its schema." });
        }
      }
    }
  }
  for (const document of documents.values()) {
    const base = baseOf(document);
    if (!isContract(document) || base === document.id) continue;
    const { $id } = document.schema;
    // Senders copy it as it stands, an empty fragment included.
    for (const alias of new Set([base, `${base}#` === $id ? $id : base])) {
      name(alias, document.id, { file: document.file, pointer: "/$id" });
    }
  }
  return aliases;
}

function readDocument(
  file: string,
  value: Json,
  mappings: ReadonlyMap<string, SourceMapping>,
  faults: Fault[],
): SchemaDocument | undefined {
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
  const { kind, name } = location;
  const draft = draftOf(value);
  const [source = "", event = ""] = name.split("/");
  const found = kind === "events" || kind === "shared" ? mappings.get(source) : undefined;
  const mapping = found?.isOfOthers === true ? found : undefined;
  if (draft === undefined) {
    const message = `Dialect ${JSON.stringify(value["$schema"])} is not supported.`;
    const fix = `Use "https://json-schema.org/draft/2020-12/schema" (or draft-07); \`pnpm schemas import\` converts.`;
    faults.push({ file, pointer: "/$schema", rule: "dialect", message, fix });
    return undefined;
  }
  const id = schemaBaseUrl + file;
  if (value["$id"] !== undefined && value["$id"] !== id && mapping === undefined) {
    const message = `$id is ${JSON.stringify(value["$id"])}, but the path says "${id}".`;
    const fix = `Set $id to "${id}" or move the file. Schemas of others keep theirs beside events/${source}/source.json.`;
    faults.push({ file, pointer: "/$id", rule: "id", message, fix });
    return undefined;
  }
  const document = { id, file, ...location, draft, isForeign: mapping !== undefined, schema: value };
  if (kind !== "events") return document;
  const { type = eventTypeOf(name), names = [] } = mapping?.events.get(event) ?? {};
  return { ...document, type, ...(names.length === 0 ? {} : { eventNames: names }) } as Contract;
}

/** The dialect of a document, `undefined` when it is none of ours. */
export function draftOf(schema: JsonObject): Draft | undefined {
  const { $schema } = schema;
  // A file without `$schema` is read as today's dialect; the lint asks for it to be said.
  if ($schema === undefined) return "2020-12";
  if (typeof $schema !== "string") return undefined;
  const dialect = /^https?:\/\/json-schema\.org\/(draft.*)\/schema#?$/.exec($schema)?.[1];
  if (dialect === "draft/2020-12") return "2020-12";
  return dialect === "draft-07" ? "draft-07" : undefined;
}

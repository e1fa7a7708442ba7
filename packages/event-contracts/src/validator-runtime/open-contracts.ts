import type { CompiledContracts } from "./compiled-contracts.ts";
import {
  createContracts,
  type GeneratedValidator,
  type NamedSchemas,
  type SchemaDefinition,
  type SetAsideRule,
  type ValidatorRuntime,
} from "./define-contracts.ts";

/** Where a text lies in the file of stored contracts: offset and length in bytes. */
export type StoredPlace = readonly [offset: number, bytes: number];

/**
 * A line of the index: what is stored under a name. Lines begin with their kind and the JSON of their name, and are
 * sorted, so that one is found without a parse.
 */
export type StoredEntry =
  | {
      readonly type: string;
      readonly dialect: string;
      readonly code: StoredPlace;
      readonly privacy?: StoredPlace;
      readonly newest?: string;
    }
  | { readonly newest?: string; readonly names?: NamedSchemas }
  | { readonly schema: string }
  | { readonly rules: readonly SetAsideRule[] }
  | { readonly text: StoredPlace };

type TypeEntry = Extract<StoredEntry, { names?: unknown }>;

/** Kinds of names in the index. */
export const storedKinds = {
  schema: "schema",
  type: "type",
  alias: "alias",
  shared: "shared",
  envelopePrivacy: "envelope",
  everyPrivacy: "every",
  schemaIds: "ids",
  setAside: "aside",
} as const;

type StoredKind = (typeof storedKinds)[keyof typeof storedKinds];

/** The beginning of a line of the index. */
export function storedHead(kind: StoredKind, name: string): string {
  return `${kind} ${JSON.stringify(name)} `;
}

/**
 * Opens contracts that lie in a file; not meant to be called by hand. The index is one sorted text that is searched,
 * not parsed: a start with a thousand contracts is not longer than one with ten.
 *
 * @param read the text at a place of the file
 */
export function openContracts(
  read: (place: StoredPlace) => string,
  indexPlace: StoredPlace,
  maxErrors: number,
): CompiledContracts {
  let index: string | undefined;
  const schemas = new Map<string, SchemaDefinition>();
  const types = new Map<string, TypeEntry>();

  function find(kind: StoredKind, name: string): unknown {
    index ??= read(indexPlace);
    const head = storedHead(kind, name);
    let from = 0;
    let to = index.length;
    while (from < to) {
      const line = index.lastIndexOf("\n", ((from + to) >>> 1) - 1) + 1;
      const end = index.indexOf("\n", line);
      const found = index.slice(line, line + head.length);
      if (found === head) return JSON.parse(index.slice(line + head.length, end));
      if (found < head) from = end + 1;
      else to = line;
    }
    return undefined;
  }

  function typeEntry(type: string): TypeEntry | undefined {
    let entry = types.get(type);
    if (entry !== undefined) return entry;
    entry = find(storedKinds.type, type) as TypeEntry | undefined;
    if (entry !== undefined) types.set(type, entry);
    return entry;
  }

  function textOf(kind: StoredKind, name: string): string | undefined {
    const entry = find(kind, name) as { text: StoredPlace } | undefined;
    return entry && read(entry.text);
  }

  return createContracts({
    maxErrors,
    schemaOf(schemaId) {
      let schema = schemas.get(schemaId);
      if (schema === undefined) {
        const entry = find(storedKinds.schema, schemaId) as Extract<StoredEntry, { code: unknown }> | undefined;
        if (entry === undefined) return undefined;
        const { type, dialect, code, privacy, newest: newestVersion } = entry;
        const create: SchemaDefinition["create"] = (runtime, shared) =>
          evaluate(read(code), runtime, shared) as GeneratedValidator;
        schema = {
          type,
          dialect,
          create,
          ...(newestVersion === undefined ? {} : { newest: newestVersion }),
          ...(privacy === undefined ? {} : { privacy: read(privacy) }),
        };
        schemas.set(schemaId, schema);
      }
      return schema;
    },
    newestOf: (type) => typeEntry(type)?.newest,
    namesOf: (type) => typeEntry(type)?.names,
    aliasOf: (dataschema) => (find(storedKinds.alias, dataschema) as { schema: string } | undefined)?.schema,
    sharedOf: (dialect, runtime) =>
      evaluate(textOf(storedKinds.shared, dialect) ?? "return {};", runtime, {}) as object,
    readEnvelopePrivacy: () => textOf(storedKinds.envelopePrivacy, "") ?? '{"nodes":[{}]}',
    readEveryPrivacy: () => textOf(storedKinds.everyPrivacy, "") ?? '{"nodes":[]}',
    schemaIds: () => JSON.parse(textOf(storedKinds.schemaIds, "") ?? "[]") as string[],
    readSetAside: () => (find(storedKinds.setAside, "") as { rules: readonly SetAsideRule[] } | undefined)?.rules ?? [],
  });
}

/** The file is part of the build, like the module that reads it. */
function evaluate(body: string, runtime: ValidatorRuntime, shared: object): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
  return new Function("runtime", "shared", body)(runtime, shared);
}

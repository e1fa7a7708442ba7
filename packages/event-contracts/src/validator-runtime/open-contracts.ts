import type { CompiledContracts } from "./compiled-contracts.ts";
import {
  createContracts,
  type GeneratedValidator,
  type SchemaDefinition,
  type ValidatorRuntime,
} from "./define-contracts.ts";

/** Where a text lies in the file of stored contracts: offset and length in bytes. */
export type StoredPlace = readonly [offset: number, bytes: number];

/**
 * A line of the index: what is stored under a name. Lines begin with the JSON of their name, so that they are found
 * without a parse.
 */
export type StoredEntry =
  | {
      readonly type: string;
      readonly dialect: string;
      readonly code: StoredPlace;
      readonly privacy?: StoredPlace;
      readonly newest?: string;
    }
  | { readonly newest: string }
  | { readonly schema: string }
  | { readonly text: StoredPlace };

/** Kinds of names in the index. */
export const storedKinds = {
  schema: "schema",
  type: "type",
  alias: "alias",
  shared: "shared",
  envelopePrivacy: "envelope",
} as const;

type StoredKind = (typeof storedKinds)[keyof typeof storedKinds];

/**
 * Opens contracts that lie in a file; not meant to be called by hand. The index is one text that is searched, not
 * parsed: a start with a thousand contracts is not longer than one with ten.
 *
 * @param read the text at a place of the file
 */
export function openContracts(
  read: (place: StoredPlace) => string,
  indexPlace: StoredPlace,
  maxErrors: number,
): CompiledContracts {
  let index: string | undefined;
  // From the first miss on: events of unknown types come again, and each would search the whole index.
  let heads: ReadonlySet<string> | undefined;
  const schemas = new Map<string, SchemaDefinition>();
  const newest = new Map<string, string>();

  function find(kind: StoredKind, name: string): unknown {
    index ??= read(indexPlace);
    const head = `${kind} ${JSON.stringify(name)} `;
    if (heads?.has(head) === false) return undefined;
    const at = index.indexOf(`\n${head}`);
    if (at < 0) {
      heads ??= new Set(index.match(/^\w+ "(?:[^"\\]|\\.)*" /gm));
      return undefined;
    }
    const from = at + 1 + head.length;
    return JSON.parse(index.slice(from, index.indexOf("\n", from)));
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
    newestOf(type) {
      const known = newest.get(type);
      if (known !== undefined) return known;
      const entry = find(storedKinds.type, type) as { newest: string } | undefined;
      if (entry !== undefined) newest.set(type, entry.newest);
      return entry?.newest;
    },
    aliasOf: (dataschema) => (find(storedKinds.alias, dataschema) as { schema: string } | undefined)?.schema,
    sharedOf: (dialect, runtime) =>
      evaluate(textOf(storedKinds.shared, dialect) ?? "return {};", runtime, {}) as object,
    readEnvelopePrivacy: () => textOf(storedKinds.envelopePrivacy, "") ?? '{"nodes":[{}]}',
    schemaIds() {
      index ??= read(indexPlace);
      return [...index.matchAll(/^schema ("(?:[^"\\]|\\.)*") /gm)].map(
        ([, name]) => JSON.parse(name ?? '""') as string,
      );
    },
  });
}

/** The file is part of the build, like the module that reads it. */
function evaluate(body: string, runtime: ValidatorRuntime, shared: object): unknown {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  return new Function("runtime", "shared", body)(runtime, shared);
}

import {
  baseAt,
  decodeFragment,
  type Dialect,
  isJsonObject,
  type Json,
  type JsonObject,
  namesIn,
  pointerStep,
  valueAt,
  walkSchema,
  withoutFragment,
} from "@millrace/schema-graph";
import type { SchemaFile } from "../registry/registry.ts";
import { convertSchema, type ConversionLog, type OpenReference } from "./convert-schema.ts";
import type { ImportChange, ImportRefusal } from "./import-report.ts";
import { dialectOf, dialects, guessDialect } from "./source-dialects.ts";

/** A file of the source, converted. */
export interface SourceDocument {
  readonly file: string;
  readonly dialect: Dialect;
  /** As it was read. */
  readonly original: JsonObject;
  /** As it is converted. References still have their old text. */
  readonly schema: JsonObject;
  /** Pointer as it was → as it is, of every schema. */
  readonly moved: ReadonlyMap<string, string>;
  readonly references: readonly ResolvedReference[];
  /** The URI by which the source names it, if it has one. */
  readonly uri: string | undefined;
}

/** A reference and the schema that it leads to. */
export interface ResolvedReference extends OpenReference {
  readonly target: { readonly file: string; readonly pointer: string };
}

export interface ImportLog {
  readonly changes: ImportChange[];
  readonly refusals: ImportRefusal[];
}

interface Place {
  readonly file: string;
  readonly pointer: string;
}

/** Reads and converts the files of a source, and finds where their references lead. */
export function readSourceDocuments(
  files: readonly SchemaFile[],
  options: { readonly dialect?: Dialect | undefined },
  log: ImportLog,
): SourceDocument[] {
  const readable = files
    .flatMap((file) => readDialect(file, options.dialect, log))
    .map((each) => ({ ...each, ...namesIn(each.schema, baseOf(each.file, each.schema, each.dialect), each.dialect) }));
  const roots = new Map(readable.map(({ file, schema }) => [file, schema]));
  const places = indexPlaces(readable);
  const recursive = readable.flatMap(({ file, schema }) =>
    [...walkSchema(schema)].filter((each) => each.schema["$recursiveAnchor"] === true).map(() => file),
  );
  return readable.map(({ file, schema: root, dialect, bases }): SourceDocument => {
    const own: ConversionLog = {
      change: (change) => log.changes.push({ file, ...change }),
      refuse: (refusal) => log.refusals.push({ file, ...refusal }),
    };
    const converted = convertSchema(root, { from: "", to: "" }, dialect, own);
    const { schema } = converted;
    const moved = new Map(converted.moved);
    const references: ResolvedReference[] = [];
    const pending = [...converted.references];
    for (let open = pending.pop(); open !== undefined; open = pending.pop()) {
      const found = resolve(open.text, baseAt(bases, open.pointer), places, roots);
      // Files may have one name: what a file says of itself it means of itself.
      const target = found.find((place) => place.file === file) ?? found[0];
      if (target === undefined) {
        const reason = `\`${open.text}\` leads nowhere in the files that were given.`;
        const fix = "Import the folder that holds it, or copy the schema into the document.";
        own.refuse({ pointer: open.pointer, reason, fix });
        continue;
      }
      if (target.file !== file && found.length > 1) {
        const files = found.map((place) => place.file).join(" and ");
        const reason = `\`${open.text}\` is the name of schemas in ${files}.`;
        own.refuse({ pointer: open.pointer, reason, fix: "Import one of them, or give each a name of its own." });
        continue;
      }
      if (open.text.startsWith("#") && recursive.length > 1 && root["$recursiveAnchor"] !== undefined) {
        const reason =
          "More than one document has a `$recursiveAnchor`: where `$recursiveRef` leads depends on the way.";
        own.refuse({ pointer: open.pointer, reason, fix: "Say with `$ref` which schema is meant." });
        continue;
      }
      references.push({ ...open, target });
      if (target.file === file && !moved.has(target.pointer)) hoist(target.pointer);
    }
    const uri = bases[0]?.[1];
    return {
      file,
      dialect,
      original: root,
      schema,
      moved,
      references,
      uri: uri === undefined || uri.startsWith("file:") || (places.get(uri) ?? []).length > 1 ? undefined : uri,
    };

    /** A schema where no keyword holds schemas, such as `/components/schemas/order`, becomes a definition. */
    function hoist(pointer: string): void {
      const value = valueAt(root, pointer);
      const word = dialect === "2019-09" || dialect === "2020-12" ? "$defs" : "definitions";
      const definitions = isJsonObject(schema[word]) ? schema[word] : (schema[word] = {});
      const last = pointer.slice(pointer.lastIndexOf("/") + 1);
      const name = Object.hasOwn(definitions, last) ? `${last}_${Object.keys(definitions).length}` : last;
      const to = `/${word}${pointerStep(name)}`;
      own.change({
        pointer,
        before: pointer,
        after: to,
        why: "References lead to it, and no keyword makes it a schema.",
      });
      if (!isJsonObject(value)) {
        definitions[name] = value as Json;
        moved.set(pointer, to);
        return;
      }
      const inner = convertSchema(value, { from: pointer, to }, dialect, own);
      definitions[name] = inner.schema;
      for (const [from, there] of inner.moved) moved.set(from, there);
      pending.push(...inner.references);
    }
  });
}

function readDialect(
  { file, value }: SchemaFile,
  fallback: Dialect | undefined,
  log: ImportLog,
): { file: string; schema: JsonObject; dialect: Dialect }[] {
  if (!isJsonObject(value)) {
    log.refusals.push({ file, pointer: "", reason: "The file holds no JSON object.", fix: "Leave it out." });
    return [];
  }
  const { $schema } = value;
  if ($schema === undefined) {
    const dialect = fallback ?? guessDialect(value);
    const why = "It does not say its dialect: give `--dialect` if it is another.";
    log.changes.push({ file, pointer: "", before: null, after: { $schema: dialect }, why });
    return [{ file, schema: value, dialect }];
  }
  const dialect = typeof $schema === "string" ? dialectOf($schema) : undefined;
  if (dialect !== undefined) return [{ file, schema: value, dialect }];
  const reason = `The dialect ${JSON.stringify($schema)} is none of ${dialects.join(", ")}.`;
  const fix = "Correct `$schema`, or remove it and give `--dialect`.";
  log.refusals.push({ file, pointer: "/$schema", reason, fix });
  return [];
}

/** The URI of a document, by the name that it gives itself or by its path. */
function baseOf(file: string, root: JsonObject, dialect: Dialect): string {
  const id = root[dialect === "draft-04" ? "id" : "$id"];
  const isNamed = typeof id === "string" && !id.startsWith("#") && URL.canParse(id, uriOf(file));
  return isNamed ? withoutFragment(new URL(id, uriOf(file))) : uriOf(file);
}

/** Every schema that has a name: URI, with `#anchor` where it is one. */
function indexPlaces(
  documents: readonly { file: string; named: ReturnType<typeof namesIn>["named"] }[],
): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  const enter = (uri: string, place: Place): void => {
    const others = (places.get(uri) ?? []).filter(({ file }) => file !== place.file);
    places.set(uri, [...others, place]);
  };
  for (const { file, named } of documents) {
    enter(uriOf(file), { file, pointer: "" });
    for (const [uri, { pointer }] of named) enter(uri, { file, pointer });
  }
  return places;
}

/** The places that a reference names, one of each file. */
function resolve(
  reference: string,
  base: string,
  places: ReadonlyMap<string, readonly Place[]>,
  roots: ReadonlyMap<string, JsonObject>,
): readonly Place[] {
  if (!URL.canParse(reference, base)) return [];
  const url = new URL(reference, base);
  const fragment = url.hash.slice(1);
  if (fragment !== "" && !fragment.startsWith("/")) return places.get(`${withoutFragment(url)}#${fragment}`) ?? [];
  return (places.get(withoutFragment(url)) ?? []).flatMap(({ file, pointer: above }) => {
    const pointer = above + (decodeFragment(fragment) ?? fragment);
    const value = valueAt(roots.get(file) ?? {}, pointer);
    return isJsonObject(value) || typeof value === "boolean" ? [{ file, pointer }] : [];
  });
}

/** The URI of a file that has no name of its own. */
function uriOf(file: string): string {
  return new URL(encodeURI(file).replaceAll(/[?#]/g, encodeURIComponent), "file:///").href;
}

import { type JsonObject, type SchemaDocument, walkSchema } from "@millrace/schema-graph";
import { nextVersions } from "../check/history/check-versions.ts";
import { parseFolder, type SchemasFolder } from "../check/schemas-folder.ts";
import { formatVersion, schemaBaseUrl } from "../schema-id.ts";
import { jsonText } from "../json-text.ts";

export type Step = "addition" | "revision" | "model";

/** Next versions of documents, as copies to be edited. */
export interface SteppedDocuments {
  /** Schemas and examples to write, by path below `schemas/`. */
  readonly files: SchemasFolder;
  /** Path of the version before → path of the next. */
  readonly stepped: ReadonlyMap<string, string>;
}

/**
 * The next version of a document, and of those authored in zod 4 that refer to it: what they refer to is a value of the
 * code, so they follow it. Those in zod 3 name a version.
 *
 * @param authored paths of the documents that are rendered from zod 4
 */
export function stepDocument(
  folder: SchemasFolder,
  document: SchemaDocument,
  step: Step,
  authored: ReadonlySet<string>,
): SteppedDocuments {
  const { registry } = parseFolder(folder);
  const all = [...registry.documents.values()];
  const stepping = new Set([document]);
  if (authored.has(document.file)) {
    // A set is walked to its end, with what is added on the way.
    for (const { id } of stepping) {
      for (const other of all) if (authored.has(other.file) && refersTo(other, id)) stepping.add(other);
    }
  }
  const stepped = new Map([...stepping].map((each) => [each.file, nextFile(each, step)]));
  const ids = new Map([...stepped].map(([before, after]) => [schemaBaseUrl + before, schemaBaseUrl + after]));
  const files = new Map<string, string>();
  for (const each of stepping) {
    const file = stepped.get(each.file) ?? "";
    files.set(
      file,
      jsonText(withIds(each.schema, ids, each.schema["$id"] === undefined ? {} : { $id: schemaBaseUrl + file })),
    );
    for (const [path, text] of folder) {
      if (path.startsWith(examplesOf(each.file)))
        files.set(path.replace(examplesOf(each.file), examplesOf(file)), text);
    }
  }
  return { files, stepped };
}

function refersTo({ schema }: SchemaDocument, id: string): boolean {
  return [...walkSchema(schema)].some(
    ({ schema: { $ref } }) => typeof $ref === "string" && $ref.replace(/#.*$/, "") === id,
  );
}

function nextFile({ kind, name, version }: SchemaDocument, step: Step): string {
  const [addition, revision, model] = nextVersions(version);
  const next = { addition, revision, model }[step];
  if (next === undefined) throw new Error("There are three next versions.");
  return `${kind}/${name}/${formatVersion(next)}.json`;
}

function withIds(schema: JsonObject, ids: ReadonlyMap<string, string>, head: JsonObject): JsonObject {
  const copy = structuredClone(schema);
  for (const { schema: inner } of walkSchema(copy)) {
    const { $ref } = inner;
    if (typeof $ref !== "string") continue;
    const [id = "", fragment] = $ref.split("#");
    inner["$ref"] = (ids.get(id) ?? id) + (fragment === undefined ? "" : `#${fragment}`);
  }
  return { ...copy, ...head };
}

/** `events/search/click/1-0-0.json` → `examples/search/click/1-0-0/`. */
function examplesOf(file: string): string {
  return `${file.replace(/^events/, "examples").replace(/\.json$/, "")}/`;
}

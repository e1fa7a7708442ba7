import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { applicatorOf } from "./applicators.ts";
import { pointerStep } from "./pointer.ts";

/** A schema inside a document; boolean schemas are left out. */
export interface Subschema {
  schema: JsonObject;
  /** JSON Pointer in the document. */
  pointer: string;
  /** Keyword of the parent that holds it, `""` for the root. */
  keyword: string;
  /** Its name under `properties`, `$defs`, …; its index under `allOf`, …. */
  key: string | undefined;
}

/** The schemas directly inside one. */
export function* childSchemas(parent: { schema: JsonObject; pointer: string }): Generator<Subschema> {
  for (const [keyword, value] of Object.entries(parent.schema)) {
    const shape = applicatorOf(keyword)?.holds;
    if (shape === undefined) continue;
    const pointer = parent.pointer + pointerStep(keyword);
    if (shape === "map") yield* entriesOf(value, keyword, pointer);
    else if (shape !== "one" && Array.isArray(value)) yield* elementsOf(value, keyword, pointer);
    else if (shape !== "list" && isJsonObject(value)) yield { schema: value, pointer, keyword, key: undefined };
  }
}

/** A schema and every schema inside it, parents first. */
export function* walkSchema(root: JsonObject): Generator<Subschema> {
  const pending: Subschema[] = [{ schema: root, pointer: "", keyword: "", key: undefined }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next;
    pending.push(...[...childSchemas(next)].reverse());
  }
}

function* entriesOf(value: Json, keyword: string, pointer: string): Generator<Subschema> {
  if (!isJsonObject(value)) return;
  for (const [key, schema] of Object.entries(value)) {
    if (isJsonObject(schema)) yield { schema, pointer: pointer + pointerStep(key), keyword, key };
  }
}

function* elementsOf(values: Json[], keyword: string, pointer: string): Generator<Subschema> {
  for (const [index, schema] of values.entries()) {
    if (isJsonObject(schema)) yield { schema, pointer: pointer + pointerStep(index), keyword, key: String(index) };
  }
}

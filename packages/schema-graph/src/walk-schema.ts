import { isJsonObject, type JsonObject } from "./json.ts";
import { heldBy } from "./held-schemas.ts";
import { pointerOf } from "./pointer.ts";

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
  for (const keyword of Object.keys(parent.schema)) {
    for (const { steps, value } of heldBy(parent.schema, keyword)) {
      if (!isJsonObject(value)) continue;
      yield { schema: value, pointer: parent.pointer + pointerOf(steps), keyword, key: steps[1] };
    }
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

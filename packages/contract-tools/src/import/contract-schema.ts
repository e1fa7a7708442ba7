import { isJsonObject, type Json, type JsonObject, valueAt } from "@millrace/schema-graph";
import type { SourceDocument } from "./source-documents.ts";
import type { SourceEvent } from "./source-events.ts";
import { dialectUris, targetOf } from "./source-dialects.ts";

/** Title and description alone. */
export function headOf(schema: JsonObject): JsonObject {
  const { title, description } = schema;
  return { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) };
}

/** Makes the contract of one event: an object, with all other demands of the document. */
export function asContract(document: SourceDocument, schema: JsonObject): JsonObject {
  const { $schema: _, ...root } = structuredClone(schema);
  const $schema = dialectUris[targetOf[document.dialect]];
  // In draft-07 nothing beside a reference counts.
  if (root["$ref"] !== undefined && $schema === dialectUris["draft-07"]) {
    const { $ref, ...rest } = root;
    return { $schema, ...rest, type: "object", allOf: [{ $ref: $ref ?? "" }] };
  }
  return root["type"] === undefined ? { $schema, type: "object", ...root } : { $schema, ...root };
}

/** A contract that refers to a schema of a shared document, at its place in `data`. */
export function asReference(event: SourceEvent, reference: string, at: readonly string[]): JsonObject {
  const { document, pointer } = event;
  const schema = valueAt(document.original, pointer);
  const $schema = dialectUris[targetOf[document.dialect]];
  const head = isJsonObject(schema) ? headOf(schema) : {};
  const isOld = $schema === dialectUris["draft-07"];
  const there: JsonObject = isOld ? { allOf: [{ $ref: reference }] } : { $ref: reference };
  const inside = at.reduceRight<Json>(
    (inner, step) => ({ type: "object", properties: { [step]: inner }, required: [step] }),
    there,
  );
  return { $schema, ...head, type: "object", ...(inside as JsonObject) };
}

import {
  type JsonObject,
  referenceKeywords,
  type SchemaDocument,
  type Subschema,
  walkSchema,
} from "@millrace/schema-graph";
import type { Fault } from "../../registry/fault.ts";
import type { Registry } from "../../registry/registry.ts";

/** Looks at one document. */
export type LintRule = (document: SchemaDocument, registry: Registry) => Fault[] | Promise<Fault[]>;

/** A finding without the file and the rule it belongs to. */
export interface Finding {
  pointer: string;
  message: string;
  fix: string;
}

/** A rule over every schema inside a document. */
export function eachSchema(
  rule: string,
  find: (subschema: Subschema, document: SchemaDocument, registry: Registry) => Finding[],
): LintRule {
  return (document, registry) =>
    [...walkSchema(document.schema)].flatMap((subschema) =>
      find(subschema, document, registry).map((finding) => ({ file: document.file, rule, ...finding })),
    );
}

/** True if a schema refers to another one. */
export function isReference(schema: JsonObject): boolean {
  return referenceKeywords.some((keyword) => schema[keyword] !== undefined);
}

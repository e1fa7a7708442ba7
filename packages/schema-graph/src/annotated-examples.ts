import { applicators } from "./applicators.ts";
import type { Json, JsonObject } from "./json.ts";

/** A schema with something written below one keyword. */
export interface AnnotatedExample {
  readonly keyword: string;
  readonly schema: JsonObject;
}

const secretOf = (annotation: JsonObject): JsonObject => ({
  properties: { secret: { type: "string", ...annotation } },
});

/**
 * For each keyword that holds schemas, and each that refers to one, an object schema that holds an annotation there and
 * nowhere else: for tests that a reader sees all of them.
 */
export function annotatedExamples(annotation: JsonObject): AnnotatedExample[] {
  const secret: JsonObject = { type: "string", ...annotation };
  const inner = secretOf(annotation);
  const held = (keyword: string): JsonObject => {
    const { holds, target } = applicators[keyword] ?? {};
    const schema: Json = target === "same value" ? inner : secret;
    const value: Json =
      holds === "list"
        ? [schema]
        : holds === "map"
          ? { [keyword === "patternProperties" ? "^sec" : "secret"]: schema }
          : schema;
    if (target === "elements") return { properties: { list: { type: "array", [keyword]: value } } };
    if (target === "inner text") return { properties: { text: { type: "string", [keyword]: value } } };
    return { [keyword]: value };
  };
  const rows = Object.keys(applicators).map((keyword): AnnotatedExample => {
    const isDefinition = applicators[keyword]?.target === "nothing";
    const schema = isDefinition ? { [keyword]: { a: inner }, $ref: `#/${keyword}/a` } : held(keyword);
    return { keyword, schema: { type: "object", ...schema } };
  });
  const dynamic = { $defs: { a: { $dynamicAnchor: "a", ...inner } }, $dynamicRef: "#a" };
  return [
    ...rows,
    { keyword: "$dynamicRef", schema: { type: "object", ...dynamic } },
    { keyword: "$anchor", schema: { type: "object", $defs: { a: { $anchor: "a", ...inner } }, $ref: "#a" } },
  ];
}

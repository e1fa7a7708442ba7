import { applicators, type Target } from "./applicators.ts";
import type { Json, JsonObject } from "./json.ts";

/** A schema with something written below one keyword. */
export interface AnnotatedExample {
  readonly keyword: string;
  readonly schema: JsonObject;
  /** Data with a text in the annotated place. */
  readonly dataWith: (text: string) => JsonObject;
}

/** By the target of a keyword: data with a text where {@link annotatedExamples} annotates it. */
const dataAt: Partial<Record<Target, (text: string) => JsonObject>> = {
  elements: (text) => ({ list: [text] }),
  "inner text": (text) => ({ text: JSON.stringify(text) }),
  names: (text) => ({ [text]: 1 }),
};
const dataOfSecret = (secret: string): JsonObject => ({ secret });

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
    const target = applicators[keyword]?.target ?? "nothing";
    const schema = target === "nothing" ? { [keyword]: { a: inner }, $ref: `#/${keyword}/a` } : held(keyword);
    return { keyword, schema: { type: "object", ...schema }, dataWith: dataAt[target] ?? dataOfSecret };
  });
  const referring = (keyword: string, name: string): AnnotatedExample => ({
    keyword: name,
    schema: { type: "object", $defs: { a: { [name]: "a", ...inner } }, [keyword]: "#a" },
    dataWith: dataOfSecret,
  });
  const dynamic = { ...referring("$dynamicRef", "$dynamicAnchor"), keyword: "$dynamicRef" };
  return [...rows, dynamic, referring("$ref", "$anchor")];
}

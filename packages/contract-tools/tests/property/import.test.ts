import { afterAll, describe, expect, test } from "@jest/globals";
import { registerSchema, unregisterSchema, validate } from "@hyperjump/json-schema/draft-2020-12";
import "@hyperjump/json-schema/draft-2019-09";
import "@hyperjump/json-schema/draft-07";
import "@hyperjump/json-schema/draft-06";
import "@hyperjump/json-schema/draft-04";
import type { Dialect, SchemaDocument } from "@millrace/schema-graph";
import fc from "fast-check";
import { metaSchema } from "../../src/check/lint/meta-schema.ts";
import { danglingRef } from "../../src/check/lint/references.ts";
import { unsureValidator } from "../../src/check/lint/unsure-validator.ts";
import { createAssembly } from "../../src/import/assemble.ts";
import type { ImportChange, ImportRefusal } from "../../src/import/import-report.ts";
import { readSourceDocuments } from "../../src/import/source-documents.ts";
import { findEvents } from "../../src/import/source-events.ts";
import { parseFolder } from "../../src/check/schemas-folder.ts";
import type { Json, JsonObject, Registry } from "../../src/registry.ts";
import { events } from "../support/changed-contracts.ts";
import { contractsOf } from "../support/contracts-of.ts";

const uris: Readonly<Record<Dialect, string>> = {
  "draft-04": "http://json-schema.org/draft-04/schema#",
  "draft-06": "http://json-schema.org/draft-06/schema#",
  "draft-07": "http://json-schema.org/draft-07/schema#",
  "2019-09": "https://json-schema.org/draft/2019-09/schema",
  "2020-12": "https://json-schema.org/draft/2020-12/schema",
};
const isNew = (dialect: Dialect): boolean => dialect.startsWith("20");
const name = fc.constantFrom("a", "b", "title");
const small = fc.nat({ max: 3 });

/** Schemas with keywords of a dialect, and with words that are keywords only before or after it. */
function schemas(dialect: Dialect): fc.Arbitrary<JsonObject> {
  const definitions = isNew(dialect) ? "$defs" : "definitions";
  return fc.letrec<{ schema: JsonObject }>((tie) => {
    const schema = tie("schema");
    const inner =
      dialect === "draft-04"
        ? schema
        : fc.oneof({ weight: 4, arbitrary: schema }, { weight: 1, arbitrary: fc.boolean() });
    const map = fc.dictionary(name, inner, { maxKeys: 2, noNullPrototype: true });
    const list = fc.array(inner, { minLength: 1, maxLength: 2 });
    const bound = dialect === "draft-04" ? fc.boolean() : small;
    const keywords: Record<string, fc.Arbitrary<unknown>> = {
      $ref: fc.constantFrom(`#/${definitions}/one`, "#/components/two", "other.json", "#"),
      type: fc.constantFrom<Json>("string", "integer", "number", "object", "array", "boolean", ["string", "null"]),
      enum: fc.uniqueArray(fc.constantFrom<Json>("x", "xx", 1, null), { minLength: 1 }),
      minimum: small,
      maximum: small,
      exclusiveMinimum: bound,
      exclusiveMaximum: bound,
      multipleOf: fc.constantFrom(1, 2),
      minLength: small,
      maxLength: small,
      pattern: fc.constantFrom("^x", "x$", "[\\w-.]", "\\@|x"),
      properties: map,
      patternProperties: fc.record({ "^b": inner }),
      additionalProperties: inner,
      required: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }),
      minProperties: small,
      maxProperties: small,
      uniqueItems: fc.boolean(),
      minItems: small,
      maxItems: small,
      allOf: list,
      anyOf: list,
      oneOf: list,
      not: inner,
      // Words of one dialect that say nothing, or something else, in another.
      const: fc.constantFrom<Json>("x", 1, null),
      contains: inner,
      propertyNames: inner,
      if: inner,
      then: inner,
      else: inner,
      minContains: small,
      dependentRequired: fc.record({ a: fc.uniqueArray(name, { maxLength: 2 }) }),
      dependentSchemas: fc.record({ a: inner }),
      dependencies: fc.record({ a: fc.oneof(inner, fc.uniqueArray(name, { minLength: 1, maxLength: 2 })) }),
      items: dialect === "2020-12" ? inner : fc.oneof(inner, list),
      additionalItems: inner,
      prefixItems: list,
      unevaluatedProperties: inner,
      unevaluatedItems: inner,
      ...(dialect === "2019-09" ? { $recursiveRef: fc.constant("#") } : {}),
    };
    const made = (chosen: readonly string[]): fc.Arbitrary<JsonObject> =>
      fc.record(Object.fromEntries(chosen.map((word) => [word, keywords[word] ?? fc.constant(true)])), {
        noNullPrototype: true,
      }) as fc.Arbitrary<JsonObject>;
    const free = fc
      .uniqueArray(fc.constantFrom(...Object.keys(keywords)), { maxLength: 3, depthIdentifier: "schema" })
      .chain(made);
    // Words that say something together, and not the same in every dialect.
    const related = fc
      .constantFrom(
        ["minimum", "exclusiveMinimum"],
        ["maximum", "exclusiveMaximum"],
        ["const"],
        ["if", "then", "else"],
        ["items", "additionalItems"],
        ["contains", "minContains"],
        ["dependencies"],
        ["propertyNames"],
        ["prefixItems", "items"],
        ["$ref", "minLength"],
        ["$ref", "type"],
        ["unevaluatedProperties", "anyOf"],
        ["unevaluatedProperties", "if", "then", "else"],
        ["unevaluatedItems", "prefixItems"],
      )
      .chain(made);
    return { schema: fc.oneof({ depthSize: "small" }, free, related) };
  }).schema;
}

/** Small values at each name: one at the bound of every number and length. */
const simpleEvents: readonly JsonObject[] = ["a", "b", "title"].flatMap((key) =>
  [0, 1, 2, 3, "", "x", "xx", ".", null, [], ["x"], [1, 2], {}, { a: 1 }, { a: 1, b: 2 }].map((value) => ({
    [key]: value,
  })),
);

const counts = new Map<Dialect, { compared: number; valid: number; invalid: number; refused: number }>();

describe("what an import converts takes the same data as before", () => {
  test.each(Object.keys(uris) as Dialect[])("%s, by a validator of others", async (dialect) => {
    const count = { compared: 0, valid: 0, invalid: 0, refused: 0 };
    counts.set(dialect, count);
    const any = schemas(dialect);
    // A reference that leads to a reference may never end.
    const target = any.filter(({ $ref, $recursiveRef }) => $ref === undefined && $recursiveRef === undefined);
    const words = isNew(dialect) ? "$defs" : "definitions";
    const document = fc.record({
      $schema: fc.constant(uris[dialect]),
      type: fc.constant("object"),
      properties: fc.dictionary(name, any, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      [words]: fc.record({ one: target }),
      components: fc.record({ two: target }),
    }) as fc.Arbitrary<JsonObject>;
    const other = target.map((schema) => ({ $schema: uris[dialect], ...schema }));
    await fc.assert(
      fc.asyncProperty(document, other, events, async (root, part, values) => {
        const converted = convert(root, part);
        const taken = await takes(uris[dialect], root, part);
        // The document is none of its dialect, or the check of contracts refuses it, with its place.
        if (converted === undefined || taken === undefined) {
          count.refused += 1;
          return;
        }
        for (const value of [...values, ...simpleEvents]) {
          let before: boolean;
          try {
            before = taken(value);
          } catch (error) {
            // A schema that leads to itself and to nothing else.
            if (error instanceof RangeError) continue;
            throw error;
          }
          expect(converted(value)).toBe(before);
          count.compared += 1;
          count[before ? "valid" : "invalid"] += 1;
        }
      }),
      { numRuns: 80, seed: 7 },
    );
    expect(Math.min(count.valid, count.invalid)).toBeGreaterThan(100);
  });

  afterAll(() => console.log([...counts].map(([dialect, count]) => `${dialect}: ${JSON.stringify(count)}`).join("\n")));
});

/** The validator that production would make of the converted document; `undefined` when it is refused. */
function convert(root: JsonObject, part: JsonObject): ((value: Json) => boolean) | undefined {
  const log = { changes: [] as ImportChange[], refusals: [] as ImportRefusal[] };
  const files = [
    { file: "order.json", value: root },
    { file: "other.json", value: part },
  ];
  const documents = readSourceDocuments(files, {}, log);
  const choice = { source: "shop" };
  const assembly = createAssembly(new Map(), documents, findEvents(documents, choice, log), choice);
  for (const { file, pointer } of log.refusals) assembly.exclude(file, pointer);
  const { registry } = parseFolder(assembly.make().files);
  const contract = registry.contracts.find(({ name: folder }) => folder === "shop/order");
  if (contract === undefined) return undefined;
  const faults = [...registry.documents.values()].map((each) => lintFaults(each, registry));
  if (faults.some((each) => each)) return undefined;
  try {
    const validator = contractsOf(registry).validatorOf(contract.id);
    return validator && ((value) => validator(value) === null);
  } catch {
    return undefined;
  }
}

/** True if a rule that decides on verdicts finds a fault. All other rules do not touch verdicts. */
function lintFaults(document: SchemaDocument, registry: Registry): boolean {
  return [metaSchema, danglingRef, unsureValidator].some((rule) => (rule(document, registry) as unknown[]).length > 0);
}

/** The verdict on the documents as they came; `undefined` when they are none of their dialect. */
async function takes(
  dialect: string,
  root: JsonObject,
  part: JsonObject,
): Promise<((value: Json) => boolean) | undefined> {
  const base = "https://vendor.example/";
  try {
    registerSchema(copy(part) as never, `${base}other.json`, dialect);
    registerSchema(copy(root) as never, `${base}order.json`, dialect);
    const verdict = await validate(`${base}order.json`);
    return (value) => verdict(value as never).valid;
  } catch {
    return undefined;
  } finally {
    unregisterSchema(`${base}other.json`);
    unregisterSchema(`${base}order.json`);
  }
}

/** An object of this realm: the validator does not know those of `structuredClone`. */
function copy(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

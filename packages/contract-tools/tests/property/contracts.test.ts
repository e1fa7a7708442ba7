import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isAbove } from "../../src/check/history/change.ts";
import { compareSchemas } from "../../src/check/history/compare-schemas.ts";
import { createAjv } from "../../src/codegen/create-ajv.ts";
import type { Json, JsonObject } from "../../src/registry.ts";
import { contractsOf, registryOf } from "../support/contracts-of.ts";

const names = ["a", "b", "c"];
const name = fc.constantFrom(...names);

/** Data that hits and misses schemas over the same few names and values. */
const data: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<Json>("", "x", "xx", "xxxx", "😀", "😀😀x", "\ud83d", "x\ude00", 0, 1, 2.5, 7, true, null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<Json>,
  ),
})).value;

const small = fc.nat({ max: 4 });
const scalar: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ type: fc.constant("string"), minLength: small, maxLength: small }, { requiredKeys: ["type"] }),
  fc.record({ type: fc.constantFrom("integer", "number"), minimum: small, maximum: small }, { requiredKeys: ["type"] }),
  fc.record(
    { type: fc.constant(["string", "null"]), pattern: fc.constantFrom("^x", "x$") },
    { requiredKeys: ["type"] },
  ),
  fc.record({ enum: fc.uniqueArray(fc.constantFrom<Json>("x", "xx", 1, null), { minLength: 1 }) }),
) as fc.Arbitrary<JsonObject>;

const schema: fc.Arbitrary<JsonObject> = fc.letrec<{ object: JsonObject; any: JsonObject; combined: JsonObject }>(
  (tie) => ({
    object: fc.record(
      {
        type: fc.constant("object"),
        properties: fc.dictionary(name, tie("any"), { maxKeys: 3 }),
        required: fc.uniqueArray(name, { maxLength: 2 }),
        additionalProperties: fc.boolean(),
        patternProperties: fc.constant({ "^c": { type: "string" } }),
      },
      { requiredKeys: ["type", "properties"] },
    ),
    combined: fc.oneof(
      fc.record({ anyOf: fc.array(tie("any"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ oneOf: fc.array(tie("any"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie("any") }),
      fc.record({
        type: fc.constant("object"),
        allOf: fc.array(tie("object"), { minLength: 1, maxLength: 2 }),
        unevaluatedProperties: fc.constant(false),
      }),
      fc.record({ if: tie("any"), then: tie("any"), else: tie("any") }),
      fc.record({ $ref: fc.constantFrom("#/$defs/short", "../../../shared/s/1-0-0.json") }),
    ),
    any: fc.oneof(
      { depthSize: "small" },
      scalar,
      tie("object"),
      tie("combined"),
      fc.record(
        { type: fc.constant("array"), items: tie("any"), maxItems: small, uniqueItems: fc.boolean() },
        { requiredKeys: ["type"] },
      ) as fc.Arbitrary<JsonObject>,
    ),
  }),
).object;

const $defs = { short: { type: "string", maxLength: 2 } };
const shared = { "shared/s/1-0-0.json": { type: "object", properties: { a: { type: "integer" } }, required: ["a"] } };
const path = "events/test/a/1-0-0.json";
const id = `https://millrace.example/schemas/${path}`;

/** Ajv tells items of another type by their type alone, although they are equal. */
const equalItemsOfAnotherType: JsonObject = {
  type: "object",
  properties: { c: { type: "array", items: { type: "integer" }, uniqueItems: true } },
};

describe("generated validators", () => {
  test("give Ajv's verdict and Ajv's errors, for any schema and data, kept or only counted", () => {
    fc.assert(
      fc.property(
        schema,
        fc.array(data, { minLength: 3, maxLength: 8 }),
        fc.integer({ min: 1, max: 3 }),
        (root, values, maxErrors) => {
          const registry = registryOf({ ...shared, [path]: { ...root, $defs } });
          const ajv = createAjv("2020-12");
          for (const document of registry.documents.values()) ajv.addSchema(document.schema, document.id);
          const reference = ajv.getSchema(id)!;
          const generous = contractsOf(registry, { maxErrors: 1000 }).validatorOf(id)!;
          const strict = contractsOf(registry, { maxErrors }).validatorOf(id)!;
          for (const value of values) {
            const expected = reference(value) === true ? [] : (reference.errors ?? []);
            const places = expected.map(({ instancePath, keyword, params }) => ({ instancePath, keyword, params }));
            const all = generous(value)?.errors ?? [];
            expect(all.map(({ instancePath, keyword, params }) => ({ instancePath, keyword, params }))).toEqual(places);
            const some = strict(value);
            expect(some?.count ?? 0).toBe(expected.length);
            expect(some?.errors ?? []).toEqual(all.slice(0, maxErrors));
          }
        },
      ),
      { numRuns: 120, examples: [[equalItemsOfAnotherType, [{ c: [2.5, 2.5] }], 1]] },
    );
  });
});

describe("compatibility", () => {
  test("an ADDITION takes every event that the version before took", () => {
    const ajv = createAjv("2020-12");
    let additions = 0;
    fc.assert(
      fc.property(
        schema,
        schema,
        fc.boolean(),
        fc.array(data, { minLength: 10, maxLength: 30 }),
        (root, other, isMixed, values) => {
          // Two unrelated schemas are hardly ever an ADDITION; a mixture often is.
          const next: JsonObject = isMixed
            ? { ...root, properties: { ...(other["properties"] as JsonObject), ...(root["properties"] as JsonObject) } }
            : other;
          const registry = registryOf({
            ...shared,
            [path]: { ...root, $defs },
            "events/test/a/1-0-1.json": { ...next, $defs },
          });
          const [older, newer] = registry.contracts;
          const changes = compareSchemas(older!, newer!, registry.resources);
          if (changes.some((change) => isAbove(change.class, "addition"))) return;
          additions += 1;
          const compile = (schema: JsonObject): ((value: Json) => boolean) =>
            // Only one document: the shared one is taken in.
            ajv.compile(
              JSON.parse(
                JSON.stringify({ ...schema, $defs: { ...$defs, s: shared["shared/s/1-0-0.json"] } }).replaceAll(
                  "../../../shared/s/1-0-0.json",
                  "#/$defs/s",
                ),
              ) as object,
            ) as (value: Json) => boolean;
          const before = compile(root);
          const after = compile(next);
          for (const value of values) if (before(value)) expect(after(value)).toBe(true);
        },
      ),
      { numRuns: 1500 },
    );
    expect(additions).toBeGreaterThan(100);
  });

  test("a version is compatible with itself", () => {
    fc.assert(
      fc.property(schema, (root) => {
        const registry = registryOf({
          ...shared,
          [path]: { ...root, $defs },
          "events/test/a/1-0-1.json": { ...root, $defs },
        });
        expect(compareSchemas(registry.contracts[0]!, registry.contracts[1]!, registry.resources)).toEqual([]);
      }),
    );
  });
});

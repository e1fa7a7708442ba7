import { expect, test } from "@jest/globals";
import { registerSchema, unregisterSchema, validate } from "@hyperjump/json-schema/draft-2020-12";
import { unsureValidator } from "../../src/check/lint/unsure-validator.ts";
import type { Json, JsonObject } from "../../src/registry.ts";
import { contractsOf, registryOf } from "../support/contracts-of.ts";

const $schema = "https://json-schema.org/draft/2020-12/schema";
const $defs = {
  one: { properties: { a: true } },
  recursive: { properties: { a: { $ref: "#/$defs/recursive" } } },
  learnt: { anyOf: [{ properties: { a: true } }] },
  first: { prefixItems: [true] },
};

/** Schemas that evaluate the property `a`, or the first element. */
const evaluating: Readonly<Record<string, readonly JsonObject[]>> = {
  unevaluatedProperties: [
    { properties: { a: true } },
    { $ref: "#/$defs/one" },
    { $ref: "#/$defs/recursive" },
    { $ref: "#/$defs/learnt" },
    { $ref: "#" },
    { anyOf: [{ properties: { a: true } }] },
    { allOf: [{ properties: { a: true } }] },
    { allOf: [{ anyOf: [{ properties: { a: true } }] }] },
    { if: { properties: { a: true } }, then: true },
    { if: true, then: { properties: { a: true } } },
    { dependentSchemas: { a: { properties: { a: true } } } },
    { patternProperties: { "^a": true } },
    { additionalProperties: true },
    { unevaluatedProperties: true },
  ],
  unevaluatedItems: [
    { prefixItems: [true] },
    { $ref: "#/$defs/first" },
    { items: true },
    { anyOf: [{ prefixItems: [true] }] },
    { unevaluatedItems: true },
  ],
};

/** Places for them: where they hold, and where a value may fail them. */
const places: readonly ((schema: JsonObject) => JsonObject)[] = [
  (schema) => ({ allOf: [schema] }),
  (schema) => ({ anyOf: [true, schema] }),
  (schema) => ({ anyOf: [schema, true] }),
  (schema) => ({ oneOf: [schema, { const: "other" }] }),
  (schema) => ({ if: schema, then: { minProperties: 0 }, else: { minProperties: 0 } }),
  (schema) => ({ if: { type: "boolean" }, then: schema, else: { minProperties: 0 } }),
  (schema) => ({ allOf: [{ anyOf: [true, schema] }] }),
  (schema) => ({ dependentSchemas: { z: schema } }),
];

async function otherVerdict(schema: JsonObject): Promise<(value: Json) => boolean> {
  // An object of this realm: the validator does not know others.
  registerSchema(JSON.parse(JSON.stringify(schema)) as never, "https://vendor.example/schema", $schema);
  try {
    const verdict = await validate("https://vendor.example/schema");
    return (value) => verdict(value as never).valid;
  } finally {
    unregisterSchema("https://vendor.example/schema");
  }
}

test.each(Object.keys(evaluating))("%s is decided as by a validator of others, or refused", async (keyword) => {
  const counts = { same: 0, refused: 0 };
  const values: Json[] = keyword === "unevaluatedItems" ? [{ a: [[]] }] : [{ a: { a: {} } }, { a: { a: {}, z: 1 } }];
  for (const schema of evaluating[keyword] ?? []) {
    for (const place of places) {
      for (const failing of [{}, { const: 5 }]) {
        const a = { [keyword]: false, ...place({ ...schema, ...failing }) };
        const root = { $schema, type: "object", properties: { a }, $defs };
        const registry = registryOf({ "events/test/a/1-0-0.json": root });
        const [contract] = registry.contracts;
        if (contract === undefined || (unsureValidator(contract, registry) as unknown[]).length > 0) {
          counts.refused += 1;
          continue;
        }
        const validator = contractsOf(registry).validatorOf(contract.id);
        const other = await otherVerdict(root);
        const verdicts = values.map((value) => [JSON.stringify(root), validator?.(value) === null]);
        expect(verdicts).toEqual(values.map((value) => [JSON.stringify(root), other(value)]));
        counts.same += 1;
      }
    }
  }
  expect(counts.same).toBeGreaterThan(3);
  expect(counts.refused).toBeGreaterThan(15);
});

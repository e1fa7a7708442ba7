import { describe, expect, test } from "@jest/globals";
import { compileDialect } from "../../src/codegen/compile-validators.ts";
import type { JsonObject } from "../../src/registry.ts";
import { contractsOf, registryOf } from "../support/contracts-of.ts";

/** The code of a contract with one property, and what contracts share. */
function codeOf(property: JsonObject): string {
  const schema = { type: "object", properties: { a: property } };
  const { shared, validators } = compileDialect(registryOf({ "events/test/a/1-0-0.json": schema }), "2020-12");
  return [shared, ...validators.values()].join("\n");
}

const closedOf = (count: number): JsonObject => ({
  properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`name${index}`, { const: index }])),
  additionalProperties: false,
});

const evaluated = {
  $ref: "#/properties/a/$defs/named",
  patternProperties: { "^x": { type: "string" } },
  unevaluatedProperties: false,
  $defs: { named: { properties: { b: true } } },
};

// Each row is one rewriting of Ajv's code (decision 0118). A release of Ajv that writes it otherwise fails here.
describe("of the code that Ajv generates", () => {
  test.each<[string, JsonObject, string, RegExp]>([
    ["a list of the schema becomes a constant", { enum: ["red", "blue"] }, "const schema", /schema\d+\.properties/],
    [
      "an error goes to the list that is bounded",
      { type: "string" },
      "runtime.add(vErrors, instancePath",
      /vErrors\.push/,
    ],
    [
      "an error that is only counted has no place",
      { not: { type: "string" } },
      'runtime.add(vErrors, "", "", {})',
      /= \{\};if/,
    ],
    ["a few names are compared", closedOf(9), 'key0 === "name0" || key0 === "name1" || ', /\.call\(/],
    ["many names are looked up", closedOf(33), 'new Set(["name0","name1",', /\.call\(|=== "name/],
    ["a text is counted only if its length does not tell", { maxLength: 3 }, ".length > 3 && ", /if\(\w+\(\w+\) > 3\)/],
    ["nor one that is too short", { minLength: 3 }, ".length < 6 && ", /if\(\w+\(\w+\) < 3\)/],
    ["nothing is loaded", { maxLength: 3, uniqueItems: true }, "runtime.equal", /require\(/],
    [
      "what a reference has evaluated is asked for first",
      evaluated,
      "props0 = props0 || {};props0[key0] = true;",
      /\}props\d+\[key\d+\] = true/,
    ],
    ["no address of a source is left", { type: "string" }, "function validate", /sourceURL/],
  ])("%s", (_, property, written, gone) => {
    const code = codeOf(property);
    expect(code).toContain(written);
    expect(code).not.toMatch(gone);
  });
});

test.each([9, 33])("of %i names each is taken, and no other", (count) => {
  const contracts = contractsOf(registryOf({ "events/test/a/1-0-0.json": { type: "object", ...closedOf(count) } }));
  const validate = contracts.validatorOf(contracts.newestSchemaOf("test.a") ?? "");
  const data = Object.fromEntries(Array.from({ length: count }, (_, index) => [`name${index}`, index]));
  expect(validate?.(data)).toBeNull();
  for (const other of ["name", "toString", `name${count}`]) expect(validate?.({ ...data, [other]: 0 })?.count).toBe(1);
});

test("texts of a schema that look like code stay texts", () => {
  const counts = Array.from({ length: 80 }, (_, count) => count);
  const texts = [
    ...counts.map((count) => `schema${count}.properties`),
    ...counts.map((count) => `func${count}(data${count}) > 3`),
    "props0[key0] = true;",
    "const err0 = {};if(vErrors === null){vErrors = [err0];}else {vErrors.push(err0);}",
    '/*# sourceURL="a" */;',
  ];
  const properties = Object.fromEntries(texts.map((text, index) => [`p${index}`, { const: text, maxLength: 200 }]));
  const schema = { type: "object", properties, required: texts };
  const contracts = contractsOf(registryOf({ "events/test/a/1-0-0.json": schema }));
  const validate = contracts.validatorOf(contracts.newestSchemaOf("test.a") ?? "");
  const valid = Object.fromEntries(texts.flatMap((text, index) => [[`p${index}`, text] as const, [text, 1] as const]));
  expect(validate?.(valid)).toBeNull();
  expect(validate?.({ ...valid, p0: "schema0" })?.count).toBe(1);
});

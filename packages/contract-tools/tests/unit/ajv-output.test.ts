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

const manyNames = Array.from({ length: 200 }, (_, index) => `name${index}`);

const evaluated = {
  $ref: "#/properties/a/$defs/named",
  patternProperties: { "^x": { type: "string" } },
  unevaluatedProperties: false,
  $defs: { named: { patternProperties: { "^b": true } } },
};

// Each row is something that Ajv's own keywords would write otherwise (decision 0243).
describe("of the code that Ajv generates", () => {
  test.each<[string, JsonObject, string, RegExp]>([
    ["a list of the schema is a constant", { enum: ["red", "blue"] }, '= ["red","blue"];', /schema\d+/],
    ["so is a long list of names", { required: manyNames }, '= ["name0","name1",', /schema\d+/],
    ["so are several types", { type: ["string", "null"] }, '= ["string","null"];', /schema\d+/],
    [
      "an error goes to the list that is bounded",
      { type: "string" },
      '(vErrors, instancePath+"/a", "#/properties/a/type", {type: "string"})',
      /vErrors\.push/,
    ],
    [
      "an error that is only counted has no place",
      { not: { type: "string" } },
      '(vErrors, "", "", {})',
      /vErrors\.push/,
    ],
    [
      "what is never valid is an error like others",
      { items: false },
      '"#/properties/a/items/false schema"',
      /vErrors\.push/,
    ],
    ["a type is asked for once", { type: "string", pattern: "a" }, "}else {vErrors = ", /!\(typeof/],
    ["a few names are compared", closedOf(9), '(key0 === "name0") || (key0 === "name1")', /\.call\(/],
    ["many names are looked up", closedOf(33), 'new Set(["name0","name1",', /\.call\(|=== "name/],
    ["a text is counted only if its length does not tell", { maxLength: 3 }, ".length > 3 && ", /if\(\w+\(\w+\) > 3\)/],
    ["nor one that is too short", { minLength: 3 }, ".length < 6 && ", /if\(\w+\(\w+\) < 3\)/],
    [
      "texts that must differ are compared by an index",
      { items: { type: "string" }, uniqueItems: true },
      "indices",
      /runtime\.equal/,
    ],
    ["nothing is loaded", { maxLength: 3, uniqueItems: true }, "runtime.equal", /require\(/],
    [
      "what a reference has evaluated may be unknown, or all",
      evaluated,
      "Object.assign(props0, props1)",
      /props0\[key0\] = true.*unevaluatedProperty/,
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

test.each<[string, JsonObject]>([
  ["for elements", { items: false }],
  ["for properties", { additionalProperties: { $ref: "#/$defs/never" } }],
  ["in branches", { anyOf: [false, { items: { allOf: [false] } }] }],
])("errors of a schema that is false are bounded %s", (_, property) => {
  const schema = { type: "object", properties: { a: property }, $defs: { never: false } };
  const contracts = contractsOf(registryOf({ "events/test/a/1-0-0.json": schema }), { maxErrors: 2 });
  const validate = contracts.validatorOf(contracts.newestSchemaOf("test.a") ?? "");
  const a = property["additionalProperties"] === undefined ? [1, 2, 3, 4] : { b: 1, c: 2, d: 3, e: 4 };
  const result = validate?.({ a });
  expect(result?.count).toBeGreaterThanOrEqual(4);
  expect(result?.errors.map(({ keyword }) => keyword)).toEqual(["false schema", "false schema"]);
  expect(validate?.({})).toBeNull();
});

test("the name of an embedded schema cannot end a comment of the code", () => {
  const never = { $id: "https://shop.example/*/;throw 1/*", type: "string" };
  const schema = { type: "object", properties: { a: { $ref: never.$id } }, $defs: { never } };
  expect(() => contractsOf(registryOf({ "events/test/a/1-0-0.json": schema }))).toThrow("`*/`");
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

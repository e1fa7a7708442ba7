import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { z as z3 } from "zod/v3";
import { checkSchemas } from "../../src/check/check-schemas.ts";
import { countWays } from "../../src/check/lint/count-ways.ts";
import { buildContracts } from "../../src/check/build/build-contracts.ts";
import { compareSchemas } from "../../src/check/history/compare-schemas.ts";
import { renderContractTypes, renderWarehouseViews } from "../../src/codegen.ts";
import { renderZod, renderZod3 } from "../../src/contracts.ts";
import type { Json, JsonObject } from "../../src/registry.ts";
import { registryOf } from "../support/contracts-of.ts";

const draft07 = "http://json-schema.org/draft-07/schema#";
const draft2020 = "https://json-schema.org/draft/2020-12/schema";

/** Rules of the faults in a folder of schemas, but for those about words and missing examples. */
async function faultsOf(documents: Record<string, JsonObject>): Promise<string[]> {
  const folder = new Map(Object.entries(documents).map(([file, value]) => [file, JSON.stringify(value)]));
  const { faults } = await checkSchemas({ folder });
  const craft = ["missing-description", "missing-example", "undeclared-openness"];
  return faults.filter(({ rule }) => !craft.includes(rule)).map(({ file, rule }) => `${file} ${rule}`);
}

const file = "events/shop/order/1-0-0.json";
const data = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  $schema: draft07,
  type: "object",
  properties,
  ...more,
});

describe("columns of enrichments", () => {
  const file = "envelope/enrichment/1-0-0.json";
  const text = (description: string) => ({ type: "string", description });
  const added = (...names: [string, string][]) => ({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    description: "All that enrichment adds.",
    additionalProperties: false,
    properties: Object.fromEntries(
      names.map(([name, field]) => [
        name,
        {
          type: "object",
          description: "An enrichment.",
          additionalProperties: false,
          properties: { [field]: text("A field.") },
        },
      ]),
    ),
  });
  const contract = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { enrichment: { type: "object", properties: { geo: { type: "string" } } } },
  };
  const documentsOf = (enrichment: JsonObject) => ({ [file]: enrichment, "events/a/b/1-0-0.json": contract });
  const collisionsOf = async (enrichment: JsonObject) => {
    const documents = Object.entries(documentsOf(enrichment));
    const { faults } = await checkSchemas({
      folder: new Map(documents.map(([name, value]) => [name, JSON.stringify(value)])),
    });
    return faults.filter(({ rule }) => rule === "column-collision" || rule === "build");
  };

  test("that would be one are refused by the check and by whoever makes views, with both places", async () => {
    const enrichment = added(["geo", "countryCode"], ["geoCountry", "code"]);
    const faults = await collisionsOf(enrichment);
    expect(faults.map(({ file: where, pointer }) => `${where}#${pointer}`)).toEqual([
      `${file}#/properties/geoCountry/properties/code`,
    ]);
    const words = /`geoCountry.code` and `geo.countryCode` would both be the column `enrichment_geo_country_code`/;
    expect(faults[0]?.message).toMatch(words);
    expect(() => renderWarehouseViews(registryOf(documentsOf(enrichment)))).toThrow(words);
  });

  test("and a field of a contract never are, whatever its name", async () => {
    expect(await collisionsOf(added(["geo", "country"], ["a", "b"]))).toEqual([]);
    const [view] = renderWarehouseViews(registryOf(documentsOf(added(["geo", "x"]))));
    const names = [...(view?.columns ?? []), ...(view?.enrichmentColumns ?? [])].map(({ name }) => name);
    expect(names).toEqual(["data_enrichment_geo", "enrichment_geo_x"]);
  });
});

describe("the check makes what the build makes", () => {
  test.each<[string, JsonObject, string]>([
    ["an empty enum", { ...data({ a: { enum: [] } }), $schema: draft2020 }, "build"],
    ["draft-04's id", { ...data({}), id: "http://vendor.example/order.json" }, "old-keyword"],
    [
      "an id beside a reference",
      data(
        { u: { $ref: "#/definitions/u" } },
        {
          definitions: {
            u: {
              $id: "urn:uuid:deadbeef-1234-00ff-ff00-4321feebdaed",
              definitions: { bar: {} },
              $ref: "#/definitions/bar",
            },
          },
        },
      ),
      "unsure-validator",
    ],
    [
      "one id twice",
      data(
        {},
        {
          definitions: {
            a: { $id: "https://vendor.example/a.json", type: "string" },
            b: { $id: "https://vendor.example/a.json", type: "number" },
          },
        },
      ),
      "duplicate-id",
    ],
    ["a name that every object has", data({}, { required: ["toString"] }), "prototype-name"],
    ["such a name in draft-07", data({ constructor: { type: "string" } }), "prototype-name"],
  ])("%s is a fault", async (_, schema, rule) => {
    expect(await faultsOf({ [file]: schema })).toContain(`${file} ${rule}`);
  });

  test.each<[string, JsonObject]>([
    ["unevaluatedItems beside contains", { unevaluatedItems: false, contains: { type: "string" } }],
    [
      "unevaluatedItems in a branch",
      { unevaluatedItems: false, anyOf: [{ unevaluatedItems: { type: "string" } }, true] },
    ],
    ["if without then", { unevaluatedProperties: false, if: { properties: { a: { const: 1 } } } }],
    [
      "dependentSchemas and a condition",
      { unevaluatedProperties: false, dependentSchemas: { a: { properties: { b: {} } } }, if: {}, then: {} },
    ],
  ])("what Ajv decides wrongly is refused: %s", async (_, schema) => {
    const document = { $schema: draft2020, type: "object", properties: { list: schema } };
    expect(await faultsOf({ [file]: document })).toContain(`${file} unsure-validator`);
  });

  test("two event types whose views would have one name are a fault", async () => {
    const [one, other] = ["events/foo-bar/baz/1-0-0.json", "events/foo/bar-baz/1-0-0.json"];
    expect(await faultsOf({ [one]: data({}), [other]: data({}) })).toEqual([`${other} view-collision`]);
  });

  test("a name with a point has a column of its own", () => {
    const registry = registryOf({
      [file]: data({ "a.b": { type: "string" }, a: { type: "object", properties: { b: { type: "string" } } } }),
    });
    const [view] = renderWarehouseViews(registry);
    expect(new Set(view?.columns.map(({ name }) => name)).size).toBe(2);
    expect(new Set(view?.columns.map(({ expression }) => expression)).size).toBe(2);
  });

  test("in a contract of our own such a name is a fault", async () => {
    const a = { type: "object", properties: { b: { type: "string" } } };
    const schema = { ...data({ "a.b": { type: "string" }, a }), $schema: draft2020 };
    expect(await faultsOf({ [file]: schema })).toContain(`${file} column-collision`);
  });

  test("two contracts that bundle one id with different schemas are a fault, with equal ones they are none", async () => {
    const bundling = (maxLength: number): JsonObject =>
      data(
        { parcel: { $ref: "https://vendor.example/parcel.json" } },
        { definitions: { parcel: { $id: "https://vendor.example/parcel.json", type: "string", maxLength } } },
      );
    const other = "events/shop/refund/1-0-0.json";
    expect(await faultsOf({ [file]: bundling(100), [other]: bundling(3) })).toEqual([`${other} duplicate-id`]);
    expect(await faultsOf({ [file]: bundling(100), [other]: bundling(100) })).toEqual([]);
  });

  test("a name is relative to the schema around it: only what has one URI is one schema", async () => {
    const vendor = "https://vendor.example/";
    const inside = (folder: string, schema: JsonObject): JsonObject => ({
      $id: `${vendor}${folder}/`,
      definitions: { money: { $id: "money", ...schema } },
    });
    const both = { a: inside("a", { type: "string" }), b: inside("b", { type: "number" }) };
    const fields = { a: { $ref: `${vendor}a/money` }, b: { $ref: `${vendor}b/money` } };
    expect(await faultsOf({ [file]: data(fields, { definitions: both }) })).toEqual([]);
    const other = "events/shop/refund/1-0-0.json";
    const whole = { definitions: { money: { $id: `${vendor}a/money`, type: "boolean" } } };
    const schemas = { [file]: data({}, { definitions: { a: both.a } }), [other]: data({}, whole) };
    expect(await faultsOf(schemas)).toContain(`${other} duplicate-id`);
  });

  test("one document that cannot be built does not keep the others from being built", () => {
    const other = "events/shop/refund/1-0-0.json";
    const built = buildContracts(
      registryOf({ [file]: data({ a: { enum: [] } }), [other]: data({ a: { type: "string" } }) }),
    );
    expect(built.faults.map((fault) => fault.file)).toEqual([file]);
    const validator = built.contracts.validatorOf(`https://millrace.example/schemas/${other}`);
    expect([validator?.({ a: "x" }), validator?.({ a: 1 })?.count]).toEqual([null, 1]);
  });

  test("nullable says nothing in draft-07: not to validators, not to types", () => {
    const registry = registryOf({ [file]: data({ a: { type: "string", nullable: true } }) });
    const { contracts } = buildContracts(registry);
    expect(contracts.validatorOf(`https://millrace.example/schemas/${file}`)?.({ a: null })?.count).toBe(1);
    expect(renderContractTypes(registry)).toContain("a?: string;");
  });

  test("a constant that its list loses is a breaking change", () => {
    const versions = registryOf({
      [file]: data({ a: { enum: ["x", "z"], const: "x" } }),
      "events/shop/order/1-0-1.json": data({ a: { enum: ["z"], const: "x" } }),
    });
    const [older, newer] = versions.contracts;
    if (older === undefined || newer === undefined) throw new Error("There are two versions.");
    expect(compareSchemas(older, newer, versions.resources).map((change) => change.class)).toContain("model");
  });

  test("what has a default is not required of those who send it", () => {
    const path = "events/shop/order/1-0-0.json";
    const required = [
      renderZod({ [path]: z.strictObject({ a: z.string().default("x"), b: z.string() }) }),
      renderZod3({ [path]: z3.object({ a: z3.string().default("x"), b: z3.string() }).strict() }),
    ].map((rendered) => rendered[path]?.["required"] as Json);
    expect(required).toEqual([["b"], ["b"]]);
  });
});

describe("verdicts on patterns do not depend on the machine", () => {
  test.each([
    ["^[A-Za-z0-9_-]{1,32}$", 32],
    ["^[A-Z]{3}$", 1],
    ["^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", 2],
    ["^(?:a|b)x+$", 2],
    ["^[A-Za-z0-9+/]*={0,2}$", 3],
    ["^a{0,999999999999}$", 1_000_000_000_000],
  ])("%s has %d ways at a character", (pattern, ways) => {
    expect(countWays(pattern)).toBe(ways);
  });

  test.each([
    "^(a+)+$",
    "a+b",
    "^a|b+c",
    "^(a)|b+c",
    "^\\(|b+c",
    "^[(]|b+c",
    "^\\d+\\d+$",
    "^(?=a)b$",
    "^(a)\\1$",
    "^(a+b){2}$",
    "^.*.{0,2000}x",
  ])("%s is not decided by counting", (pattern) => {
    expect(countWays(pattern)).toBeUndefined();
  });

  test("(a?){30} has too many ways to be harmless by counting", () => {
    expect(countWays("^(a?){30}$")).toBeGreaterThan(1_000_000);
  });
});

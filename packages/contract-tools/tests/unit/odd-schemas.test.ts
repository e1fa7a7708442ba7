import { describe, expect, test } from "@jest/globals";
import { openContracts } from "@millrace/event-contracts/validator-runtime";
import { buildContracts } from "../../src/check/build/build-contracts.ts";
import { checkSchemas } from "../../src/check/check-schemas.ts";
import { renderContractTypes, renderStoredContracts, renderWarehouseViews } from "../../src/codegen.ts";
import type { Json, JsonObject } from "../../src/registry.ts";
import { contractsOf, registryOf } from "../support/contracts-of.ts";

const draft07 = "http://json-schema.org/draft-07/schema#";
const draft2020 = "https://json-schema.org/draft/2020-12/schema";
const file = "events/shop/order/1-0-0.json";
const mapping = "events/shop/source.json";

const order = (more: JsonObject, $schema = draft07): JsonObject => ({ $schema, type: "object", ...more });

/** As JSON writes it, so that `__proto__` is a name. */
const parsed = (json: string): JsonObject => JSON.parse(json) as JsonObject;

async function rulesOf(schema: JsonObject): Promise<string[]> {
  const folder = new Map([
    [file, JSON.stringify(schema)],
    [mapping, '{ "events": {} }'],
  ]);
  const { faults } = await checkSchemas({ folder });
  return [...new Set(faults.map(({ rule }) => rule))].filter((rule) => rule !== "missing-example");
}

describe("a validator decides as the specification does", () => {
  const tree = { type: "object", properties: { children: { type: "array", items: { $ref: "#/$defs/tree" } } } };

  test.each<[string, JsonObject, valid: Json[], invalid: Json[]]>([
    [
      "a type beside a reference in draft-07",
      order({
        properties: { a: { $ref: "#/definitions/text", type: "number" } },
        definitions: { text: { type: "string" } },
      }),
      [{ a: "x" }],
      [{ a: 1 }],
    ],
    [
      "multiples of a fraction and of large numbers",
      order({ properties: { price: { multipleOf: 0.01 }, count: { multipleOf: 1 } } }),
      [{ price: 19.99 }, { price: -4.35 }, { price: 1.1 }, { count: 1e21 }, { count: 0 }],
      [{ price: 0.005 }, { count: 1e-7 }, { count: 1.5 }],
    ],
    [
      "constants with names that every object has",
      parsed(
        `{"$schema":"${draft07}","type":"object","properties":{"a":{"enum":[{"__proto__":1},{"constructor":{}}]}}}`,
      ),
      [parsed('{"a":{"__proto__":1}}'), { a: { constructor: {} } }],
      [{ a: {} }, { a: { constructor: { b: 1 } } }],
    ],
    [
      "definitions with such names",
      parsed(
        `{"$schema":"${draft07}","type":"object","properties":{"a":{"$ref":"#/definitions/__proto__"},
          "b":{"$ref":"#/definitions/constructor"}},
          "definitions":{"__proto__":{"type":"string"},"constructor":{"type":"number"}}}`,
      ),
      [{ a: "x", b: 1 }],
      [{ a: 1 }, { b: "x" }],
    ],
    [
      "pointers with escapes",
      order({
        properties: {
          a: { $ref: "#/definitions/a%20b" },
          b: { $ref: "#/definitions/c%25~1d" },
          c: { $ref: "#/definitions/é" },
        },
        definitions: { "a b": { type: "string" }, "c%/d": { type: "number" }, é: { type: "boolean" } },
      }),
      [{ a: "x", b: 1, c: true }],
      [{ a: 1 }, { b: "x" }, { c: 1 }],
    ],
    [
      "a schema that is recursive by a property",
      order({ $ref: "#/$defs/tree", $defs: { tree } }, draft2020),
      [{ children: [{ children: [] }] }],
      [{ children: [{ children: 1 }] }],
    ],
  ])("of %s", async (_, schema, valid, invalid) => {
    expect(await rulesOf(schema)).toEqual([]);
    const { contracts } = buildContracts(registryOf({ [file]: schema }));
    const validate = contracts.validatorOf(contracts.schemaIds()[0] ?? "");
    expect(valid.map((data) => validate?.(data))).toEqual(valid.map(() => null));
    expect(invalid.filter((data) => validate?.(data) === null)).toEqual([]);
  });
});

test.each<[string, JsonObject]>([
  ["itself", { properties: { a: { $ref: "#/properties/a" } } }],
  [
    "itself through allOf",
    { properties: { a: { $ref: "#/$defs/a" } }, $defs: { a: { allOf: [{ $ref: "#/$defs/a" }] } } },
  ],
  ["one that refers to it", { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }],
  ["the value it stands for, in a condition", { if: { required: ["a"] }, then: { $ref: "#" } }],
])("a schema that refers to %s has no verdict, and is refused", async (_, more) => {
  expect(await rulesOf(order(more, draft2020))).toEqual(["endless-ref"]);
});

test("a keyword of the wrong form is told in words", async () => {
  const { faults } = await checkSchemas({
    folder: new Map([[file, JSON.stringify(order({ properties: { a: { maxLength: -1 } } }))]]),
  });
  expect(faults.find(({ rule }) => rule === "meta-schema")?.message).toBe("The value must be >= 0.");
});

describe("names", () => {
  test.each([
    ["with a space", "Order Completed"],
    ["with a line end", "a\nb"],
    ["that every object has", "__proto__"],
    ["that every object inherits", "constructor"],
    ["with backslashes", "App\\Events\\Shipped"],
    ["of one symbol", "😀"],
    ["of one control character", "\u0000"],
    ["of 5,000 letters", "x".repeat(5000)],
  ])("of a type %s lead to its contract, in a module and in a file", (_, type) => {
    const registry = registryOf({ [file]: order({}), [mapping]: { events: { order: { type } } } });
    const stored = renderStoredContracts(registry);
    const read = ([offset, bytes]: readonly [number, number]): string =>
      new TextDecoder().decode(stored.data.subarray(offset, offset + bytes));
    const id = registry.contracts[0]?.id;
    expect(contractsOf(registry).newestSchemaOf(type)).toBe(id);
    expect(openContracts(read, stored.index, 100).newestSchemaOf(type)).toBe(id);
  });

  test("of a document that ends in an empty fragment lead to it with and without", () => {
    const contracts = contractsOf(
      registryOf({ [file]: order({ $id: "http://v.example/a#" }), [mapping]: { events: {} } }),
    );
    const [id] = contracts.schemaIds();
    expect([contracts.schemaIdOf("http://v.example/a#"), contracts.schemaIdOf("http://v.example/a")]).toEqual([id, id]);
  });

  test("of views, columns and types are names to SQL and TypeScript, each once in its view", () => {
    const list = (properties: JsonObject): JsonObject => ({ type: "array", items: { type: "object", properties } });
    const text = { type: "string" };
    const properties = {
      имя: list({ a: text }),
      名前: list({ a: text }),
      fooBar: list({ position: text, id: text, record: text }),
      foo_bar: list({ a: text }),
      ["x".repeat(300)]: text,
      [`${"x".repeat(299)}y`]: list({ ["y".repeat(400)]: text }),
      "2nd": text,
    };
    const registry = registryOf({ "events/3ds/2fa/1-0-0.json": order({ properties }) });
    const views = renderWarehouseViews(registry);
    const names = views.map(({ name }) => name);
    expect(new Set(names).size).toBe(6);
    for (const view of views) {
      const columns = view.columnComments.map(({ name }) => name.toUpperCase());
      expect(new Set(columns).size).toBe(columns.length);
      for (const name of [view.name, ...columns]) expect(name).toMatch(/^[A-Z_][A-Z0-9_]{0,254}$/);
    }
    expect(renderContractTypes(registry)).toContain("export interface _3ds2faDataV1 {");
  });
});

import { describe, expect, test } from "@jest/globals";
import { checkSchemas } from "../../src/check/check-schemas.ts";
import { importSource } from "../../src/import/import-source.ts";
import type { ImportOptions, ImportResult } from "../../src/import/import-schemas.ts";
import { repairPattern } from "../../src/import/repair-pattern.ts";
import { createRegistry, type Json, type JsonObject } from "../../src/registry.ts";
import { contractsOf } from "../support/contracts-of.ts";

type Files = Record<string, Json>;

async function imported(files: Files, options: Partial<ImportOptions> = {}, folder = new Map<string, string>()) {
  const sources = Object.entries(files).map(([file, value]) => ({ file, value }));
  const result = await importSource(folder, sources, { source: "acme", ...options });
  const after = new Map([...folder, ...result.files]);
  const { faults } = await checkSchemas({ folder: after });
  return { ...result, after, faults };
}

const json = (result: Pick<ImportResult, "files">, path: string): Json =>
  JSON.parse(result.files.get(path) ?? "null") as Json;

const draft04: JsonObject = {
  $schema: "http://json-schema.org/draft-04/schema#",
  id: "https://vendor.example/order.json",
  type: "object",
  properties: {
    total: { type: "number", minimum: 0, exclusiveMinimum: true },
    email: { type: "string" },
    shipTo: { $ref: "parts/address.json" },
    code: { type: "string", pattern: "^[\\w-.]+\\@x$", format: "order-code", const: "in draft-04 this says nothing" },
  },
  required: ["total"],
};
const address: JsonObject = {
  $schema: "http://json-schema.org/draft-04/schema#",
  id: "https://vendor.example/parts/address.json",
  type: "object",
  properties: { zip: { type: "string" } },
};

describe("an import", () => {
  test("follows a reference of a file inside that file, though another has its name, and refuses one from outside", async () => {
    const named = (total: JsonObject): JsonObject => ({
      $schema: "http://json-schema.org/draft-07/schema#",
      $id: "https://vendor.example/order.json",
      type: "object",
      properties: { total: { $ref: "#/definitions/total" } },
      definitions: { total },
    });
    const result = await imported({
      "order.json": named({ type: "number" }),
      "order-copy.json": named({ type: "string" }),
      "refund.json": { type: "object", properties: { of: { $ref: "https://vendor.example/order.json" } } },
    });
    expect(result.faults).toEqual([]);
    expect(result.refusals.map(({ file, reason }) => [file, reason])).toEqual([
      ["refund.json", "`https://vendor.example/order.json` is the name of schemas in order.json and order-copy.json."],
    ]);
    const files = [...result.files].map(([file, text]) => ({ file, value: JSON.parse(text) as Json }));
    const contracts = contractsOf(createRegistry(files).registry);
    const takes = (type: string, total: Json): boolean =>
      contracts.validatorOf(contracts.newestSchemaOf(type) ?? "")?.({ total }) === null;
    expect([takes("acme.order", 1), takes("acme.order", "1")]).toEqual([true, false]);
    expect([takes("acme.order-copy", 1), takes("acme.order-copy", "1")]).toEqual([false, true]);
  });

  test("writes draft-04 as draft-07 with examples, annotations and a mapping that pass the check, and tells all", async () => {
    const result = await imported(
      { "order.json": draft04, "parts/address.json": address },
      { type: "com.acme.{name}" },
    );
    expect(result.faults).toEqual([]);
    expect(result.refusals).toEqual([]);
    expect([...result.files.keys()]).toEqual([
      "shared/acme/parts-address/1-0-0.json",
      "events/acme/order/1-0-0.json",
      "events/acme/source.json",
      "examples/acme/order/1-0-0/valid/typical.json",
      "examples/acme/order/1-0-0/invalid/without-total.json",
    ]);
    expect(json(result, "events/acme/order/1-0-0.json")).toEqual({
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: {
        total: { type: "number", exclusiveMinimum: 0 },
        email: { type: "string", "x-privacy": { class: "email", action: "hmac" } },
        shipTo: { $ref: "https://millrace.example/schemas/shared/acme/parts-address/1-0-0.json" },
        code: { type: "string", pattern: "^[\\w\\-.]+@x$" },
      },
      required: ["total"],
    });
    expect(json(result, "events/acme/source.json")).toEqual({
      events: { order: { type: "com.acme.order", dataschemas: { "1-0-0": ["https://vendor.example/order.json"] } } },
    });
    expect(result.changes).toContainEqual({
      file: "order.json",
      pointer: "/properties/total",
      before: { minimum: 0, exclusiveMinimum: true },
      after: { exclusiveMinimum: 0 },
      why: expect.any(String),
    });
    const told = result.changes.map(({ pointer, before }) => `${pointer} ${JSON.stringify(before)}`);
    expect(told).toEqual(
      expect.arrayContaining([
        '/properties/code {"format":"order-code"}',
        '/properties/code {"const":"in draft-04 this says nothing"}',
        '/properties/code {"pattern":"^[\\\\w-.]+\\\\@x$"}',
      ]),
    );
  });

  test("writes lists of items of 2019-09 as 2020-12 has them, and references into them", async () => {
    const result = await imported({
      "order.json": {
        $schema: "https://json-schema.org/draft/2019-09/schema",
        type: "object",
        properties: {
          pair: { items: [{ type: "string" }, { type: "integer" }], additionalItems: false },
          count: { $ref: "#/properties/pair/items/1" },
          next: { $recursiveRef: "#" },
        },
      },
    });
    expect([result.faults, result.refusals]).toEqual([[], []]);
    expect(json(result, "events/acme/order/1-0-0.json")).toMatchObject({
      properties: {
        pair: { prefixItems: [{ type: "string" }, { type: "integer" }], items: false },
        count: { $ref: "#/properties/pair/prefixItems/1" },
        next: { $ref: "#" },
      },
    });
  });

  test("takes the versions of a self-describing schema one after the other, at their place in the data", async () => {
    const self = (version: string, properties: JsonObject, required: string[]): JsonObject => ({
      $schema: "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#",
      self: { vendor: "com.acme", name: "ad_click", format: "jsonschema", version },
      type: "object",
      properties,
      required,
    });
    const text = { type: "string" };
    const result = await imported(
      {
        "com.acme/ad_click/jsonschema/2-0-0": self("2-0-0", { target: text, rank: text }, ["target", "rank"]),
        "com.acme/ad_click/jsonschema/1-0-2": self("1-0-2", { target: text }, ["target"]),
      },
      { type: "snowplow.unstruct", at: ["event", "data"] },
    );
    expect([result.faults, result.refusals]).toEqual([[], []]);
    expect(json(result, "events/acme/source.json")).toEqual({
      events: {
        "ad-click": {
          type: "snowplow.unstruct",
          dataschemas: {
            "1-0-0": ["iglu:com.acme/ad_click/jsonschema/1-0-2"],
            "2-0-0": ["iglu:com.acme/ad_click/jsonschema/2-0-0"],
          },
        },
      },
    });
    const files = [...result.after].filter(([path]) => !path.startsWith("examples/"));
    const { registry } = createRegistry(files.map(([file, text]) => ({ file, value: JSON.parse(text) as Json })));
    const contracts = contractsOf(registry);
    const id = contracts.schemaIdOf("iglu:com.acme/ad_click/jsonschema/1-0-2") ?? "";
    const event = { schema: "iglu:com.acme/ad_click/jsonschema/1-0-2", data: { target: "x" } };
    expect(contracts.validatorOf(id)?.({ e: "ue", event })).toBeNull();
    expect(contracts.validatorOf(id)?.({ e: "ue", event: { data: {} } })?.errors[0]?.instancePath).toBe("/event/data");
  });

  const many: JsonObject = {
    $schema: "http://json-schema.org/draft-07/schema#",
    oneOf: [{ $ref: "#/definitions/order_event" }, { $ref: "#/definitions/Refund" }, { $ref: "#/definitions/broken" }],
    definitions: {
      order_event: { oneOf: [{ $ref: "#/definitions/order$paid" }, { $ref: "#/definitions/order$sent" }] },
      order$paid: { type: "object", properties: { id: { $ref: "#/definitions/id" } }, required: ["id"] },
      order$sent: { type: "object", properties: { at: { type: "string", format: "date-time" } }, required: ["at"] },
      Refund: {
        type: "object",
        properties: { id: { $ref: "#/definitions/id" }, of: { $ref: "#/definitions/order$paid" } },
      },
      broken: { type: "object", properties: { text: { type: "string", pattern: "(a+)+$" } } },
      unused: { type: "string" },
      id: { type: "integer" },
    },
  };

  test("makes a contract of each type of a document, and refuses one alone, with its place and what to do", async () => {
    const result = await imported({ "all.json": many }, { type: "acme/{name}" });
    expect(result.faults).toEqual([]);
    expect(result.contracts.map(({ type }) => type)).toEqual(["acme/order.paid", "acme/order.sent", "acme/Refund"]);
    expect(result.refusals).toEqual([
      {
        file: "all.json",
        pointer: "/definitions/broken/properties/text/pattern",
        reason: expect.stringMatching(/^unsafe-pattern: /),
        fix: expect.stringMatching(/\S/),
      },
    ]);
    const shared = json(result, "shared/acme/all/1-0-0.json") as { definitions: JsonObject };
    expect(Object.keys(shared.definitions).sort()).toEqual(["Refund", "id", "order$paid", "order$sent"]);
  });

  test("done again changes nothing, and with other schemas is the next version, as far as its changes make it", async () => {
    const first = await imported({ "order.json": draft04, "parts/address.json": address });
    const again = await imported({ "order.json": draft04, "parts/address.json": address }, {}, first.after);
    expect([again.contracts, again.unchanged]).toEqual([[], ["events/acme/order/1-0-0.json"]]);
    expect([...again.after]).toEqual([...first.after]);
    const properties = draft04["properties"] as JsonObject;
    const more = { ...draft04, properties: { ...properties, note: { type: "string" } } };
    const wider = await imported({ "order.json": more, "parts/address.json": address }, {}, first.after);
    expect(wider.contracts.map(({ file }) => file)).toEqual([expect.stringMatching(/\/(1-1-0|1-0-1|2-0-0)\.json$/)]);
    const renamed = { ...draft04, properties: { ...properties, $id: { type: "string" } } };
    const named = await imported({ "order.json": renamed, "parts/address.json": address }, {}, first.after);
    expect(named.unchanged).toEqual([]);
    const stricter = { ...draft04, required: ["total", "email"] };
    const model = await imported({ "order.json": stricter, "parts/address.json": address }, {}, first.after);
    expect(model.contracts.map(({ file }) => file)).toEqual(["events/acme/order/2-0-0.json"]);
    expect([wider.faults, model.faults]).toEqual([[], []]);
  });

  test.each<[string, Files, string]>([
    [
      "a dialect that it does not know",
      { "a.json": { $schema: "http://json-schema.org/draft-03/schema#" } },
      "a.json#/$schema",
    ],
    ["data that is no object", { "a.json": { type: "array" } }, "a.json#/type"],
    ["a reference to nowhere", { "a.json": { properties: { a: { $ref: "b.json" } } } }, "a.json#/properties/a"],
    ["a file that is no object", { "a.json": [] }, "a.json#"],
    [
      "a schema that takes nothing",
      { "a.json": { type: "object", required: ["a"], properties: { a: false } } },
      "a.json#",
    ],
    ["two events of one name", { "a_b.json": {}, "a-b.json": {} }, "a-b.json#"],
    [
      "a bound that is no word of its dialect",
      { "a.json": { $schema: "http://json-schema.org/draft-04/schema#", properties: { a: { exclusiveMinimum: 3 } } } },
      "a.json#/properties/a/exclusiveMinimum",
    ],
  ])("refuses %s", async (_, files, place) => {
    const { refusals, faults } = await imported(files);
    expect(faults).toEqual([]);
    expect(refusals.map(({ file, pointer }) => `${file}#${pointer}`)).toContain(place);
    expect(refusals.every(({ reason, fix }) => reason !== "" && fix !== "")).toBe(true);
  });
});

describe("an expression without the flag u", () => {
  test.each([
    ["\\-a\\@", "-a@"],
    ["[\\w-.]+", "[\\w\\-.]+"],
    ["[.-\\d]", "[.\\-\\d]"],
    ["a{b}", "a\\{b\\}"],
    ["^[a-z]{2,3}$", "^[a-z]{2,3}$"],
    ["(", "("],
  ])("%s is written as %s", (before, after) => expect(repairPattern(before)).toBe(after));

  test("takes the same texts as before", () => {
    for (const pattern of ["\\-a\\@", "[\\w-.]+", "[.-\\d]", "a{b}", "[\\\\w-z\\@]"]) {
      for (const text of ["-a@", "a", "-", ".", "1", "a{b}", "w", "y", "\\", "@", "A"]) {
        expect([pattern, text, new RegExp(repairPattern(pattern), "u").test(text)]).toEqual([
          pattern,
          text,
          new RegExp(pattern).test(text),
        ]);
      }
    }
  });
});

import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import { openContracts } from "@millrace/event-contracts/validator-runtime";
import { checkSchemas } from "../../src/check/check-schemas.ts";
import {
  renderContractDocs,
  renderContractTypes,
  renderStoredContracts,
  renderWarehouseViews,
} from "../../src/codegen.ts";
import { createRegistry, type Json, type JsonObject } from "../../src/registry.ts";
import { contractsOf, registryOf } from "../support/contracts-of.ts";

const draft07 = "http://json-schema.org/draft-07/schema#";
const vendor = "https://vendor.example/schemas";
const iglu = "iglu:com.acme/order/jsonschema/1-0-0";

const orders: Record<string, Json> = {
  "events/acme/source.json": {
    description: "The shop system of Acme.",
    events: {
      order: { type: "Order Completed", dataschemas: { "1-0-0": [iglu] } },
      refund: { type: "com.acme.refund_made" },
    },
  },
  "shared/acme/address/1-0-0.json": {
    $schema: draft07,
    $id: `${vendor}/parts/address.json`,
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
  },
  "events/acme/order/1-0-0.json": {
    $schema: "https://json-schema.org/draft-07/schema#",
    $id: `${vendor}/order.json`,
    type: "object",
    properties: { shipTo: { $ref: "parts/address.json#" }, total: { $ref: "#/definitions/money" } },
    required: ["shipTo"],
    definitions: { money: { type: "number", minimum: 0 } },
  },
  "events/acme/refund/1-0-0.json": { $schema: draft07, type: "object" },
};
const orderId = "https://millrace.example/schemas/events/acme/order/1-0-0.json";

async function faultsOf(documents: Record<string, Json>): Promise<string[]> {
  const folder = new Map(Object.entries(documents).map(([file, value]) => [file, JSON.stringify(value)]));
  const { faults } = await checkSchemas({ folder });
  return faults
    .filter(({ rule }) => rule !== "missing-example")
    .map(({ file, pointer, rule }) => `${file}#${pointer} ${rule}`);
}

function withMapping(events: JsonObject, more: Record<string, Json> = {}): Record<string, Json> {
  return { ...orders, ...more, "events/acme/source.json": { events } };
}

describe("a source whose schemas others wrote", () => {
  test.each([
    "invoice.payment_succeeded",
    "customer.subscription.created",
    "com.github.pull_request.opened",
    "Order Completed",
    "google.cloud.storage.object.v1.finalized",
    "O'Brien's \"event\"",
  ])("has a contract of the type %s", (type) => {
    const registry = registryOf(withMapping({ order: { type } }));
    const contracts = contractsOf(registry);
    expect(contracts.newestSchemaOf(type)).toBe(orderId);
    expect(contracts.validatorOf(orderId)?.({ shipTo: { city: "Bern" } })).toBeNull();
    expect(renderContractTypes(registry)).toContain(`${JSON.stringify(type)}: AcmeOrderDataV1;`);
    expect([...renderContractDocs(registry).keys()]).toContain("acme.order.md");
    const view = renderWarehouseViews(registry).find(({ name }) => name === "ACME_ORDER_1");
    expect(view?.statement).toContain(`WHERE type = '${type.replaceAll("'", "''")}'`);
  });

  test("keeps its $ids, its references and its spelling of the dialect", async () => {
    expect(await faultsOf(orders)).toEqual([]);
    const validate = contractsOf(registryOf(orders)).validatorOf(orderId);
    expect(validate?.({ shipTo: { city: "Bern" }, total: 1 })).toBeNull();
    expect(validate?.({ shipTo: {}, total: -1 })?.errors.map(({ instancePath }) => instancePath)).toEqual([
      "/shipTo",
      "/total",
    ]);
  });

  test("is not asked for the craft of our own contracts in 2020-12", async () => {
    const plain = { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object", properties: { a: {} } };
    const file = "events/acme/refund/1-0-0.json";
    expect(await faultsOf({ ...orders, [file]: plain })).toEqual([]);
    expect(await faultsOf({ [file]: plain })).not.toEqual([]);
  });

  test("finds its contract by the vendor's URL and by a name of the mapping, also when it is stored in a file", () => {
    const registry = registryOf(orders);
    const { data, index } = renderStoredContracts(registry);
    const read = ([offset, bytes]: readonly [number, number]): string =>
      Buffer.from(data).toString("utf8", offset, offset + bytes);
    for (const contracts of [contractsOf(registry), openContracts(read, index, 100)]) {
      for (const name of [iglu, `${vendor}/order.json`, orderId]) expect(contracts.schemaIdOf(name)).toBe(orderId);
      expect(contracts.schemaIdOf(`${vendor}/parts/address.json`)).toBeUndefined();
      expect(contracts.schemaIdOf("iglu:com.acme/order/jsonschema/9-0-0")).toBeUndefined();
    }
  });

  test("may give several contracts one type if a dataschema leads to each", async () => {
    const named = { type: "snowplow.unstruct", dataschemas: { "1-0-0": ["iglu:a/refund/jsonschema/1-0-0"] } };
    const documents = withMapping({ order: { type: "snowplow.unstruct" }, refund: named });
    expect(await faultsOf(documents)).toEqual([]);
    const contracts = contractsOf(registryOf(documents));
    expect(contracts.newestSchemaOf("snowplow.unstruct")).toBeUndefined();
    expect(contracts.newestVersionOf(orderId)).toBe(orderId);
    const unnamed = withMapping({ order: { type: "snowplow.unstruct" }, refund: { type: "snowplow.unstruct" } });
    expect(await faultsOf(unnamed)).toEqual(["events/acme/refund/1-0-0.json# type-collision"]);
  });

  test("may tell contracts of one type apart by a name in the data, and keeps the one of the type for the others", async () => {
    const type = "segment.track";
    const file = "events/acme/source.json";
    const events = { order: { type, names: ["Order Completed", "order_completed"] }, refund: { type } };
    const documents = { ...orders, [file]: { namedBy: { [type]: "/event" }, events } };
    const newer = "events/acme/order/1-0-1.json";
    const { $id: _, ...body } = orders["events/acme/order/1-0-0.json"] as JsonObject;
    const stepped = {
      ...documents,
      [newer]: { ...body, definitions: { money: { type: "number" } }, properties: {}, required: [] },
    };
    expect(await faultsOf(documents)).toEqual([]);
    const refundId = orderId.replace("order", "refund");
    for (const [all, newestOrder] of [
      [documents, orderId],
      [stepped, orderId.replace("1-0-0", "1-0-1")],
    ] as const) {
      const registry = registryOf(all);
      const { data, index } = renderStoredContracts(registry);
      const read = ([offset, bytes]: readonly [number, number]): string =>
        Buffer.from(data).toString("utf8", offset, offset + bytes);
      for (const contracts of [contractsOf(registry), openContracts(read, index, 100)]) {
        const schemaOf = contracts.namedSchemasOf(type);
        expect(schemaOf?.({ event: "Order Completed" })).toBe(newestOrder);
        expect(schemaOf?.({ event: "order_completed" })).toBe(newestOrder);
        expect(schemaOf?.({ event: "__proto__" })).toBeUndefined();
        expect(contracts.newestSchemaOf(type)).toBe(refundId);
        expect(contracts.newestVersionOf(orderId)).toBe(newestOrder);
        expect(contracts.newestVersionOf(refundId)).toBe(refundId);
        expect(contracts.namedSchemasOf("Order Completed")).toBeUndefined();
      }
    }
    const without = { ...orders, [file]: { events } };
    expect(await faultsOf(without)).toEqual([`${file}#/events/order/names mapping`]);
    const twice = { order: { type, names: ["Paid"] }, refund: { type, names: ["Paid"] } };
    expect(await faultsOf({ ...orders, [file]: { namedBy: { [type]: "/event" }, events: twice } })).toEqual([
      `${file}#/events/refund/names mapping`,
    ]);
    const other = { "events/other/source.json": { namedBy: { [type]: "/name" }, events: {} } };
    expect(await faultsOf({ ...documents, ...other })).toEqual([`events/other/source.json#/namedBy/${type} mapping`]);
    for (const namedBy of [{ [type]: "event" }, "/event", { [type]: 7 }]) {
      expect(await faultsOf({ ...orders, [file]: { namedBy, events } })).toContain(`${file}#/namedBy mapping`);
    }
  });

  test("may set events aside that no contract describes, by what their source and type begin with", () => {
    const setAside = { sources: ["https://acme.example/*"], types: ["acme.*", "Order Lost"] };
    const registry = registryOf({ ...orders, "events/other/source.json": { setAside } });
    const { data, index } = renderStoredContracts(registry);
    const read = ([offset, bytes]: readonly [number, number]): string =>
      Buffer.from(data).toString("utf8", offset, offset + bytes);
    for (const contracts of [contractsOf(registry), openContracts(read, index, 100)]) {
      const isSetAside = (source: string, type: string) => contracts.setsAside({ source, type });
      expect(isSetAside("https://acme.example/web", "acme.refund")).toBe(true);
      expect(isSetAside("https://acme.example/", "Order Lost")).toBe(true);
      expect(isSetAside("https://acme.example/web", "Order Lost 2")).toBe(false);
      expect(isSetAside("https://other.example/web", "acme.refund")).toBe(false);
    }
    expect(contractsOf(registryOf(orders)).setsAside({ source: "https://acme.example/", type: "acme.x" })).toBe(false);
  });

  test("that only sets events aside keeps the rules for its own schemas", () => {
    const file = "events/acme/source.json";
    const { [file]: _, ...others } = orders;
    const all = { ...others, [file]: { setAside: { types: ["acme.*"] } } };
    const { faults } = createRegistry(Object.entries(all).map(([name, value]) => ({ file: name, value })));
    expect(faults.map(({ rule }) => rule)).toEqual(["id", "id"]);
  });

  test.each<[JsonObject | string, string]>([
    [{}, "/setAside"],
    ["acme.*", "/setAside"],
    [{ types: [] }, "/setAside/types"],
    [{ types: ["*"] }, "/setAside/types"],
    [{ types: ["a*b"] }, "/setAside/types"],
    [{ tenants: ["a"] }, "/setAside/tenants"],
  ])("with %j to be set aside is a fault", async (setAside, pointer) => {
    const documents = { ...orders, "events/other/source.json": { setAside } };
    expect(await faultsOf(documents)).toContain(`events/other/source.json#${pointer} mapping`);
  });

  test.each<[string, JsonObject, string]>([
    ["an event that has no contract", { orders: {} }, "/events/orders"],
    [
      "a version that is not there",
      { order: { dataschemas: { "2-0-0": ["a:b"] } } },
      "/events/order/dataschemas/2-0-0",
    ],
    ["a member that is misspelt", { order: { typ: "a" } }, "/events/order/typ"],
    ["a name that is no list", { order: { names: "Paid" } }, "/events/order/names"],
    ["an empty type", { order: { type: "" } }, "/events/order/type"],
    ["a name instead of a list", { order: { dataschemas: { "1-0-0": "a:b" } } }, "/events/order/dataschemas/1-0-0"],
    [
      "a name of two contracts",
      { order: { dataschemas: { "1-0-0": ["a:b"] } }, refund: { dataschemas: { "1-0-0": ["a:b"] } } },
      "/events/refund/dataschemas/1-0-0",
    ],
  ])("with a mapping that names %s is a fault", async (_, events, pointer) => {
    expect(await faultsOf(withMapping(events))).toContain(`events/acme/source.json#${pointer} mapping`);
  });

  test("without a mapping keeps neither $id nor dialect, and is told of both ways", () => {
    const { "events/acme/source.json": _, ...others } = orders;
    const { faults } = createRegistry(
      Object.entries({
        ...others,
        "events/acme/old/1-0-0.json": { $schema: "http://json-schema.org/draft-04/schema#" },
      }).map(([file, value]) => ({ file, value })),
    );
    expect(faults.map(({ rule }) => rule).sort()).toEqual(["dialect", "id", "id"]);
    expect(faults.map(({ fix }) => fix).join()).toMatch(/source\.json/);
    expect(faults.map(({ fix }) => fix).join()).toMatch(/schemas import/);
  });
});

test("names that a mapping no longer has are told, as senders may still use them", async () => {
  const contract = JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", type: "object" });
  const folderOf = (mapping: JsonObject) =>
    new Map([
      ["events/acme/order/1-0-0.json", contract],
      ["events/acme/source.json", JSON.stringify(mapping)],
    ]);
  const merged = folderOf({
    namedBy: { track: "/event" },
    events: {
      order: { type: "track", names: ["Order", "order"], dataschemas: { "1-0-0": ["iglu:a/b/jsonschema/1-0-0"] } },
    },
    setAside: { types: ["acme.*"] },
  });
  const now = folderOf({ namedBy: { track: "/name" }, events: { order: { type: "track", names: ["Order"] } } });
  const told = async (folder: Map<string, string>) =>
    (await checkSchemas({ folder, merged })).notes.map(({ message }) => message);
  expect(await told(merged)).toEqual([]);
  expect(await told(now)).toEqual([
    'Events named "order" are no longer those of acme/order.',
    'The `dataschema` "iglu:a/b/jsonschema/1-0-0" leads no longer to https://millrace.example/schemas/events/acme/order/1-0-0.json.',
    'The names of events of the type "track" are no longer read at `/event`.',
    'Events are no longer set aside by {"types":["acme.*"]}: they are passed on, masked.',
  ]);
  expect(await told(folderOf({ events: { order: { type: "Order Completed" } } }))).toContain(
    'Events of the type "track" are no longer those of acme/order.',
  );
});

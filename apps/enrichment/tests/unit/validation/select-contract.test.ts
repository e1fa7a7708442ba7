import { describe, expect, test } from "@jest/globals";
import type { CompiledContracts, RawEvent } from "@millrace/event-contracts";
import { defineContracts } from "@millrace/event-contracts/validator-runtime";
import { createContractSelector } from "../../../src/validation/select-contract.ts";

const schema = (type: string, newest?: string) => ({
  type,
  dialect: "2020-12",
  create: () => Object.assign(() => true, { errors: null }),
  ...(newest === undefined ? {} : { newest }),
});

const contracts: CompiledContracts = defineContracts({
  maxErrors: 10,
  newest: { "Order Completed": "order-2", "segment.track": "track-1" },
  aliases: { "https://vendor.example/order.json": "order-1", "iglu:a/click/1": "click-1", "iglu:a/view/1": "view-1" },
  names: {
    "segment.track": { steps: ["event"], schemas: { "Order Completed": "placed-2", "Order Paid": "paid-1" } },
    "acme.call": { steps: ["body", "a/b"], schemas: { paid: "call-1" } },
  },
  envelopePrivacy: '{"nodes":[{}]}',
  everyPrivacy: '{"nodes":[]}',
  shared: {},
  schemas: {
    "order-1": schema("Order Completed"),
    "order-2": schema("Order Completed"),
    "click-1": schema("snowplow.unstruct", "click-2"),
    "click-2": schema("snowplow.unstruct", "click-2"),
    "view-1": schema("snowplow.unstruct", "view-1"),
    "track-1": schema("segment.track"),
    "placed-1": schema("segment.track", "placed-2"),
    "placed-2": schema("segment.track", "placed-2"),
    "paid-1": schema("segment.track", "paid-1"),
    "call-1": schema("acme.call", "call-1"),
  },
});

const event = (type: string, dataschema?: string, data?: unknown) =>
  ({ type, ...(dataschema && { dataschema }), data }) as RawEvent;

describe("the contract of an event", () => {
  const select = createContractSelector(contracts);
  const chosen = (type: string, dataschema?: string, data?: unknown) => {
    const { schemaId, masking } = select(event(type, dataschema, data));
    return { schemaId, masks: masking.schemaIds };
  };

  // Twice: the second answer is remembered.
  test.each([1, 2])("is the one that a name of the sender's leads to, with the newest version's masks (%s)", () => {
    expect(chosen("Order Completed")).toEqual({ schemaId: "order-2", masks: ["order-2"] });
    expect(chosen("Order Completed", "https://vendor.example/order.json")).toEqual({
      schemaId: "order-1",
      masks: ["order-1", "order-2"],
    });
    expect(chosen("snowplow.unstruct", "iglu:a/click/1")).toEqual({
      schemaId: "click-1",
      masks: ["click-1", "click-2"],
    });
    expect(chosen("snowplow.unstruct", "iglu:a/view/1")).toEqual({ schemaId: "view-1", masks: ["view-1"] });
  });

  test.each([1, 2])("is the one that a name in its data says, else that of its type (%s)", () => {
    const track = (name: unknown) => chosen("segment.track", undefined, { event: name }).schemaId;
    expect(track("Order Completed")).toBe("placed-2");
    expect(track("Order Paid")).toBe("paid-1");
    for (const other of ["order completed", "constructor", "__proto__", 7, null, ["Order Paid"]]) {
      expect(track(other)).toBe("track-1");
    }
    for (const data of [undefined, null, "Order Paid", [{ event: "Order Paid" }]]) {
      expect(chosen("segment.track", undefined, data).schemaId).toBe("track-1");
    }
    expect(chosen("Order Completed", undefined, { event: "Order Paid" }).schemaId).toBe("order-2");
  });

  test("is the one that its dataschema names, whatever name is in its data", () => {
    const data = { event: "Order Paid" };
    expect(chosen("segment.track", "placed-1", data)).toEqual({
      schemaId: "placed-1",
      masks: ["placed-1", "placed-2"],
    });
    expect(chosen("segment.track", "track-1", data).schemaId).toBe("track-1");
  });

  test("of a type whose contracts all have names is none for any other name", () => {
    for (const again of [1, 2]) {
      expect([again, chosen("acme.call", undefined, { body: {} }).schemaId]).toEqual([again, null]);
      expect(chosen("acme.call", undefined, { body: { "a/b": "paid" } }).schemaId).toBe("call-1");
    }
  });

  test("is none for a name of another type's contract, and its masks hold all the same", () => {
    expect(chosen("Order Completed", "iglu:a/click/1")).toEqual({ schemaId: null, masks: ["order-2", "click-1"] });
  });

  test("is none for a shared type without a name, or with one that leads nowhere", () => {
    expect(chosen("snowplow.unstruct")).toEqual({ schemaId: null, masks: "all" });
    expect(chosen("snowplow.unstruct", "iglu:a/click/9")).toEqual({ schemaId: null, masks: "all" });
  });
});

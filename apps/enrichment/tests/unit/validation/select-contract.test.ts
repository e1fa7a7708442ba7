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
  newest: { "Order Completed": "order-2" },
  aliases: { "https://vendor.example/order.json": "order-1", "iglu:a/click/1": "click-1", "iglu:a/view/1": "view-1" },
  envelopePrivacy: '{"nodes":[{}]}',
  everyPrivacy: '{"nodes":[]}',
  shared: {},
  schemas: {
    "order-1": schema("Order Completed"),
    "order-2": schema("Order Completed"),
    "click-1": schema("snowplow.unstruct", "click-2"),
    "click-2": schema("snowplow.unstruct", "click-2"),
    "view-1": schema("snowplow.unstruct", "view-1"),
  },
});

const event = (type: string, dataschema?: string) => ({ type, ...(dataschema && { dataschema }) }) as RawEvent;

describe("the contract of an event", () => {
  const select = createContractSelector(contracts);
  const chosen = (type: string, dataschema?: string) => {
    const { schemaId, masking } = select(event(type, dataschema));
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

  test("is none for a name of another type's contract, and its masks hold all the same", () => {
    expect(chosen("Order Completed", "iglu:a/click/1")).toEqual({ schemaId: null, masks: ["order-2", "click-1"] });
  });

  test("is none for a shared type without a name, or with one that leads nowhere", () => {
    expect(chosen("snowplow.unstruct")).toEqual({ schemaId: null, masks: "all" });
    expect(chosen("snowplow.unstruct", "iglu:a/click/9")).toEqual({ schemaId: null, masks: "all" });
  });
});

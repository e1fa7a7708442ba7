import { describe, expect, test } from "tstyche";
import {
  type AnyEnrichedEvent,
  type AnyRawEvent,
  createEvent,
  type DataOf,
  type EnrichedEvent,
  type EventType,
  isEventOfType,
  type MaskedDataOf,
  type RawEvent,
} from "../../src/index.ts";

const context = { pageUrl: "https://shop.example/", sessionId: "s-1", visitorId: "v-1" };
const source = "https://shop.example/web";

describe("EnrichedEvent", () => {
  test("has the data of its contract", () => {
    expect<NonNullable<EnrichedEvent<"search.click">["event"]["data"]>["rank"]>().type.toBe<number>();
    expect<EnrichedEvent<"search.click">["event"]["type"]>().type.toBe<"search.click">();
  });

  test("has data of unknown type when the type is not known", () => {
    expect<EnrichedEvent["event"]["data"]>().type.toBe<unknown>();
    expect<EnrichedEvent<"of.another.team">["event"]["data"]>().type.toBe<unknown>();
  });

  test("does not have what is dropped", () => {
    type Customer = NonNullable<MaskedDataOf<"commerce.purchase">["customer"]>;
    expect<Customer>().type.not.toHaveProperty("address");
    expect<Customer>().type.toHaveProperty("postalCode");
    expect<NonNullable<DataOf<"commerce.purchase">["customer"]>>().type.toHaveProperty("address");
  });

  test("is there for contracts from zod 4, from zod 3 and written by hand", () => {
    expect<DataOf<"search.query">["filters"]>().type.toBe<string[] | undefined>();
    expect<DataOf<"newsletter.subscription">["action"]>().type.toBe<"subscribe" | "unsubscribe">();
    expect<DataOf<"inventory.stock-change">["reason"]["kind"]>().type.toBe<"receipt" | "shipment" | "count">();
  });
});

describe("Enrichment", () => {
  type Enrichment = EnrichedEvent<"search.click">["enrichment"];

  test("has the exact result of each built-in enrichment", () => {
    expect<NonNullable<Enrichment["geo"]>["country"]>().type.toBe<string>();
    expect<NonNullable<Enrichment["client"]>["ipVersion"]>().type.toBe<4 | 6>();
    expect<NonNullable<Enrichment["clock"]>["basis"]>().type.toBe<"client" | "corrected" | "receipt">();
    expect<NonNullable<Enrichment["bot"]>["reason"]>().type.toBe<
      "user-agent" | "no-user-agent" | "network" | undefined
    >();
    expect<NonNullable<Enrichment["notes"]>[number]["message"]>().type.toBe<string>();
  });

  test("has no other", () => {
    expect<Enrichment>().type.not.toHaveProperty("weather");
    expect<NonNullable<Enrichment["geo"]>>().type.not.toHaveProperty("latitude");
  });
});

describe("narrowing", () => {
  test("AnyRawEvent narrows on type", () => {
    const read = (event: AnyRawEvent): unknown => {
      if (event.type !== "commerce.cart-change") return undefined;
      expect(event).type.toBe<RawEvent<"commerce.cart-change", DataOf<"commerce.cart-change">>>();
      return event.data?.change;
    };
    expect(read).type.toBe<(event: AnyRawEvent) => unknown>();
  });

  test("the event of AnyEnrichedEvent narrows on its type, to a union of data by kind as well", () => {
    const read = ({ event }: AnyEnrichedEvent): string | undefined => {
      if (event.type !== "inventory.stock-change" || event.data?.reason.kind !== "shipment") return undefined;
      return event.data.reason.orderId;
    };
    expect(read).type.toBe<(enriched: AnyEnrichedEvent) => string | undefined>();
  });

  test("isEventOfType narrows what a consumer has decoded", () => {
    const read = (enriched: EnrichedEvent): number | undefined =>
      isEventOfType(enriched, "search.click") ? enriched.event.data?.rank : undefined;
    expect(read).type.toBe<(enriched: EnrichedEvent) => number | undefined>();
    expect(isEventOfType).type.not.toBeCallableWith({}, "search.clack");
  });
});

describe("createEvent", () => {
  test("takes the data of the contract and nothing else", () => {
    const data = { context, queryId: "q", query: "shoes", productId: "p", rank: 1 };
    expect(createEvent).type.toBeCallableWith("search.click", { source, data });
    expect(createEvent).type.not.toBeCallableWith("search.click", { source, data: { ...data, rank: "1" } });
    expect(createEvent).type.not.toBeCallableWith("search.click", { source, data: { context } });
    expect(createEvent).type.not.toBeCallableWith("search.clack", { source, data });
    expect(createEvent).type.not.toBeCallableWith("search.click", { data });
  });

  test("gives an event whose type and data are known", () => {
    const event = createEvent("page.view", { source, data: { context } });
    expect(event.type).type.toBe<"page.view">();
    expect(event.data.loadTimeMs).type.toBe<number | undefined>();
    expect(event.time).type.toBe<string>();
  });
});

test("EventType lists every contract", () => {
  expect<"search.click">().type.toBeAssignableTo<EventType>();
  expect<string>().type.not.toBeAssignableTo<EventType>();
});

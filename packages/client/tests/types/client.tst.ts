import type { EventDataByType } from "@millrace/event-contracts";
import { newestSchemas } from "@millrace/event-contracts";
import { describe, expect, test } from "tstyche";
import { type Client, createClient, type Drop } from "../../src/index.ts";

const options = { url: "https://events.shop.example", writeKey: "key", source: "https://shop.example/web" };
const context = { pageUrl: "https://shop.example/", sessionId: "s-1", visitorId: "v-1" };
const click = { context, queryId: "q-1", query: "shoes", productId: "sku-42", rank: 3 };

describe("a client with contracts", () => {
  const client = createClient<EventDataByType>({ ...options, dataschemas: newestSchemas });

  test("takes the types that have a contract, with the data of each", () => {
    expect(client.send).type.toBeCallableWith("search.click", click);
    expect(client.send).type.toBeCallableWith("search.click", click, { subject: "visitor-7" });
    expect(client.send).type.not.toBeCallableWith("search.click", { ...click, rank: "3" });
    expect(client.send).type.not.toBeCallableWith("search.click", { context });
    expect(client.send).type.not.toBeCallableWith("search.clack", click);
    expect(client.send).type.not.toBeCallableWith("page.view", click.rank);
  });

  test("takes the map of schemas of the same contracts only", () => {
    expect(createClient<EventDataByType>).type.not.toBeCallableWith({
      ...options,
      dataschemas: { "search.click": 7 },
    });
  });

  test("returns the id at once, and what the waits bring later", () => {
    expect(client.send("search.click", click)).type.toBe<string>();
    expect(client.flush()).type.toBe<Promise<boolean>>();
    expect(client.close({ timeoutMs: 1_000 })).type.toBe<Promise<boolean>>();
  });
});

describe("a client without contracts", () => {
  const client = createClient(options);

  test("takes any type and any data", () => {
    expect(client).type.toBe<Client>();
    expect(client.send).type.toBeCallableWith("anything.at.all", { a: 1 });
    expect(client.send).type.toBeCallableWith("anything.at.all", undefined);
    expect(client.send).type.not.toBeCallableWith(7, {});
  });

  test("takes extensions as attributes, and nothing that CloudEvents does not have", () => {
    expect(client.send).type.toBeCallableWith("a", 1, { clientip: "192.0.2.7", attempt: 2, isTest: true });
    expect(client.send).type.not.toBeCallableWith("a", 1, { nested: { b: 1 } });
    expect(client.send).type.not.toBeCallableWith("a", 1, { subject: 7 });
  });
});

describe("Drop", () => {
  test("names the reason", () => {
    expect<Drop["reason"]>().type.toBe<
      "queue-full" | "expired" | "too-large" | "not-serializable" | "refused" | "closed"
    >();
    expect<Drop["code"]>().type.toBe<string | undefined>();
  });
});

test("types of another team fit as well", () => {
  interface Orders {
    "order.placed": { total: number };
  }
  const client = createClient<Orders>(options);
  expect(client.send).type.toBeCallableWith("order.placed", { total: 3 });
  expect(client.send).type.not.toBeCallableWith("order.placed", { total: "3" });
});

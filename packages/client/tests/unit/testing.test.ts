import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connectPipeline, type PipelineUnderTest, type SeenEvent } from "../../src/testing.ts";

let server: Server;
let asked: URL[];
/** Answers by path, the next one first; the last stays. */
let answers: Record<string, { readonly status?: number; readonly body: unknown }[]>;
let pipeline: PipelineUnderTest;

beforeEach(async () => {
  asked = [];
  answers = {};
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://console");
    asked.push(url);
    const list = answers[url.pathname] ?? [];
    const { status = 200, body } = (list.length > 1 ? list.shift() : list[0]) ?? { status: 404, body: {} };
    response.writeHead(status).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  pipeline = connectPipeline(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const seen = (...ids: string[]) => ({
  body: { events: ids.map((id) => ({ id, status: "valid" }) as SeenEvent), mark: `mark-${ids.length}` },
});

const explained = (verdict: string) => ({
  body: {
    explained: {
      verdict: [],
      events: [
        {
          enriched: [{ status: "valid", errors: [], masked: ["/data/email: hmac (email)"] }],
          routes: [{ route: "fraud/purchases", verdict, reason: "event.type is absent" }],
          verdict: [],
        },
      ],
    },
    enriched: [{ text: '{"event":{"id":"e"}}' }],
  },
});

describe("a pipeline under test", () => {
  test("finds one too many that comes a moment later", async () => {
    answers["/token/api/events"] = [seen("a"), seen("b", "a")];
    await expect(pipeline.waitForEvents("type:x", 1, { settleMs: 20 })).rejects.toThrow(
      /Expected 1 .*found 2: b .*, a /,
    );
    answers["/token/api/events"] = [seen("a"), seen("b", "a")];
    expect(await pipeline.waitForEvents("type:x", 1, { settleMs: 0 })).toHaveLength(1);
  });

  test("gives a mark, and events behind it alone", async () => {
    answers["/token/api/events"] = [seen("a", "b"), seen("c")];
    const after = await pipeline.mark();
    expect(after).toBe("mark-2");
    expect((await pipeline.events("type:x", { after })).map(({ id }) => id)).toEqual(["c"]);
    expect(Object.fromEntries(asked[1]?.searchParams ?? [])).toEqual({ q: "type:x", limit: "500", after });
  });

  test("waits until as many events are there as a test wants", async () => {
    answers["/token/api/events"] = [seen(), seen("a"), seen("a", "b")];
    expect(await pipeline.waitForEvents("x", 2, { settleMs: 0 })).toHaveLength(2);
    expect(asked).toHaveLength(3);
  });

  test("fails with what it found when there are too few, or too many", async () => {
    answers["/token/api/events"] = [seen("a")];
    const few = pipeline.waitForEvents("type:x", 2, { timeoutMs: 0 });
    await expect(few).rejects.toThrow('Expected 2 events to match "type:x", found 1: a (valid).');
    answers["/token/api/events"] = [seen("a", "b")];
    await expect(pipeline.waitForEvents("x", 1)).rejects.toThrow("found 2: a (valid), b (valid)");
  });

  test("says what became of an event, and waits for a route", async () => {
    answers["/token/api/explain"] = [explained("on its way"), explained("delivered")];
    const fate = await pipeline.waitForRoute("e", "fraud/purchases");
    expect(fate).toEqual({
      status: "valid",
      faults: [],
      masked: ["/data/email: hmac (email)"],
      routes: { "fraud/purchases": "delivered" },
      enriched: { event: { id: "e" } },
    });
  });

  test("fails with the reason of the route", async () => {
    answers["/token/api/explain"] = [explained("no match")];
    const wait = (route: string) => pipeline.waitForRoute("e", route, { timeoutMs: 0 });
    await expect(wait("fraud/purchases")).rejects.toThrow(
      "Route fraud/purchases did not deliver event e: no match, event.type is absent.",
    );
    await expect(wait("fraud/none")).rejects.toThrow("There is no route fraud/none. There are: fraud/purchases.");
  });

  test("fails with the words of the console for an id that nothing knows, and for an address that is none", async () => {
    answers["/token/api/explain"] = [
      { body: { explained: { verdict: ["No place has this id."], events: [] }, enriched: [] } },
    ];
    await expect(pipeline.explain("x")).rejects.toThrow("Nothing is known of event x. No place has this id.");
    answers["/token/api/events"] = [{ status: 403, body: "The address lacks its token" }];
    await expect(pipeline.mark()).rejects.toThrow(/answered 403: .*lacks its token/);
    await expect(connectPipeline("http://127.0.0.1:1/t").mark()).rejects.toThrow(/No console answers at/);
  });
});

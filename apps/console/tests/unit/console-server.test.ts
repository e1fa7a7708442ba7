import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { once } from "node:events";
import { get, type Server } from "node:http";
import type {
  ApplicationFigures,
  BadRowAnswer,
  ContractFigures,
  EventsAnswer,
  ExplainAnswer,
  LiveEvents,
  PipelineAnswer,
} from "../../src/api.ts";
import { MAX_FOLLOWERS } from "../../src/events/limits.ts";
import { listenConsole } from "../../src/server/listen-console.ts";
import { MemorySource } from "./memory-source.ts";

const token = "t".repeat(32);
let source: MemorySource;
let server: Server;
let url: string;

beforeEach(async () => {
  source = new MemorySource();
  const page = {
    read: async (path: string) => (path === "/" ? { type: "text/html", bytes: Buffer.from("<p>page</p>") } : undefined),
  };
  ({ server, url } = await listenConsole({ source, page, token, port: 0 }));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const read = async <T>(path: string): Promise<T> => (await (await fetch(url + path)).json()) as T;

/** Follows by Server-Sent Events until the condition holds. */
async function followUntil(path: string, isEnough: (name: string, data: unknown) => boolean): Promise<void> {
  const gone = new AbortController();
  const response = await fetch(url + path, { signal: gone.signal });
  let text = "";
  try {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const [, name = "", data] = /^event: (\S+)\ndata: (.*)$/.exec(block) ?? [];
        if (data !== undefined && isEnough(name, JSON.parse(data))) return;
      }
    }
  } finally {
    gone.abort();
  }
}

describe("the console's server", () => {
  test("gives nothing to whoever lacks the token, and says where it stands", async () => {
    const response = await fetch(url.replace(token, "wrong"));
    expect(response.status).toBe(403);
    expect(await response.text()).toMatch(/whole one that was printed/);
  });

  test("lets no other page read it, nor runs anything that is not its own", async () => {
    const response = await fetch(url);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });

  test("tells the figures, and never the write key", async () => {
    const answer = await read<PipelineAnswer>("api/pipeline");
    expect(answer.hops.map(({ name }) => name)).toEqual(["m-fraud"]);
    expect(JSON.stringify(answer)).not.toContain('key"');
  });

  test("gives raw events on request alone", async () => {
    source.put({ id: "x" });
    source.putText(JSON.stringify({ id: "x", source: "app", data: { email: "ada@mail.example" } }), "m-raw");
    const masked = await read<ExplainAnswer>("api/explain?id=x");
    expect(masked.raw).toBeNull();
    expect(JSON.stringify(masked)).not.toContain("ada@mail.example");
    expect(JSON.stringify(await read("api/explain?id=x&raw=1"))).toContain("ada@mail.example");
  });

  test("gives a bad row, and the record that it was made of on request alone", async () => {
    source.putText('{"specversion":"1.0","email":"ada@mail.example"', "m-raw");
    const origin = { stream: "m-raw", shardId: "s", sequenceNumber: "1" };
    const failure = { kind: "not-json", message: "The line is not JSON." };
    source.putText(JSON.stringify({ failure, origin }), "m-bad-rows");
    const closed = await read<BadRowAnswer>("api/bad-row?id=1");
    expect(closed).toEqual({ row: expect.objectContaining({ streamName: "m-bad-rows" }), raw: null });
    expect(JSON.stringify(closed)).not.toContain("ada@mail.example");
    const opened = await read<BadRowAnswer>("api/bad-row?id=1&raw=1");
    expect(opened.raw?.map(({ text }) => text)).toEqual([expect.stringContaining("ada@mail.example")]);
    expect(await read("api/bad-row?id=2")).toEqual({ row: null, raw: null });
  });

  test("gives refused lines, and one as it lies in the lake when it is asked for", async () => {
    source.refused = [
      { table: "EVENTS", object: "a.gz", line: 7, reason: "too long", refusedAt: "2026-11-29T12:00:00Z" },
    ];
    expect(await read("api/refused-lines")).toEqual(source.refused);
    expect(await read("api/refused-line?object=a.gz&line=7")).toEqual({ text: "line 7 of a.gz" });
  });

  test("has rate, freshness and last copy of each route, from the newest copies at its destination", async () => {
    const nowMs = Date.now();
    for (let n = 0; n < 120; n += 1) {
      const arrivedMs = nowMs - (119 - n) * 1_000;
      // One in 100 was late.
      const receivedat = new Date(arrivedMs - (n === 30 ? 9_000 : 400)).toISOString();
      const routes = [n % 2 === 0 ? "fraud/purchases" : "fraud/others"];
      const copy = { event: { id: `e-${n}`, source: "app", receivedat }, processing: { router: { routes } } };
      source.putText(JSON.stringify(copy), "m-fraud", arrivedMs);
    }
    const [fraud] = await read<ApplicationFigures[]>("api/routes");
    const [route] = fraud?.routes ?? [];
    expect(route).toMatchObject({ name: "purchases", unread: null });
    expect(route?.flow).toMatchObject({ copies: 60, p99Ms: 9_000, lastMs: nowMs - 1_000 });
    expect(route?.flow?.rate).toBeCloseTo(0.5, 1);
  });

  test("says why the copies of a destination are not read, where they cannot be", async () => {
    source.readLines = () => Promise.reject(new RangeError("m-fraud is a queue."));
    const [fraud] = await read<ApplicationFigures[]>("api/routes");
    expect(fraud?.routes[0]).toMatchObject({ flow: null, unread: "m-fraud is a queue." });
  });

  test("lists the contracts with their examples, who gets their events, and how they are held", async () => {
    const minuteMs = 60_000;
    const atMs = Math.floor(Date.now() / minuteMs) * minuteMs;
    const put = (status: string, ms: number) => {
      const validation = {
        status,
        schema: "https://millrace.example/schemas/events/search/click/1-1-0.json",
        errors: [],
      };
      const event = { id: `e-${ms}`, source: "app", type: "search.click" };
      source.putText(JSON.stringify({ event, validation }), "m-enriched", ms);
    };
    for (let n = 0; n < 120; n += 1) put(n % 4 === 0 ? "invalid" : "valid", atMs - minuteMs + n * 500);
    put("valid", atMs + 1);
    const contracts = await read<ContractFigures[]>("api/contracts");
    const click = contracts.find(({ name }) => name === "search/click/1-1-0");
    expect(click).toMatchObject({ type: "search.click", isNewest: true, rate: 2, events: 121, invalid: 30 });
    expect(click?.examples.valid).toBeGreaterThan(0);
    expect(click?.examples.invalid).toBeGreaterThan(0);
    expect(click?.applications).toEqual([]);
    expect(contracts.find(({ name }) => name === "search/click/1-0-0")).toMatchObject({ isNewest: false, events: 0 });
  });

  test.each([
    ["api/events?q=colour:red", 400, /no key of a search/],
    ["api/events?limit=0", 400, /`limit` to be a whole number above 0/],
    ["api/explain", 400, /takes the id of an event/],
    ["api/runbook?section=../../etc/passwd", 400, /has no section/],
    ["api/nothing", 404, /There is no GET/],
    ["../../package.json", 403, /lacks its token/],
    ["..%2f..%2fpackage.json", 404, /no such file/],
  ])("answers %s with %i and what to do", async (path, status, reason) => {
    const response = await fetch(url + path);
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(reason);
  });

  test("gives the promises, where the stack states some, and what a replay would do", async () => {
    const promises = await fetch(`${url}api/objectives`);
    expect([promises.status, await promises.json()]).toEqual([200, null]);
    expect(await (await fetch(`${url}api/pipeline`)).json()).toMatchObject({ objectives: null });
    const query = new URLSearchParams({ source: "app", type: "purchase", from: "2026-11-29T08:00:00Z" });
    const asked = await fetch(`${url}api/replay?${query.toString()}`, { method: "POST" });
    expect(await asked.json()).toEqual({ code: 0, output: "3 events of purchase since 2026-11-29T08:00:00Z" });
    expect((await fetch(`${url}api/replay?${query.toString()}`)).status).toBe(404);
  });

  test("says that the pipeline has ended when it does not answer", async () => {
    source.hops = () => Promise.reject(new TypeError("fetch failed"));
    const response = await fetch(`${url}api/pipeline`);
    expect(response.status).toBe(502);
    expect(await response.text()).toMatch(/Is `pnpm start` still running/);
  });

  test("refuses a body that is too large", async () => {
    const response = await fetch(`${url}api/validate`, { method: "POST", body: "x".repeat(600_000) });
    expect(response.status).toBe(413);
  });

  test("counts with a search whatever was read, not what the filter lets through", async () => {
    for (let n = 0; n < 30; n += 1) source.put({ id: `e-${n}`, status: n % 3 === 0 ? "invalid" : "valid" });
    const answer = await read<EventsAnswer>("api/events?q=status:invalid");
    expect(answer.events).toHaveLength(10);
    expect(answer.totals.statuses).toEqual({ valid: 20, invalid: 10, unknown: 0, bad: 0 });
    source.put({ id: "later", status: "invalid" });
    const later = await read<EventsAnswer>(`api/events?q=status:invalid&after=${answer.mark}`);
    expect(later.events.map(({ id }) => id)).toEqual(["later"]);
  });

  test("sends what comes to a page that follows", async () => {
    source.put({ id: "before" });
    let isBegun = false;
    const seen: string[] = [];
    await followUntil("api/live?events=1", (name, data) => {
      // The first figures say that it follows; an event that is there already is not told again.
      if (name === "figures" && !isBegun) {
        isBegun = true;
        source.put({ id: "after" });
      }
      if (name === "events") seen.push(...(data as LiveEvents).events.map(({ id }) => id));
      return seen.includes("after");
    });
    expect(seen).toEqual(["after"]);
  });

  test("lets only so many pages follow", async () => {
    const requests = Array.from({ length: MAX_FOLLOWERS }, () => get(`${url}api/live`));
    await Promise.all(requests.map((request) => once(request, "response")));
    expect((await fetch(`${url}api/live`)).status).toBe(503);
    for (const request of requests) request.destroy();
  });
});

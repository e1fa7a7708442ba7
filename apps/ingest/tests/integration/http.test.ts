import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type Clock, systemClock } from "@millrace/put-records";
import { hashWriteKey } from "../../src/write-keys.ts";
import { exchangeRaw } from "../support/raw-http.ts";
import { until } from "../support/until.ts";
import {
  anEvent,
  backendKey,
  post,
  receivedAt,
  shopKey,
  startTestService,
  type TestService,
  type TestServiceOptions,
} from "../support/test-service.ts";

const started: TestService[] = [];

async function start(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await startTestService(options);
  started.push(service);
  return service;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.close()));
});

const json = (value: unknown) => JSON.stringify(value);

describe("POST /v1/events", () => {
  test("takes an event and adds what the request says", async () => {
    const service = await start();
    const {
      status,
      headers,
      json: answer,
    } = await post(service, json(anEvent()), {
      "user-agent": "tester/1",
      referer: "https://shop.example/a",
    });
    expect([status, headers.get("content-type"), answer]).toEqual([
      202,
      "application/json",
      { accepted: 1, ids: ["1"] },
    ]);
    expect(service.stream.events).toEqual([
      {
        ...anEvent(),
        tenantid: "shop",
        receivedat: receivedAt,
        senderkind: "browser",
        clientip: "127.0.0.1",
        useragent: "tester/1",
        referer: "https://shop.example/a",
      },
    ]);
  });

  test("takes the key as Basic user name", async () => {
    const service = await start();
    const authorization = `Basic ${Buffer.from(`${shopKey}:`).toString("base64")}`;
    expect((await post(service, json(anEvent()), { authorization })).status).toBe(202);
  });

  test("takes CloudEvents binary mode", async () => {
    const service = await start();
    const ce = {
      "ce-specversion": "1.0",
      "ce-id": "7",
      "ce-source": "https://shop.example/web",
      "ce-type": "page.view",
    };
    expect((await post(service, '{"a": 1.0}', ce)).json).toEqual({ accepted: 1, ids: ["7"] });
    expect(service.stream.lines[0]).toContain('"data":{"a": 1.0}');
  });

  test("a binary-mode header that stands twice is not taken as one", async () => {
    const service = await start();
    const head =
      `POST /v1/events HTTP/1.1\r\nhost: i\r\nauthorization: Bearer ${shopKey}\r\ncontent-length: 0\r\n` +
      "ce-specversion: 1.0\r\nce-source: https://shop.example/web\r\nce-type: t\r\nce-id: 1\r\nce-id: 2\r\n\r\n";
    expect(JSON.parse((await exchangeRaw(service.port, head)).body)).toMatchObject({ code: "duplicate-attribute" });
  });

  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["br", brotliCompressSync],
    ["GZIP", gzipSync],
    ["zstd", zstdCompressSync],
    ["deflate", deflateSync],
    // Many clients mean this by deflate.
    ["deflate", deflateRawSync],
    ["identity", (bytes: Buffer) => bytes],
  ])("decompresses %s", async (encoding, compress) => {
    const service = await start();
    const body = new Uint8Array(compress(Buffer.from(json([anEvent(), anEvent({ id: "2" })]))));
    const { json: answer } = await post(service, body, { "content-encoding": encoding });
    expect(answer).toEqual({ accepted: 2, ids: ["1", "2"] });
    expect(service.admission.bytes.used).toBe(0);
  });

  test("a bomb is refused without being unfolded, and truncated bodies are refused", async () => {
    const service = await start({ maxBodyBytes: 2_000_000 });
    // One gigabyte in one megabyte, of members that gunzip reads one after the other.
    const bomb = new Uint8Array(Buffer.concat(Array<Buffer>(100).fill(gzipSync(Buffer.alloc(10_000_000, " ")))));
    const beforeKib = process.resourceUsage().maxRSS;
    const { json: problem } = await post(service, bomb, { "content-encoding": "gzip" });
    expect(problem).toMatchObject({ code: "decompressed-body-too-large", limit: 2_000_000 });
    expect(process.resourceUsage().maxRSS - beforeKib).toBeLessThan(200_000);
    const cut = new Uint8Array(gzipSync(json(anEvent())).subarray(0, -5));
    expect((await post(service, cut, { "content-encoding": "gzip" })).json).toMatchObject({
      code: "malformed-content-encoding",
    });
    expect(service.admission.bytes.used).toBe(0);
  });

  test("takes a chunked body, refuses it as soon as it is too large", async () => {
    const service = await start({ maxBodyBytes: 1_000 });
    const send = (parts: string[]) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { authorization: `Bearer ${shopKey}`, "content-type": "application/json" };
        const outgoing = httpRequest(`${service.url}/v1/events`, { method: "POST", headers }, (response) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode));
        });
        outgoing.on("error", reject);
        for (const part of parts) outgoing.write(part);
        outgoing.end();
      });
    const text = json(anEvent());
    expect(await send([text.slice(0, 9), text.slice(9)])).toBe(202);
    expect(await send([text, " ".repeat(500), " ".repeat(500)])).toBe(413);
  });

  test("a client that leaves in the middle of its body holds nothing and is counted", async () => {
    const service = await start();
    const socket = connect(service.port, "127.0.0.1");
    socket.write(
      `POST /v1/events HTTP/1.1\r\nhost: i\r\nauthorization: Bearer ${shopKey}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
    );
    await until(() => service.admission.bytes.used === 1);
    socket.destroy();
    await until(() => service.admission.bytes.used === 0);
    await until(async () => (await service.metrics()).includes("millrace_ingest_aborted_requests_total 1"));
    expect(service.stream.records).toEqual([]);
  });

  test("is not ready while something is missing, and says what", async () => {
    const service = await start();
    const readiness = async () => {
      const response = await fetch(`${service.url}/readyz`);
      return [response.status, await response.json()];
    };
    service.health.waitFor("The stream raw is CREATING.");
    expect(await readiness()).toEqual([503, { status: "starting", reason: "The stream raw is CREATING." }]);
    service.health.waitFor(undefined);
    expect(await readiness()).toEqual([200, { status: "ready" }]);
  });

  test("a body that is announced and does not come costs nothing", async () => {
    const service = await start({ maxInFlightBytes: 100_000, maxBodyBytes: 90_000 });
    const head = `POST /v1/events HTTP/1.1\r\nhost: i\r\nauthorization: Bearer ${shopKey}\r\ncontent-length: 90000\r\n\r\n`;
    const sockets = Array.from({ length: 20 }, () => connect(service.port, "127.0.0.1"));
    for (const socket of sockets) socket.write(head);
    await until(async () => (await service.metrics()).includes("millrace_ingest_in_flight_requests 20"));
    expect(service.admission.bytes.used).toBe(0);
    expect((await post(service, json(anEvent()))).status).toBe(202);
    for (const socket of sockets) socket.destroy();
  });

  test("a key that holds its share is refused, others are served, and it comes back", async () => {
    const service = await start({ maxInFlightBytes: 120_000, maxBodyBytes: 100_000 });
    const holder = connect(service.port, "127.0.0.1");
    const text = json(anEvent());
    holder.write(
      `POST /v1/events HTTP/1.1\r\nhost: i\r\nauthorization: Bearer ${shopKey}\r\ncontent-type: application/json\r\ncontent-length: 70000\r\n\r\n${text.padEnd(69_999)}`,
    );
    await until(() => service.admission.bytes.used === 69_999);
    const refused = await post(service, text);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(refused.json).toMatchObject({ code: "key-over-share", retryAfterSeconds: 1 });
    expect((await post(service, text, { authorization: `Bearer ${backendKey}` })).status).toBe(202);
    holder.end(" ");
    await until(() => service.admission.bytes.used === 0);
    expect((await post(service, text)).status).toBe(202);
  });

  test("behind a proxy the client's address comes from X-Forwarded-For, counted from the right", async () => {
    const forwarded = { "x-forwarded-for": "6.6.6.6, 198.51.100.9" };
    const direct = await start();
    await post(direct, json(anEvent()), forwarded);
    expect(direct.stream.events[0]).toMatchObject({ clientip: "127.0.0.1" });
    const proxied = await start({ trustProxyHops: 1 });
    await post(proxied, json(anEvent()), forwarded);
    await post(proxied, json(anEvent()), { "x-forwarded-for": "unknown" });
    expect(proxied.stream.events[0]).toMatchObject({ clientip: "198.51.100.9" });
    expect(proxied.stream.events[1]).not.toHaveProperty("clientip");
  });
});

describe("CORS", () => {
  const origins = ["https://shop.example", "https://*.preview.example"];
  const preflight = (service: TestService, origin: string) =>
    fetch(`${service.url}/v1/events`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers":
          "authorization,content-type,tracestate,baggage,x-requested-with,x-retry-count,ce-id,x-forwarded-for,b@d",
      },
    });

  test.each(["https://shop.example", "https://a.preview.example"])("a preflight from %s is allowed", async (origin) => {
    const response = await preflight(await start({ corsOrigins: origins }), origin);
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "POST",
      "access-control-allow-headers":
        "authorization, content-type, tracestate, baggage, x-requested-with, x-retry-count, ce-id",
      // `sendBeacon` always asks for them; there are no cookies to go with them.
      "access-control-allow-credentials": "true",
      "access-control-max-age": "7200",
      vary: "Origin",
    });
  });

  test("answers, errors too, can be read by the page", async () => {
    const service = await start({ corsOrigins: origins });
    for (const body of [json(anEvent()), "nonsense"]) {
      const { headers } = await post(service, body, { origin: "https://shop.example" });
      expect(headers.get("access-control-allow-origin")).toBe("https://shop.example");
      expect(headers.get("access-control-expose-headers")).toBe("Retry-After");
    }
    const { headers } = await post(service, json(anEvent()), { origin: "https://evil.example" });
    expect(headers.has("access-control-allow-origin")).toBe(false);
    expect(headers.get("vary")).toBe("Origin");
  });

  test("without configured origins no browser page may send", async () => {
    const service = await start();
    expect((await preflight(service, "https://shop.example")).status).toBe(403);
    const { headers } = await post(service, json(anEvent()), { origin: "https://shop.example" });
    expect(headers.has("access-control-allow-origin")).toBe(false);
  });

  test("* is everybody", async () => {
    const response = await preflight(await start({ corsOrigins: ["*"] }), "https://any.example");
    expect(response.headers.get("access-control-allow-origin")).toBe("https://any.example");
    expect(response.headers.get("vary")).toBe("Origin");
  });
});

describe("operations", () => {
  test("healthz and readyz answer, readyz fails while draining", async () => {
    const service = await start();
    const get = async (path: string) => {
      const response = await fetch(service.url + path);
      return [response.status, await response.json()];
    };
    expect(await get("/healthz")).toEqual([200, { status: "ok" }]);
    expect(await get("/readyz")).toEqual([200, { status: "ready" }]);
    service.health.startDraining();
    expect(await get("/healthz")).toEqual([200, { status: "ok" }]);
    expect(await get("/readyz")).toEqual([503, { status: "draining" }]);
    const { status, headers } = await post(service, json(anEvent()));
    expect([status, headers.get("connection")]).toEqual([202, "close"]);
  });

  test("metrics count events and problems, and name no tenant, key or source", async () => {
    const service = await start();
    await post(service, json([anEvent(), 1, 2]));
    await post(service, "nonsense");
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toContain('millrace_ingest_requests_total{status="202",code="none"} 1');
    expect(text).toContain('millrace_ingest_requests_total{status="400",code="malformed-json"} 1');
    expect(text).toContain('millrace_ingest_events_total{outcome="accepted"} 1');
    expect(text).toContain('millrace_ingest_events_total{outcome="rejected"} 2');
    expect(text).toContain('millrace_ingest_rejected_events_total{code="event-not-an-object"} 2');
    expect(text).toContain("millrace_ingest_in_flight_requests 0");
    expect(text).toContain('millrace_ingest_key_events_total{key="shop-web",outcome="event-not-an-object"} 2');
    expect(text).toContain('millrace_ingest_key_refused_requests_total{key="shop-web",code="malformed-json"} 1');
    for (const secret of ["https://shop", shopKey, hashWriteKey(shopKey), "visitor"])
      expect(text).not.toContain(secret);
  });

  test("the log names neither key, address, body nor id, whatever goes wrong", async () => {
    const service = await start();
    service.stream.decide = () => "throttled";
    const canary = "canary-4711";
    const headers = {
      "user-agent": canary,
      referer: `https://shop.example/${canary}`,
      "x-forwarded-for": "203.0.113.77",
    };
    await post(service, json(anEvent({ id: canary, subject: canary, data: canary })), headers);
    await post(service, json(anEvent({ source: canary })), headers);
    await post(service, `${canary} is not JSON`, headers);
    await post(service, json(anEvent()), { ...headers, authorization: `Bearer ${canary}` });
    expect(service.log.map((line) => (JSON.parse(line) as { status: number }).status)).toEqual([503, 403, 400, 401]);
    for (const secret of [canary, shopKey, "203.0.113.77", "127.0.0.1"])
      expect(service.log.join()).not.toContain(secret);
  });

  test("a client that dribbles its headers or its body is cut off", async () => {
    const service = await start({ server: { headersTimeoutMs: 500, requestTimeoutMs: 1_000 } });
    const head = `POST /v1/events HTTP/1.1\r\nhost: i\r\nauthorization: Bearer ${shopKey}\r\ncontent-length: 10\r\n`;
    for (const bytes of ["POST /v1/ev", `${head}x: `, `${head}\r\n{`]) {
      const answer = await exchangeRaw(service.port, bytes);
      expect(answer.status).toBe(408);
    }
    await until(() => service.admission.bytes.used === 0);
  });

  test("bodies that stop short of their end give the share of their key back, and their connections are gone", async () => {
    const setTimeout: Clock["setTimeout"] = (callback, ms) => systemClock.setTimeout(callback, ms / 50);
    const service = await start({ maxInFlightBytes: 1_500_000, clock: { ...systemClock, setTimeout } });
    const head = `POST /v1/events HTTP/1.1\r\nhost: i\r\nauthorization: Bearer ${shopKey}\r\ncontent-length: 1000000\r\n\r\n`;
    const body = "[".padEnd(990_000);
    const closed = new Promise<string>((resolve) => {
      const socket = connect(service.port, "127.0.0.1");
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      socket.on("close", () => resolve(text));
      socket.write(head + body);
    });
    await until(() => service.admission.bytes.used > 900_000);
    expect(await post(service, json(anEvent({ data: "x".repeat(150_000) })))).toMatchObject({ status: 429 });
    expect(await closed).toMatch(/^HTTP\/1\.1 408 [^]*connection: close/i);
    expect(service.admission.bytes.used).toBe(0);
    expect(await post(service, json(anEvent({ data: "x".repeat(150_000) })))).toMatchObject({ status: 202 });
  });

  test.each([
    ["no key", "content-type: application/json\r\n", "401 Unauthorized"],
    ["a wrong key", "authorization: Bearer guess\r\n", "401 Unauthorized"],
    [
      "a body that is too large",
      `authorization: Bearer ${shopKey}\r\ncontent-length: 99000000\r\n`,
      "413 Payload Too Large",
    ],
  ])("with %s, 100-continue is refused before anything is asked for", async (_, headers, status) => {
    const service = await start();
    const socket = connect(service.port, "127.0.0.1");
    const length = headers.includes("content-length") ? "" : "content-length: 2\r\n";
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write(`POST /v1/events HTTP/1.1\r\nhost: i\r\nexpect: 100-continue\r\n${headers}${length}\r\n`);
    await until(() => text.includes("}"));
    expect(text.split("\r\n")[0]).toBe(`HTTP/1.1 ${status}`);
    expect(text).toContain("content-type: application/problem+json");
    socket.destroy();
  });

  test.each([
    ["GET / HTTP/1.1\r\nhost: i\r\nconnection: close\r\n\r\n", 404],
    ["GET / HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
  ])("%j gets a problem document", async (text, status) => {
    const answer = await exchangeRaw((await start()).port, text);
    expect([answer.status, answer.contentType]).toEqual([status, "application/problem+json"]);
  });

  test("a request that is late gives back what it holds although its client stays", async () => {
    const service = await start({ server: { headersTimeoutMs: 300, requestTimeoutMs: 300 } });
    // With `allowHalfOpen` the client does not close its side when the service closes its own.
    const socket = connect({ port: service.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined).resume();
    socket.write(
      `POST /v1/events HTTP/1.1\r\nhost: i\r\nauthorization: Bearer ${shopKey}\r\ncontent-length: 2000\r\n\r\n{`,
    );
    await until(() => service.admission.bytes.used === 1);
    await until(() => service.admission.bytes.used === 0);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  test("beyond the most connections the oldest idle one is closed, and the newcomer is served", async () => {
    const service = await start({ server: { maxConnections: 2 } });
    const closed: number[] = [];
    const idle = [0, 1].map((index) => connect(service.port, "127.0.0.1").on("close", () => closed.push(index)));
    await until(() => idle.every(({ readyState }) => readyState === "open"));
    expect(
      (await exchangeRaw(service.port, "GET /healthz HTTP/1.1\r\nhost: i\r\nconnection: close\r\n\r\n")).status,
    ).toBe(200);
    await until(() => closed.length > 0);
    expect(closed).toEqual([0]);
    for (const socket of idle) socket.destroy();
  });
});

describe("drain", () => {
  test("in-flight requests are answered, then flush, then no connection is taken", async () => {
    const service = await start();
    const order: string[] = [];
    let confirm: (() => void) | undefined;
    const send = service.stream.send.bind(service.stream);
    service.stream.send = async (record) => {
      await new Promise<void>((resolve) => {
        confirm = resolve;
      });
      order.push("confirmed");
      return send(record);
    };
    const pending = post(service, json(anEvent()));
    await until(() => confirm !== undefined);
    const drained = service.server.drain({
      noticeMs: 0,
      timeoutMs: 5_000,
      flush: async () => void order.push("flushed"),
    });
    await until(async () => (await exchangeRaw(service.port, "")).status === 0);
    confirm?.();
    const { status, headers } = await pending;
    expect([status, headers.get("connection")]).toEqual([202, "close"]);
    expect(await drained).toBe(true);
    expect(order).toEqual(["confirmed", "flushed"]);
    await expect(post(service, json(anEvent()))).rejects.toThrow();
  });

  test("an idle keep-alive connection does not hold it up", async () => {
    const service = await start();
    const socket = connect(service.port, "127.0.0.1");
    await until(() => !socket.connecting);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    expect(await service.server.drain({ noticeMs: 0, timeoutMs: 5_000, flush: async () => undefined })).toBe(true);
    await closed;
  });

  test("is bounded: what does not end in time is cut off", async () => {
    const service = await start();
    service.stream.send = () => new Promise(() => undefined);
    const lost = post(service, json(anEvent())).catch(() => "cut off");
    await until(() => service.admission.bytes.used > 0);
    expect(await service.server.drain({ noticeMs: 0, timeoutMs: 100, flush: async () => undefined })).toBe(false);
    expect(await lost).toBe("cut off");
  });
});

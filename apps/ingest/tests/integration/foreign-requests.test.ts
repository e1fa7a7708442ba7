import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "@jest/globals";
import { hashWriteKey } from "../../src/write-keys.ts";
import {
  anEvent,
  receivedMs,
  rudderKey,
  sdkKey,
  shopKey,
  startTestService,
  type TestService,
  type TestServiceOptions,
  webhookSecret,
} from "../support/test-service.ts";

let running: TestService | undefined;

async function start(options: TestServiceOptions = {}): Promise<TestService> {
  running = await startTestService({ corsOrigins: ["*"], ...options });
  return running;
}

afterEach(() => running?.close());

const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString("base64")}`;
const authorization = basic(sdkKey);

const send = (service: TestService, path: string, body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
  fetch(`${service.url}${path}`, { method: "POST", body, headers });

const track = (messageId: string, properties = {}) => ({
  type: "track",
  event: "x",
  userId: "u",
  messageId,
  properties,
});

test("a batch of Segment is stored under the key's tenant, and its SDK hears what it expects", async () => {
  const service = await start();
  const body = JSON.stringify({ batch: [track("m1"), track("m2")] });
  const response = await send(service, "/v1/batch", body, { authorization });
  expect([response.status, await response.json()]).toEqual([200, { success: true }]);
  expect(service.stream.events).toMatchObject([
    { id: "m1", source: "https://sdks.example/segment", type: "segment.track", tenantid: "shop" },
    { id: "m2" },
  ]);
});

test("a batch of more messages than a request has events is stored whole and in order", async () => {
  const service = await start({ maxEventsPerRequest: 3 });
  const batch = Array.from({ length: 8 }, (_, index) => track(`m${index}`));
  const response = await send(service, "/v1/b", JSON.stringify({ batch }), { authorization });
  expect(response.status).toBe(200);
  expect(service.stream.events.map(({ id }) => id)).toEqual(batch.map(({ messageId }) => messageId));
});

test("a message that cannot be stored is kept as a refused event, and the good ones are answered as good", async () => {
  const service = await start({ maxEventBytes: 2_000 });
  const batch = [track("m1"), track("m2", { text: "x".repeat(3_000) }), 7];
  const response = await send(service, "/v1/batch", JSON.stringify({ batch }), { authorization });
  expect(response.status).toBe(200);
  const [good, unreadable] = service.stream.events;
  expect(good).toMatchObject({ id: "m1" });
  expect(unreadable).toMatchObject({ type: "segment.refused", data: { code: "event-not-an-object", message: "7" } });
  expect(await service.metrics()).toMatch(/rejected_events_total\{code="event-too-large"\} 1/);
});

test("a batch that Kinesis did not confirm is answered with 503, and its retry is the same events", async () => {
  const service = await start();
  service.stream.decide = () => "throttled";
  const body = JSON.stringify({ batch: [track("m1")] });
  const refused = await send(service, "/v1/batch", body, { authorization });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  service.stream.decide = () => "delivered";
  expect((await send(service, "/v1/batch", body, { authorization })).status).toBe(200);
  expect(service.stream.events).toMatchObject([{ id: "m1", source: "https://sdks.example/segment" }]);
});

test("the key says which of two protocols a shared path means; gzip is read though nothing tells of it", async () => {
  const service = await start();
  const body = new Uint8Array(
    gzipSync(JSON.stringify({ batch: [{ ...track("m1"), context: { ip: "203.0.113.9" } }] })),
  );
  const headers = { authorization: basic(rudderKey), "content-type": "application/x-www-form-urlencoded" };
  const response = await send(service, "/v1/batch", body, headers);
  expect([response.status, await response.text()]).toEqual([200, "OK"]);
  expect(service.stream.events).toMatchObject([{ type: "rudderstack.track", clientip: "203.0.113.9" }]);
});

test("a key with both protocols of a path reads each request as what it says it is", async () => {
  const adapters = { segment: {}, rudderstack: {} };
  const both = { name: "both", sha256: hashWriteKey("both"), tenantId: "shop", sources: ["*"], adapters };
  const service = await start({ writeKeys: [both] });
  for (const name of ["@rudderstack/rudder-sdk-node", "analytics-node"]) {
    const body = JSON.stringify({ batch: [{ ...track(name), context: { library: { name } } }] });
    expect((await send(service, "/v1/batch", body, { authorization: basic("both") })).status).toBe(200);
  }
  expect(service.stream.events.map(({ type }) => type)).toEqual(["rudderstack.track", "segment.track"]);
});

test("the key in the body is found, an unknown one is refused, and so is a key without the adapter", async () => {
  const service = await start();
  const statusFor = async (writeKey: string) =>
    (await send(service, "/v1/t", JSON.stringify({ ...track("m1"), writeKey }), { "content-type": "text/plain" }))
      .status;
  expect(await statusFor(sdkKey)).toBe(200);
  expect(await statusFor("guess")).toBe(401);
  expect(await statusFor(shopKey)).toBe(403);
  expect((await send(service, "/v1/t", "{}")).status).toBe(401);
});

test("Snowplow's app id names the key; the pixel is a GIF that may be read with credentials", async () => {
  const service = await start();
  const body = JSON.stringify({ schema: "iglu:x", data: [{ e: "pv", eid: "e1", aid: "shop" }] });
  expect((await send(service, "/com.snowplowanalytics.snowplow/tp2", body)).status).toBe(200);
  const headers = { origin: "https://shop.example" };
  const pixel = await fetch(`${service.url}/i?e=pp&eid=e2&aid=shop`, { headers });
  expect(pixel.headers.get("content-type")).toBe("image/gif");
  expect(pixel.headers.get("access-control-allow-origin")).toBe("https://shop.example");
  expect(
    Buffer.from(await pixel.arrayBuffer())
      .subarray(0, 3)
      .toString(),
  ).toBe("GIF");
  expect(service.stream.events).toMatchObject([{ id: "e1" }, { id: "e2", type: "snowplow.page_ping" }]);
  expect((await fetch(`${service.url}/i?e=pv&aid=other`)).status).toBe(401);
});

test("a preflight of a foreign path names its methods, and other methods are refused", async () => {
  const service = await start();
  const preflight = await fetch(`${service.url}/v1/t`, {
    method: "OPTIONS",
    headers: {
      origin: "https://shop.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,x-retry-count",
    },
  });
  expect(preflight.status).toBe(204);
  expect(Object.fromEntries(preflight.headers)).toMatchObject({
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "authorization, content-type, x-retry-count",
    "access-control-allow-credentials": "true",
  });
  const refused = await fetch(`${service.url}/v1/t`);
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  const pixel = await fetch(`${service.url}/i`, { method: "POST", body: "{}" });
  expect([pixel.status, pixel.headers.get("allow")]).toEqual([405, "GET, OPTIONS"]);
});

test.each([
  ["a string", "text/plain;charset=UTF-8"],
  ["a JSON blob", "application/json"],
])("a beacon of %s is taken with the key in the query", async (_kind, contentType) => {
  const service = await start();
  const headers = { "content-type": contentType, origin: "https://shop.example" };
  const response = await send(service, `/v1/events?key=${shopKey}`, JSON.stringify(anEvent()), headers);
  expect(response.status).toBe(202);
  expect(service.stream.events).toMatchObject([{ id: "1", origin: "https://shop.example" }]);
});

test("a GitHub delivery is stored when it is signed, and refused when it is not", async () => {
  const service = await start();
  const body = JSON.stringify({ action: "opened" });
  const signature = createHmac("sha256", webhookSecret).update(body).digest("hex");
  const deliver = (hex: string) =>
    send(service, "/v1/webhooks/github/sdks", body, {
      "x-hub-signature-256": `sha256=${hex}`,
      "x-github-event": "issues",
      "x-github-delivery": "d1",
    });
  expect((await deliver(signature)).status).toBe(202);
  const refused = await deliver(signature.replace(/^./, (digit) => (digit === "0" ? "1" : "0")));
  expect([refused.status, await refused.json()]).toMatchObject([401, { code: "invalid-signature" }]);
  expect(service.stream.events).toMatchObject([{ id: "d1", type: "com.github.issues.opened" }]);
});

test("a Stripe delivery is verified against the clock of the service", async () => {
  const service = await start();
  const body = JSON.stringify({ id: "evt_1", type: "charge.succeeded" });
  const deliver = (seconds: number) => {
    const signature = createHmac("sha256", webhookSecret).update(`${seconds}.${body}`).digest("hex");
    return send(service, "/v1/webhooks/stripe/sdks", body, { "stripe-signature": `t=${seconds},v1=${signature}` });
  };
  expect((await deliver(receivedMs / 1_000)).status).toBe(202);
  expect((await deliver(receivedMs / 1_000 - 3_600)).status).toBe(401);
});

test("the handshake of CloudEvents webhooks is answered for the origins that are configured", async () => {
  const service = await start({ webhookOrigins: ["eventgrid.azure.net"] });
  const handshake = (origin: string) =>
    fetch(`${service.url}/v1/events`, {
      method: "OPTIONS",
      headers: { "webhook-request-origin": origin, "webhook-request-rate": "120" },
    });
  const allowed = await handshake("eventgrid.azure.net");
  expect(allowed.status).toBe(200);
  expect(allowed.headers.get("webhook-allowed-origin")).toBe("eventgrid.azure.net");
  expect(allowed.headers.get("webhook-allowed-rate")).toBe("*");
  const refused = await handshake("evil.example");
  expect([refused.status, refused.headers.has("webhook-allowed-origin")]).toEqual([403, false]);
});

test("OTLP tells of records without an event name, and words problems as its specification does", async () => {
  const service = await start();
  const record = { timeUnixNano: "1767259800123456789", eventName: "shop.click" };
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record, { body: {} }] }] }] });
  const headers = { authorization: `Bearer ${sdkKey}`, "content-type": "application/json" };
  const response = await send(service, "/v1/logs", body, headers);
  expect([response.status, await response.json()]).toMatchObject([
    200,
    { partialSuccess: { rejectedLogRecords: "1" } },
  ]);
  expect(service.stream.events).toMatchObject([{ type: "shop.click", time: "2026-01-01T09:30:00.123456789Z" }]);
  const refused = await send(service, "/v1/logs", "{", headers);
  expect([refused.status, await refused.json()]).toMatchObject([400, { code: 3 }]);
  const protobuf = await send(service, "/v1/logs", "x", { ...headers, "content-type": "application/x-protobuf" });
  expect([protobuf.status, protobuf.headers.get("content-type")]).toEqual([415, "application/x-protobuf"]);
});

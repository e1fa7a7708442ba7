import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { adapterNames } from "@millrace/sender-adapters";
import { receivedMs, rudderKey, sdkKey, shopKey, webhookSecret } from "./test-service.ts";

/** A good request, to be spoilt. */
export interface FuzzSeed {
  readonly method: "POST" | "GET";
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer;
  /** Headers that sign a body after it was spoilt: or nothing would come past the signature. */
  readonly sign?: (body: Buffer) => readonly (readonly [string, string])[];
}

/** Targets of the fuzzer: the service's own endpoint, and each adapter. */
export const fuzzTargets = ["events", ...adapterNames] as const;

export type FuzzTarget = (typeof fuzzTargets)[number];

const json = (value: unknown): string => JSON.stringify(value);
const base64 = (value: unknown): string => Buffer.from(json(value)).toString("base64");
const basic = (key: string) => ["authorization", `Basic ${Buffer.from(`${key}:`).toString("base64")}`] as const;
const bearer = (key: string) => ["authorization", `Bearer ${key}`] as const;
const typed = (contentType: string) => ["content-type", contentType] as const;

const event = {
  specversion: "1.0",
  id: "1",
  source: "https://shop.example/web",
  type: "search.click",
  subject: "visitor-7",
  time: "2025-12-31T23:59:59Z",
  datacontenttype: "application/json",
  data: { query: "größe 42", rank: 3, tags: ["a", null, true, 1.5], nested: { a: { b: [] } } },
};

const postEvents = (contentType: string, body: string, headers: FuzzSeed["headers"] = []): FuzzSeed => ({
  method: "POST",
  path: "/v1/events",
  headers: [bearer(shopKey), typed(contentType), ...headers],
  body,
});

const track = {
  type: "track",
  messageId: "m1",
  userId: "u1",
  anonymousId: 7,
  event: "Order Completed",
  timestamp: "2025-12-31T23:59:59.123+02:00",
  context: { ip: "203.0.113.9", userAgent: "Mozilla/5.0", library: { name: "x" } },
  properties: { total: 1.1e3, big: 1.1e21, tags: ["a", null] },
};
const batch = { batch: [track, { ...track, messageId: undefined }, 7], sentAt: "2026-01-01T00:00:00Z", context: {} };

const trackingSeeds = (key: string): FuzzSeed[] => [
  { method: "POST", path: "/v1/batch", headers: [basic(key)], body: json(batch) },
  { method: "POST", path: "/v1/b", headers: [basic(key), typed("text/plain")], body: gzipSync(json(batch)) },
  { method: "POST", path: "/v1/t", headers: [], body: json({ ...track, writeKey: key }) },
  { method: "POST", path: `/v1/identify?writeKey=${key}`, headers: [], body: json({ ...track, traits: {} }) },
];

const selfDescribing = {
  schema: "iglu:x/unstruct_event",
  data: { schema: "iglu:com.acme/click/1-0-0", data: { x: 1 } },
};
const contexts = { schema: "iglu:x/contexts", data: [{ schema: "iglu:com.acme/user/1-0-0", data: {} }, 7] };
const payload = { e: "ue", eid: "e1", aid: "shop", dtm: "1767139200123", uid: "u1", stm: "1" };
const plain = { ...payload, ue_pr: json(selfDescribing), co: json(contexts) };
const encoded = { ...payload, ue_px: base64(selfDescribing), cx: base64(contexts) };

const capture = {
  event: "$pageview",
  uuid: "p1",
  distinct_id: "u1",
  timestamp: "2025-12-31T23:59:59Z",
  properties: { token: sdkKey, $ip: "::1", a: "ü" },
};

const logs = {
  resourceLogs: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
      scopeLogs: [
        {
          scope: { name: "x" },
          logRecords: [
            {
              timeUnixNano: "1767139200123456789",
              eventName: "shop.click",
              attributes: [{ key: "user.id", value: { intValue: "7" } }],
              traceId: "5b8efff798038103d269b633813fc60c",
              spanId: "eee19b7ec3c1b174",
              body: { stringValue: "hi" },
            },
            { body: {} },
          ],
        },
      ],
    },
  ],
};

const delivery = {
  action: "opened",
  repository: { full_name: "o/r" },
  head_commit: { timestamp: "2026-01-01T00:00:00Z" },
};
const charge = {
  id: "evt_1",
  type: "charge.succeeded",
  created: 1_767_139_200,
  data: { object: { customer: "cus_1" } },
};
const blob = { id: "b1", eventType: "x.y", subject: "s", eventTime: "2026-01-01T00:00:00.1234567Z", data: {} };
const validation = {
  id: "v",
  eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
  data: { validationCode: "c" },
};

const hmac = (body: Buffer, prefix = ""): string =>
  createHmac("sha256", webhookSecret).update(prefix).update(body).digest("hex");

/** Good requests by what they are for. */
export const fuzzSeeds: Readonly<Record<FuzzTarget, readonly FuzzSeed[]>> = {
  events: [
    postEvents("application/json", json(event)),
    postEvents("application/json", JSON.stringify([event, { ...event, id: "2", subject: undefined }], null, 1)),
    postEvents("application/x-ndjson", `${json(event)}\n${json({ ...event, id: undefined })}\n`),
    postEvents("application/cloudevents+json; charset=utf-8", json(event)),
    postEvents("application/cloudevents-batch+json", json([event])),
    postEvents("application/json", json(event.data), [
      ["ce-specversion", "1.0"],
      ["ce-id", "1"],
      ["ce-source", "https://shop.example/web"],
      ["ce-type", "search.click"],
      ["ce-subject", "Euro%20%E2%82%AC"],
    ]),
  ],
  segment: [
    ...trackingSeeds(sdkKey),
    { method: "GET", path: `/v1/projects/${sdkKey}/settings`, headers: [], body: "" },
    { method: "GET", path: `/v1/pixel/page?data=${base64({ ...track, writeKey: sdkKey })}`, headers: [], body: "" },
  ],
  rudderstack: trackingSeeds(rudderKey).slice(0, 3),
  snowplow: [
    {
      method: "POST",
      path: "/com.snowplowanalytics.snowplow/tp2",
      headers: [],
      body: json({ data: [plain, encoded, 7] }),
    },
    { method: "GET", path: `/i?${new URLSearchParams(encoded).toString()}`, headers: [], body: "" },
    { method: "GET", path: `/i?${new URLSearchParams(plain).toString()}`, headers: [], body: "" },
  ],
  posthog: [
    {
      method: "POST",
      path: "/batch/",
      headers: [],
      body: json({ api_key: sdkKey, batch: [capture, { ...capture, uuid: "p2" }] }),
    },
    {
      method: "POST",
      path: "/e/?compression=gzip-js",
      headers: [typed("text/plain")],
      body: gzipSync(json([capture])),
    },
    { method: "POST", path: "/e/", headers: [], body: `data=${encodeURIComponent(base64(capture))}` },
    { method: "POST", path: "/flags/?v=2", headers: [], body: json({ token: sdkKey }) },
  ],
  otlp: [{ method: "POST", path: "/v1/logs", headers: [bearer(sdkKey), typed("application/json")], body: json(logs) }],
  github: [
    {
      method: "POST",
      path: "/v1/webhooks/github/sdks",
      headers: [typed("application/json"), ["x-github-event", "issues"], ["x-github-delivery", "d1"]],
      body: json(delivery),
      sign: (body) => [["x-hub-signature-256", `sha256=${hmac(body)}`]],
    },
  ],
  stripe: [
    {
      method: "POST",
      path: "/v1/webhooks/stripe/sdks",
      headers: [typed("application/json")],
      body: json(charge),
      sign: (body) => {
        const seconds = receivedMs / 1_000;
        return [["stripe-signature", `t=${seconds},v1=${hmac(body, `${seconds}.`)}`]];
      },
    },
  ],
  "event-grid": [
    {
      method: "POST",
      path: `/v1/webhooks/event-grid?key=${sdkKey}`,
      headers: [],
      body: json([blob, { ...blob, id: "b2" }]),
    },
    { method: "POST", path: `/v1/webhooks/event-grid?key=${sdkKey}`, headers: [], body: json([validation]) },
  ],
};

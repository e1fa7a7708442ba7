import { expect, test } from "@jest/globals";
import { findEndpoints } from "../../src/index.ts";
import { adapt, source } from "../support/adapt.ts";

const track = {
  type: "track",
  event: "Order Completed",
  messageId: "node-next-1-a",
  userId: "u1",
  anonymousId: "a1",
  timestamp: "2026-01-01T09:30:00.123Z",
  properties: { total: 3 },
  context: { ip: "203.0.113.9", userAgent: "Mozilla/5.0 (X11)" },
};

test("a Segment message keeps its id, time, user and whole text", () => {
  const { events, answer } = adapt("segment", "/v1/batch", JSON.stringify({ batch: [track] }));
  expect(events).toEqual([
    {
      specversion: "1.0",
      id: "node-next-1-a",
      source,
      type: "segment.track",
      subject: "u1",
      time: "2026-01-01T09:30:00.123Z",
      data: track,
    },
  ]);
  expect(answer).toMatchObject({ status: 200, body: '{"success":true}' });
});

test.each([
  ["/v1/track", "track"],
  ["/v1/t", "track"],
  ["/v1/page", "page"],
  ["/v1/p", "page"],
  ["/v1/screen", "screen"],
  ["/v1/s", "screen"],
  ["/v1/identify", "identify"],
  ["/v1/i", "identify"],
  ["/v1/group", "group"],
  ["/v1/g", "group"],
  ["/v1/alias/", "alias"],
  ["/v1/a", "alias"],
])("%s is a call of type %s", (path, type) => {
  const { type: _type, ...message } = track;
  expect(adapt("segment", path, JSON.stringify(message)).events[0]).toMatchObject({ type: `segment.${type}` });
});

test.each(["/v1/batch", "/v1/b", "/v1/import"])("%s takes a batch", (path) => {
  expect(adapt("segment", path, JSON.stringify({ batch: [track, track] })).events).toHaveLength(2);
});

test("what a batch says once holds for each message that does not say it itself", () => {
  const body = { batch: [track, { ...track, context: undefined }], context: { library: { name: "go" } }, sentAt: "x" };
  const [first, second] = adapt("segment", "/v1/batch", JSON.stringify(body)).events;
  expect(first?.data).toEqual({ ...track, sentAt: "x" });
  expect(second?.data).toMatchObject({ context: { library: { name: "go" } }, sentAt: "x" });
});

test("a retry whose `sentAt` is another one is the same event, also without `messageId`", () => {
  const { messageId: _id, ...message } = track;
  const idOf = (sentAt: string) => {
    const body = JSON.stringify({ sentAt, batch: [message] });
    return adapt("segment", "/v1/batch", body).events[0]?.id;
  };
  expect(idOf("2026-01-01T09:30:01Z")).toBe(idOf("2026-01-01T09:31:00Z"));
  expect(idOf("x")).toMatch(/^sha256-/);
});

test("messages with neither id nor time may be two events, so no id is derived", () => {
  const body = JSON.stringify({ userId: "u", event: "x" });
  expect(adapt("segment", "/v1/track", body).events[0]?.id).toBeUndefined();
});

test("a message that is no object, or of no type, keeps its place as a fault", () => {
  const { messages, events } = adapt("segment", "/v1/batch", JSON.stringify({ batch: [track, 7, { event: "x" }] }));
  expect(events).toHaveLength(1);
  expect(messages[1]).toMatchObject({ fault: { code: "event-not-an-object", text: "7" } });
  expect(messages[2]).toMatchObject({ fault: { text: '{"event":"x"}' } });
});

test("the end user's address and agent are taken where the sender may forward them", () => {
  const body = JSON.stringify(track);
  const [event] = adapt("segment", "/v1/track", body, { mayForwardClient: true }).events;
  expect(event).toMatchObject({ clientip: "203.0.113.9", useragent: "Mozilla/5.0 (X11)" });
  expect(adapt("segment", "/v1/track", body).events[0]).not.toHaveProperty("clientip");
});

test("the write key is found in the header, the query and the body, and is not stored", () => {
  const body = JSON.stringify({ ...track, writeKey: "wk" });
  const { ofHead, ofBody, events } = adapt("segment", "/v1/t", body, { headers: { authorization: "Basic d2s6" } });
  expect(ofHead).toEqual({ by: "authorization", value: "Basic d2s6" });
  expect(ofBody).toEqual({ by: "write-key", value: "wk" });
  expect(JSON.stringify(events)).not.toContain("wk");
  expect(adapt("rudderstack", "/beacon/v1/batch?writeKey=wk", '{"batch":[]}').ofHead).toEqual({
    by: "url-key",
    value: "wk",
  });
});

test("numbers keep the digits they were written with", () => {
  const { events } = adapt("segment", "/v1/track", '{"properties":{"big":12345678901234567890,"exact":0.1,"e":1e3}}');
  expect(JSON.stringify(events[0]?.data)).toBe('{"properties":{"big":12345678901234567890,"exact":0.1,"e":1e3}}');
});

test.each([
  ["2026-01-01T09:30:00+02:00", "2026-01-01T09:30:00+02:00"],
  ["2026-01-01 09:30:00.5", "2026-01-01T09:30:00.5Z"],
  ["2026-01-01T09:30:00+0200", "2026-01-01T09:30:00+02:00"],
  [1767259800123, "2026-01-01T09:30:00.123Z"],
  [1767259800, "2026-01-01T09:30:00.000Z"],
  ["1767259800123", "2026-01-01T09:30:00.123Z"],
  ["2026-02-30T00:00:00Z", undefined],
  ["yesterday", undefined],
  [{ $date: 1 }, undefined],
  [1e300, undefined],
])("the time %p is read as %p", (timestamp, time) => {
  expect(adapt("segment", "/v1/track", JSON.stringify({ timestamp })).events[0]?.time).toBe(time);
});

test("an id that no attribute can hold becomes its hash, and such a subject stays in the data", () => {
  const message = { messageId: "x".repeat(2_000), userId: "a\u0000b", anonymousId: 42 };
  const [event] = adapt("segment", "/v1/track", JSON.stringify(message)).events;
  expect(event?.id).toMatch(/^sha256-[\w-]{43}$/);
  expect(event?.subject).toBe("42");
});

test("the settings of Segment's CDN send events here and switch everything else off", () => {
  const { ofHead, answer, events } = adapt("segment", "/v1/projects/w%20k/settings", "", { method: "GET" });
  expect(ofHead).toEqual({ by: "url-key", value: "w k" });
  expect(events).toEqual([]);
  const { integrations } = JSON.parse(String(answer.body)) as { integrations: unknown };
  expect(integrations).toEqual({ "Segment.io": { apiKey: "w k", apiHost: "ingest.example/v1" } });
});

test("the pixel carries its message in the query", () => {
  const data = Buffer.from(JSON.stringify({ ...track, writeKey: "wk" })).toString("base64");
  const { ofBody, events, answer } = adapt("segment", `/v1/pixel/page?data=${encodeURIComponent(data)}`, "", {
    method: "GET",
  });
  expect(ofBody).toEqual({ by: "write-key", value: "wk" });
  expect(events[0]).toMatchObject({ type: "segment.page", id: track.messageId });
  expect(answer.headers).toMatchObject({ "content-type": "image/gif" });
});

test("RudderStack's answer is its own, and its source has no destinations", () => {
  const { events, answer } = adapt("rudderstack", "/v1/batch", JSON.stringify({ batch: [track] }));
  expect(events[0]).toMatchObject({ type: "rudderstack.track", id: track.messageId });
  expect(answer).toMatchObject({ status: 200, body: "OK" });
  const config = adapt("rudderstack", "/sourceConfig/?writeKey=wk&v=3", "", { method: "GET" });
  expect(config.ofHead).toEqual({ by: "url-key", value: "wk" });
  expect(JSON.parse(String(config.answer.body))).toMatchObject({ source: { enabled: true, destinations: [] } });
});

test("a request of RudderStack's SDKs names its protocol", () => {
  const endpoint = findEndpoints("POST", "/v1/batch")?.endpoints.find(({ adapter }) => adapter === "rudderstack");
  const namesProtocol = (name: string) => {
    const body = Buffer.from(JSON.stringify({ batch: [{ ...track, context: { library: { name } } }] }));
    const head = { method: "POST", path: "/v1/batch", query: new URLSearchParams(), headers: {} };
    return endpoint?.open({ ...head, body }).namesProtocol;
  };
  expect(namesProtocol("rudder-analytics-python")).toBe(true);
  expect(namesProtocol("analytics-node")).toBe(false);
});

test("both protocols have the batch, and no other path", () => {
  expect(findEndpoints("POST", "/v1/batch")?.endpoints.map(({ adapter }) => adapter)).toEqual([
    "segment",
    "rudderstack",
  ]);
  expect(findEndpoints("GET", "/v1/batch")).toEqual({ methods: ["POST"], endpoints: [] });
  expect(findEndpoints("POST", "/v1/constructor")).toBeUndefined();
});

test("a body that is nested without end is refused before it is parsed", () => {
  expect(() => adapt("segment", "/v1/batch", "[".repeat(1_000_000))).toThrow(
    expect.objectContaining({ code: "event-too-deep" }),
  );
});

test.each([
  ["", "empty-body"],
  ["[]", "event-not-an-object"],
  ["{", "malformed-json"],
  ['{"batch":{}}', "event-not-an-object"],
])("the body %p is refused with %s", (body, code) => {
  expect(() => adapt("segment", "/v1/batch", body)).toThrow(expect.objectContaining({ code }));
});

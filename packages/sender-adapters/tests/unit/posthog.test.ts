import { gzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { adapt, source } from "../support/adapt.ts";

const event = {
  event: "order completed",
  uuid: "0197-u",
  distinct_id: "u1",
  timestamp: "2026-01-01T09:30:00.123Z",
  properties: { total: 3 },
};

test("an event of the batch keeps its uuid, time, person and properties; the key is not stored", () => {
  const body = JSON.stringify({ api_key: "phc", batch: [{ ...event, api_key: "phc" }], sent_at: "later" });
  const { events, ofBody, answer } = adapt("posthog", "/batch/", body);
  expect(ofBody).toEqual({ by: "write-key", value: "phc" });
  expect(events).toEqual([
    {
      specversion: "1.0",
      id: "0197-u",
      source,
      type: "posthog.capture",
      subject: "u1",
      time: "2026-01-01T09:30:00.123Z",
      data: { ...event, sent_at: "later" },
    },
  ]);
  expect(JSON.parse(String(answer.body))).toEqual({ status: 1 });
});

test.each(["/capture/", "/capture", "/e/", "/i/v0/e/", "/track/"])("%s takes one event", (path) => {
  const body = JSON.stringify({ ...event, api_key: "phc" });
  expect(adapt("posthog", path, body).events[0]).toMatchObject({ id: "0197-u" });
});

test("PostHog's own events have types of their own", () => {
  const body = JSON.stringify({ ...event, event: "$pageview" });
  expect(adapt("posthog", "/e/", body).events[0]?.type).toBe("posthog.pageview");
});

const browser = {
  event: "$pageview",
  uuid: "b1",
  properties: { token: "phc", distinct_id: "d1", a: "ü+/" },
  offset: 1_500,
};
const encoded = Buffer.from(JSON.stringify([browser])).toString("base64");

test.each([
  ["an array", JSON.stringify([browser])],
  ["Base64 in a form", `data=${encodeURIComponent(encoded)}`],
  ["Base64 in a form whose plus signs were not escaped", `data=${encoded}&compression=base64`],
  ["Base64 alone", encoded],
  ["gzip in Base64", `data=${encodeURIComponent(gzipSync(JSON.stringify([browser])).toString("base64"))}`],
  ["JSON in a form", `data=${encodeURIComponent(JSON.stringify(browser))}`],
])("the browser SDK's body as %s is read", (_kind, body) => {
  const { events, ofBody } = adapt("posthog", "/e/?ip=1&ver=1", body);
  expect(ofBody).toEqual({ by: "write-key", value: "phc" });
  expect(events[0]).toMatchObject({ id: "b1", subject: "d1", time: "2025-12-31T23:59:58.500Z" });
  expect(events[0]?.data).toEqual({ ...browser, properties: { distinct_id: "d1", a: "ü+/" } });
});

test("an event in the query is read, and answered with a pixel where one is asked for", () => {
  const { events, answer } = adapt("posthog", `/e/?data=${encodeURIComponent(encoded)}&img=1`, "", { method: "GET" });
  expect(events).toHaveLength(1);
  expect(answer.headers).toMatchObject({ "content-type": "image/gif" });
});

test("an event without a name keeps its place as a fault", () => {
  const { messages } = adapt("posthog", "/batch/", JSON.stringify({ api_key: "phc", batch: [event, { a: 1 }] }));
  expect(messages[1]).toMatchObject({ fault: { code: "event-not-an-object" } });
});

test("flags and remote configuration are there and empty, so that the SDK goes on", () => {
  const flags = adapt("posthog", "/flags/?v=2", JSON.stringify({ token: "phc", distinct_id: "d" }));
  expect(flags.ofBody).toEqual({ by: "write-key", value: "phc" });
  expect(flags.events).toEqual([]);
  const empty = { flags: {}, featureFlags: {}, errorsWhileComputingFlags: false, sessionRecording: false };
  expect(JSON.parse(String(flags.answer.body))).toMatchObject(empty);
  const config = adapt("posthog", "/array/phc/config", "", { method: "GET" });
  expect(config.ofHead).toEqual({ by: "url-key", value: "phc" });
  expect(JSON.parse(String(config.answer.body))).toMatchObject({ hasFeatureFlags: false });
});

test("a decompression bomb in the form is refused", () => {
  const bomb = gzipSync(Buffer.alloc(8_000_000)).toString("base64");
  expect(() => adapt("posthog", "/e/", `data=${encodeURIComponent(bomb)}`)).toThrow(
    expect.objectContaining({ code: "malformed-content-encoding" }),
  );
});

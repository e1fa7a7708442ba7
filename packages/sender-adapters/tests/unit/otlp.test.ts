import { expect, test } from "@jest/globals";
import { findEndpoints } from "../../src/index.ts";
import { adapt, source } from "../support/adapt.ts";

const resource = { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] };
const scope = { name: "x", version: "1" };
const record = {
  timeUnixNano: "1767259800123456789",
  eventName: "shop.click",
  body: { stringValue: "hi" },
  attributes: [
    { key: "session.id", value: { stringValue: "s1" } },
    { key: "n", value: { intValue: "12345678901234567890" } },
  ],
  traceId: "5B8EFFF798038103D269B633813FC60C",
  spanId: "EEE19B7EC3C1B174",
  flags: 1,
};
const body = (...logRecords: readonly unknown[]) =>
  JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] });

test("a log record with an event name is an event of that type, to the nanosecond, in its trace", () => {
  const { events, answer } = adapt("otlp", "/v1/logs", body(record));
  expect(events).toEqual([
    {
      specversion: "1.0",
      id: expect.stringMatching(/^sha256-/),
      source,
      type: "shop.click",
      subject: "s1",
      time: "2026-01-01T09:30:00.123456789Z",
      traceparent: "00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01",
      data: { resource, scope, logRecord: record },
    },
  ]);
  expect(answer).toMatchObject({ status: 200, body: "{}" });
});

test("the same record sent again is the same event, and `log.record.uid` names it where there is one", () => {
  const [first] = adapt("otlp", "/v1/logs", body(record)).events;
  const [second] = adapt("otlp", "/v1/logs", body(record, { ...record, eventName: "y" })).events;
  expect(first?.id).toBe(second?.id);
  const attributes = [{ key: "log.record.uid", value: { stringValue: "01H" } }];
  expect(adapt("otlp", "/v1/logs", body({ ...record, attributes })).events[0]?.id).toBe("01H");
});

test("the older attribute `event.name` counts, and so do the names of protobuf's other spelling", () => {
  const attributes = [{ key: "event.name", value: { stringValue: "old.click" } }];
  const old = { time_unix_nano: "1767259800000000000", attributes };
  const text = JSON.stringify({ resource_logs: [{ scope_logs: [{ log_records: [old] }] }] });
  expect(adapt("otlp", "/v1/logs", text).events[0]).toMatchObject({
    type: "old.click",
    time: "2026-01-01T09:30:00.000000000Z",
  });
});

test("records without an event name are told as a partial success", () => {
  const { messages } = adapt("otlp", "/v1/logs", body(record, { body: {} }));
  expect(messages[1]).toMatchObject({ fault: { detail: "The log record has no event name." } });
  const refused = [{ index: 1, code: "event-not-an-object", detail: "The log record has no event name." }];
  expect(JSON.parse(String(adapt("otlp", "/v1/logs", body(record), { refused }).answer.body))).toEqual({
    partialSuccess: { rejectedLogRecords: "1", errorMessage: "The log record has no event name." },
  });
});

test("protobuf is refused before the body is read, in protobuf", () => {
  const head = {
    method: "POST",
    path: "/v1/logs",
    query: new URLSearchParams(),
    headers: { "content-type": "application/x-protobuf" },
  };
  const [endpoint] = findEndpoints("POST", "/v1/logs")?.endpoints ?? [];
  expect(() => endpoint?.credentialOf(head)).toThrow(expect.objectContaining({ code: "unsupported-media-type" }));
  const problem = { status: 415, code: "unsupported-media-type", detail: "Send JSON." };
  const answer = endpoint?.answerProblem?.(problem, head);
  expect(answer?.headers).toEqual({ "content-type": "application/x-protobuf" });
  // Field 1, varint 3 (INVALID_ARGUMENT); field 2, 34 bytes of text.
  expect([...Buffer.from(answer?.body ?? "").subarray(0, 4)]).toEqual([0x08, 3, 0x12, 34]);
});

import { expect, test } from "@jest/globals";
import { findEndpoints } from "../../src/index.ts";
import { adapt, source } from "../support/adapt.ts";

const tp2 = "/com.snowplowanalytics.snowplow/tp2";
const settings = { appIds: ["shop", "shop-ios"] };
const pageView = { e: "pv", eid: "e1", aid: "shop", dtm: "1767259800123", duid: "d1", url: "https://shop.example/" };
const click = { schema: "iglu:com.acme/click/jsonschema/1-0-0", data: { x: 1 } };
const unstruct = { schema: "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0", data: click };
const user = { schema: "iglu:com.acme/user/jsonschema/2-0-0", data: { plan: "pro" } };
const contexts = { schema: "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1", data: [user] };

const post = (...data: readonly unknown[]) =>
  JSON.stringify({ schema: "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4", data });

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a payload keeps its id, device time, user and parameters", () => {
  const { events, ofBody, answer } = adapt("snowplow", tp2, post(pageView), { settings });
  expect(ofBody).toEqual({ by: "app-id", value: "shop" });
  expect(events).toEqual([
    {
      specversion: "1.0",
      id: "e1",
      source,
      type: "snowplow.page_view",
      subject: "d1",
      time: "2026-01-01T09:30:00.123Z",
      dataschema: undefined,
      data: pageView,
    },
  ]);
  expect(answer.status).toBe(200);
});

test.each([
  ["plain", { ue_pr: JSON.stringify(unstruct), co: JSON.stringify(contexts) }],
  ["in Base64", { ue_px: base64(unstruct), cx: base64(contexts) }],
])("a self-describing event and its contexts, %s, keep their `iglu:` names", (_kind, parameters) => {
  const [event] = adapt("snowplow", tp2, post({ ...pageView, e: "ue", ...parameters }), { settings }).events;
  expect(event).toMatchObject({ type: "snowplow.unstruct", dataschema: click.schema });
  expect(event?.data).toEqual({
    ...pageView,
    e: "ue",
    event: click,
    contexts: [{ dataschema: user.schema, data: user.data }],
  });
});

test("a self-describing event that cannot be read stays as it came", () => {
  const [event] = adapt("snowplow", tp2, post({ ...pageView, e: "ue", ue_px: "%%%", co: "{" }), { settings }).events;
  expect(event?.data).toMatchObject({ ue_px: "%%%", co: "{" });
  expect(event?.dataschema).toBeUndefined();
});

test("the true timestamp wins, and the user id before the device", () => {
  const payload = { ...pageView, ttm: "1767259900000", uid: "u1" };
  const [event] = adapt("snowplow", tp2, post(payload), { settings }).events;
  expect(event).toMatchObject({ time: "2026-01-01T09:31:40.000Z", subject: "u1" });
});

test("a retry whose `stm` is another one is the same event, also without `eid`", () => {
  const idOf = (stm: string) =>
    adapt("snowplow", tp2, post({ ...pageView, eid: undefined, stm }), { settings }).events[0]?.id;
  expect(idOf("1")).toBe(idOf("2"));
});

test("an app id of another key is refused, so that no tenant gets another one's event", () => {
  const { messages } = adapt("snowplow", tp2, post(pageView, { ...pageView, aid: "bank" }, null), { settings });
  expect(messages.map((message) => "fault" in message)).toEqual([false, true, true]);
});

test("the pixel and a path of one's own are taken; redirects are not", () => {
  const query = new URLSearchParams(pageView).toString();
  const { events, ofHead, answer } = adapt("snowplow", `/i?${query}`, "", { method: "GET", settings });
  expect(ofHead).toEqual({ by: "app-id", value: "shop" });
  expect(events[0]).toMatchObject({ id: "e1", data: pageView });
  expect(answer.headers).toEqual({ "content-type": "image/gif", "cache-control": "no-store" });
  expect(Buffer.from(answer.body).subarray(0, 6).toString("latin1")).toBe("GIF89a");
  expect(adapt("snowplow", "/com.acme/track", post(pageView), { settings }).events).toHaveLength(1);
  expect(() => adapt("snowplow", "/r/tp2?u=https://evil.example", "", { method: "GET", settings })).toThrow(
    expect.objectContaining({ code: "redirect-refused" }),
  );
  expect(findEndpoints("POST", "/v1/unknown")).toBeUndefined();
});

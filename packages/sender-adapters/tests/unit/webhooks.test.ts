import { createHmac } from "node:crypto";
import { expect, test } from "@jest/globals";
import { adapt, nowMs, source } from "../support/adapt.ts";

const secrets = ["It's a Secret to Everybody", "the next one"];
const sign = (text: string, secret: string) => createHmac("sha256", secret).update(text).digest("hex");

const push = JSON.stringify({
  action: "opened",
  repository: { full_name: "octo/repo" },
  head_commit: { timestamp: "2026-01-01T09:30:00+01:00" },
});

const gitHubHeaders = (signature: string) => ({
  "x-hub-signature-256": signature,
  "x-github-event": "pull_request",
  "x-github-delivery": "72d3162e-cc78",
  "content-type": "application/json",
});

test("the signature of GitHub's documentation is verified", () => {
  const signature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const headers = gitHubHeaders(`sha256=${signature}`);
  // "Hello, World!" is what the documentation signs; it is no JSON, which is found after the signature.
  expect(() =>
    adapt("github", "/v1/webhooks/github/octo", "Hello, World!", { headers, settings: { secrets } }),
  ).toThrow(expect.objectContaining({ code: "malformed-json" }));
});

test.each(secrets)("a delivery signed with %p keeps its id, and a redelivery has the same", (secret) => {
  const headers = gitHubHeaders(`sha256=${sign(push, secret)}`);
  const { events, ofHead, answer } = adapt("github", "/v1/webhooks/github/octo", push, {
    headers,
    settings: { secrets },
  });
  expect(ofHead).toEqual({ by: "key-name", value: "octo" });
  expect(events).toEqual([
    {
      specversion: "1.0",
      id: "72d3162e-cc78",
      source,
      type: "com.github.pull_request.opened",
      subject: "octo/repo",
      time: "2026-01-01T09:30:00+01:00",
      data: JSON.parse(push) as unknown,
    },
  ]);
  expect(answer.status).toBe(202);
});

test("a delivery as a form is read", () => {
  const body = `payload=${encodeURIComponent(push)}`;
  const headers = {
    ...gitHubHeaders(`sha256=${sign(body, "It's a Secret to Everybody")}`),
    "content-type": "application/x-www-form-urlencoded",
  };
  expect(adapt("github", "/v1/webhooks/github/octo", body, { headers, settings: { secrets } }).events).toHaveLength(1);
});

test.each([
  ["another secret", `sha256=${sign(push, "wrong")}`],
  ["another body", `sha256=${sign(`${push} `, "It's a Secret to Everybody")}`],
  ["SHA-1", "sha1=0000000000000000000000000000000000000000"],
  ["no signature", ""],
  ["a short one", "sha256=00"],
])("GitHub's signature by %s is refused", (_kind, signature) => {
  const headers = gitHubHeaders(signature);
  expect(() => adapt("github", "/v1/webhooks/github/octo", push, { headers, settings: { secrets } })).toThrow(
    expect.objectContaining({ code: "invalid-signature" }),
  );
});

test("nothing is verified with no secret", () => {
  const headers = gitHubHeaders(`sha256=${sign(push, "")}`);
  expect(() => adapt("github", "/v1/webhooks/github/octo", push, { headers })).toThrow(
    expect.objectContaining({ code: "invalid-signature" }),
  );
});

const charge = JSON.stringify({
  id: "evt_1",
  type: "charge.succeeded",
  created: 1_767_259_800,
  data: { object: { id: "ch_1", customer: "cus_1" } },
});
const nowSeconds = nowMs / 1_000;

const stripeHeaders = (seconds: number, secret: string, scheme = "v1") => ({
  "stripe-signature": `t=${seconds},v0=00,${scheme}=${"0".repeat(64)},${scheme}=${sign(`${seconds}.${charge}`, secret)}`,
});

test("a Stripe event signed within the tolerance is read", () => {
  const headers = stripeHeaders(nowSeconds - 299, "the next one");
  const { events } = adapt("stripe", "/v1/webhooks/stripe/pay", charge, { headers, settings: { secrets } });
  expect(events[0]).toMatchObject({
    id: "evt_1",
    type: "com.stripe.charge.succeeded",
    subject: "cus_1",
    time: "2026-01-01T09:30:00.000Z",
  });
});

test.each([
  ["too old", stripeHeaders(nowSeconds - 301, "the next one")],
  ["from the future", stripeHeaders(nowSeconds + 301, "the next one")],
  ["by another secret", stripeHeaders(nowSeconds, "wrong")],
  ["of another scheme", stripeHeaders(nowSeconds, "the next one", "v2")],
  ["missing", {}],
])("a Stripe signature that is %s is refused", (_kind, headers) => {
  expect(() => adapt("stripe", "/v1/webhooks/stripe/pay", charge, { headers, settings: { secrets } })).toThrow(
    expect.objectContaining({ code: "invalid-signature" }),
  );
});

test("the tolerance of a key may be another one", () => {
  const headers = stripeHeaders(nowSeconds - 500, "the next one");
  const settings = { secrets, toleranceSeconds: 600 };
  expect(adapt("stripe", "/v1/webhooks/stripe/pay", charge, { headers, settings }).events).toHaveLength(1);
});

test("Event Grid's validation is answered with its code, and its events keep their identity", () => {
  const validation = {
    id: "v",
    eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
    data: { validationCode: "512d38b6" },
  };
  const answer = adapt("event-grid", "/v1/webhooks/event-grid?key=wk", JSON.stringify([validation]));
  expect(answer.ofHead).toEqual({ by: "url-key", value: "wk" });
  expect(answer.events).toEqual([]);
  expect(answer.answer).toMatchObject({ status: 200, body: '{"validationResponse":"512d38b6"}' });
  const blob = {
    id: "831e1650",
    eventType: "Microsoft.Storage.BlobCreated",
    subject: "/blobServices/default",
    eventTime: "2026-01-01T09:30:00.4812999Z",
    data: {},
  };
  const { events } = adapt("event-grid", "/v1/webhooks/event-grid?key=wk", JSON.stringify([blob]));
  expect(events[0]).toMatchObject({ id: blob.id, type: blob.eventType, subject: blob.subject, time: blob.eventTime });
});

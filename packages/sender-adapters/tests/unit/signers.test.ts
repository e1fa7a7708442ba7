import { expect, test } from "@jest/globals";
import { sign, verify } from "@octokit/webhooks-methods";
import Stripe from "stripe";
import { adapt, nowMs } from "../support/adapt.ts";

// Signatures made by the senders' own libraries, which know nothing of the code that verifies them here.
const secret = "whsec_of-both-sides";
const settings = { secrets: [secret] };
const texts = [
  '{"id":"evt_1","type":"a.b"}',
  '{"id":"evt_2","type":"a.b","data":{"name":"Zoë 🛒","text":"\\u0000\\n"}}',
];

test.each(texts)("a delivery that GitHub's library signs is taken: %s", async (text) => {
  const signature = await sign(secret, text);
  expect(await verify(secret, text, signature)).toBe(true);
  const headers = { "x-hub-signature-256": signature, "x-github-event": "push", "x-github-delivery": "d-1" };
  const deliver = (body: string) => adapt("github", "/v1/webhooks/github/octo", body, { headers, settings });
  expect(deliver(text).events).toMatchObject([{ id: "d-1", type: "com.github.push", data: JSON.parse(text) }]);
  expect(() => deliver(`${text}\n`)).toThrow(expect.objectContaining({ code: "invalid-signature" }));
});

test.each(texts)("an event that Stripe's library signs is taken: %s", (payload) => {
  const { webhooks } = new Stripe("sk_test_none");
  const send = (timestamp: number, by = secret) => {
    const header = webhooks.generateTestHeaderString({ payload, secret: by, timestamp });
    const headers = { "stripe-signature": header };
    return adapt("stripe", "/v1/webhooks/stripe/pay", payload, { headers, settings }).events;
  };
  const nowSeconds = nowMs / 1_000;
  expect(send(nowSeconds)).toMatchObject([{ type: "com.stripe.a.b" }]);
  expect(() => send(nowSeconds, "whsec_another")).toThrow(expect.objectContaining({ code: "invalid-signature" }));
  expect(() => send(nowSeconds - 301)).toThrow(expect.objectContaining({ code: "invalid-signature" }));
});

import type { Adapter, Endpoint, ForeignRequest, ReadContext, ReadMessage } from "../adapter.ts";
import { answerJson } from "../answers.ts";
import { firstAttribute, readId, readTime } from "../attributes.ts";
import { isObject, parseJson, readText } from "../json-text.ts";
import { DEFAULT_SIGNATURE_TOLERANCE_SECONDS } from "../limits.ts";
import { unreadable } from "../messages.ts";
import { isSignedBy } from "../signature.ts";
import { createWebhookPath, invalidSignature, keyNameCredential } from "./webhook-path.ts";

const path = createWebhookPath("stripe");

/**
 * Stripe's webhooks, signed with `Stripe-Signature`.
 * @see https://docs.stripe.com/webhooks?verify=verify-manually
 */
export const stripe: Adapter = {
  name: "stripe",
  methodsOf: (requestPath) => (path.test(requestPath) ? ["POST"] : undefined),
  endpointOf: () => endpoint,
};

const endpoint: Endpoint = {
  adapter: "stripe",
  refusals: "refuse",
  credentialOf: (head) => keyNameCredential(path, head.path),
  open: (request) => ({
    read: (context) => {
      verify(request, context);
      return [readEvent(request, context)];
    },
    answer: ({ accepted }) => answerJson({ accepted }, 202),
  }),
};

function verify({ headers, body }: ForeignRequest, { settings, nowMs }: ReadContext): void {
  const header = headers["stripe-signature"];
  const items = typeof header === "string" ? header.split(",").map((item) => item.trim().split("=", 2)) : [];
  const timestamp = items.find(([name]) => name === "t")?.[1] ?? "";
  const signatures = items.flatMap(([name, value = ""]) =>
    name === "v1" && /^[\da-f]{64}$/i.test(value) ? [value] : [],
  );
  if (!/^\d{1,12}$/.test(timestamp) || signatures.length === 0) {
    throw invalidSignature("Expected the header `Stripe-Signature: t=<seconds>,v1=<64 hex digits>`.");
  }
  const toleranceSeconds = settings.toleranceSeconds ?? DEFAULT_SIGNATURE_TOLERANCE_SECONDS;
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > toleranceSeconds) {
    throw invalidSignature(`The signature is not from within ${toleranceSeconds} seconds of now.`);
  }
  const secrets = settings.secrets ?? [];
  if (!signatures.some((signature) => isSignedBy(secrets, signature, `${timestamp}.`, body))) {
    throw invalidSignature("`Stripe-Signature` was not made with a secret of this key over this body.");
  }
}

function readEvent(request: ForeignRequest, { settings }: ReadContext): ReadMessage {
  const data = parseJson(readText(request.body));
  if (!isObject(data)) return unreadable("Expected the body to be a JSON object.", data);
  const { id, type, created, account } = data;
  if (typeof type !== "string" || !/^[\w.]{1,200}$/.test(type)) {
    return unreadable("Expected `type` to name the event.", data);
  }
  const inner = isObject(data["data"]) ? data["data"] : {};
  const object = isObject(inner["object"]) ? inner["object"] : {};
  return {
    event: {
      specversion: "1.0",
      id: readId(id, data, "signed"),
      source: settings.source,
      type: `com.stripe.${type}`,
      subject: firstAttribute(object["customer"], object["id"], account),
      time: readTime(created),
      data,
    },
  };
}

import type { Adapter, Endpoint, ForeignRequest, ReadContext, ReadMessage } from "../adapter.ts";
import { answerJson } from "../answers.ts";
import { firstAttribute, readId, readTime } from "../attributes.ts";
import { isObject, parseJson, readText } from "../json-text.ts";
import { unreadable } from "../messages.ts";
import { isSignedBy } from "../signature.ts";
import { createWebhookPath, invalidSignature, keyNameCredential } from "./webhook-path.ts";

const path = createWebhookPath("github");

/**
 * GitHub's webhooks, signed with `X-Hub-Signature-256`. Type and subject follow CloudEvents' adapter for GitHub.
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 * @see https://github.com/cloudevents/spec/blob/main/cloudevents/adapters/github.md
 */
export const github: Adapter = {
  name: "github",
  methodsOf: (requestPath) => (path.test(requestPath) ? ["POST"] : undefined),
  endpointOf: () => endpoint,
};

const endpoint: Endpoint = {
  adapter: "github",
  refusals: "refuse",
  credentialOf: (head) => keyNameCredential(path, head.path),
  open: (request) => ({
    read: (context) => {
      verify(request, context);
      return [readDelivery(request, context)];
    },
    answer: ({ accepted }) => answerJson({ accepted }, 202),
  }),
};

function verify({ headers, body }: ForeignRequest, { settings }: ReadContext): void {
  const header = headers["x-hub-signature-256"];
  const [, signature] = typeof header === "string" ? (/^sha256=([\da-f]{64})$/i.exec(header.trim()) ?? []) : [];
  if (signature === undefined)
    throw invalidSignature("Expected the header `X-Hub-Signature-256: sha256=<64 hex digits>`.");
  if (!isSignedBy(settings.secrets ?? [], signature, body)) {
    throw invalidSignature("`X-Hub-Signature-256` was not made with a secret of this key over this body.");
  }
}

function readDelivery(request: ForeignRequest, { settings }: ReadContext): ReadMessage {
  const { headers } = request;
  const text = readText(request.body);
  // Neither body can be mistaken for the other, so that the content type need not be right.
  const data = parseJson(text.startsWith("payload=") ? (new URLSearchParams(text).get("payload") ?? "") : text);
  const name = headers["x-github-event"];
  if (!isObject(data)) return unreadable("Expected the payload to be a JSON object.", data);
  if (typeof name !== "string" || !/^\w{1,100}$/.test(name)) {
    return unreadable("Expected the header `X-GitHub-Event` to name the event.", data);
  }
  const { action, repository, organization, sender } = data;
  const suffix = typeof action === "string" && /^\w{1,100}$/.test(action) ? `.${action}` : "";
  return {
    event: {
      specversion: "1.0",
      id: readId(headers["x-github-delivery"], data, "signed"),
      source: settings.source,
      type: `com.github.${name}${suffix}`,
      subject: firstAttribute(member(repository, "full_name"), member(organization, "login"), member(sender, "login")),
      time: readTime(member(data["head_commit"], "timestamp")),
      data,
    },
  };
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

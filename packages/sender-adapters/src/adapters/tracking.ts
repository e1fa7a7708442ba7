import type { AdaptedEvent, ForeignRequest, ReadContext, ReadMessage } from "../adapter.ts";
import { AdapterError } from "../adapter-error.ts";
import { clientAttributes, firstAttribute, readId, readTime } from "../attributes.ts";
import { isObject, type JsonObject, parseJson, readText } from "../json-text.ts";
import { readMessages, unreadable } from "../messages.ts";
import type { AdapterName } from "../settings.ts";

/** The calls of the tracking API that Segment published and RudderStack took over, by the last part of their path. */
const callOfPath: Readonly<Record<string, string>> = {
  track: "track",
  t: "track",
  page: "page",
  p: "page",
  screen: "screen",
  s: "screen",
  identify: "identify",
  i: "identify",
  group: "group",
  g: "group",
  alias: "alias",
  a: "alias",
  merge: "merge",
  batch: "batch",
  b: "batch",
  import: "batch",
};

/** The call that a path makes: `batch`, or the type of its one message. */
export function trackingCallOf(path: string): string | undefined {
  const [, name = ""] = /^\/(?:beacon\/)?v1\/([a-z]+)\/?$/.exec(path) ?? [];
  return Object.hasOwn(callOfPath, name) ? callOfPath[name] : undefined;
}

/** Returns the object of a request of the tracking API, whatever its content type is. @throws AdapterError */
export function readTrackingBody(request: ForeignRequest): JsonObject {
  const body = parseJson(readText(request.body));
  if (!isObject(body)) throw new AdapterError("event-not-an-object", "Expected the body to be a JSON object.");
  return body;
}

/** Members of a batch that stand for each of its messages that does not have them itself. */
const sharedMembers = ["context", "integrations", "sentAt"] as const;

/** Reads the messages of a call, see README for each field. @throws AdapterError */
export function readTrackingMessages(
  adapter: AdapterName,
  call: string,
  body: JsonObject,
  context: ReadContext,
): ReadMessage[] {
  if (call !== "batch") return readMessages([body], (message) => readMessage(adapter, call, message, context));
  const { batch } = body;
  if (!Array.isArray(batch))
    throw new AdapterError("event-not-an-object", "Expected `batch` to be an array of messages.");
  return readMessages(batch, (message) => {
    const shared = sharedMembers.filter((name) => body[name] !== undefined && message[name] === undefined);
    const whole = { ...message, ...Object.fromEntries(shared.map((name) => [name, body[name]])) };
    const { type } = message;
    if (typeof type === "string" && /^[a-z]{1,32}$/i.test(type)) {
      return readMessage(adapter, type.toLowerCase(), whole, context, message);
    }
    return unreadable("Expected `type` to be track, page, screen, identify, group or alias.", message);
  });
}

function readMessage(
  adapter: AdapterName,
  type: string,
  message: JsonObject,
  { settings, mayForwardClient }: ReadContext,
  /** The fields that a retry repeats: `sentAt` of the batch may differ then. */
  identity: JsonObject = message,
): ReadMessage {
  const { messageId, userId, anonymousId, previousId } = message;
  const time = readTime(message["timestamp"]) ?? readTime(message["originalTimestamp"]);
  const client = isObject(message["context"]) ? message["context"] : {};
  // The write key is who sends, and no part of what happened.
  const { writeKey: _key, ...data } = message;
  const event: AdaptedEvent = {
    specversion: "1.0",
    id: readId(messageId, identity, time),
    source: settings.source,
    type: `${adapter}.${type}`,
    subject: firstAttribute(userId, anonymousId, previousId),
    time,
    ...(mayForwardClient && clientAttributes(client["ip"], client["userAgent"])),
    data,
  };
  return { event };
}

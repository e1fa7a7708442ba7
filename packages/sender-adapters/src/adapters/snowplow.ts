import type { Adapter, Answer, Credential, Endpoint, ForeignRequest, ReadContext, ReadMessage } from "../adapter.ts";
import { AdapterError } from "../adapter-error.ts";
import { answerPixel, answerText } from "../answers.ts";
import { clientAttributes, firstAttribute, readAttribute, readId, readTime } from "../attributes.ts";
import { isObject, type JsonObject, parseJson, readText } from "../json-text.ts";
import { MAX_SCHEMA_CHARACTERS } from "../limits.ts";
import { readMessages, unreadable } from "../messages.ts";

/** `/com.snowplowanalytics.snowplow/tp2`, and what a tracker was told to use instead: a vendor and a version. */
const vendorPath = /^\/(?!r\/)[a-z][a-z\d-]*(?:\.[a-z\d_-]+)+\/[\w.-]+\/?$/i;
const pixelPath = /^\/(?:i|ice\.png)\/?$/;
const redirectPath = /^\/r\/[\w.-]+\/?$/;

/**
 * The Snowplow tracker protocol: `POST` of `payload_data`, and `GET` with the pixel.
 * @see https://docs.snowplow.io/docs/fundamentals/canonical-event/
 * @see https://docs.snowplow.io/docs/sources/snowplow-tracker-protocol/
 */
export const snowplow: Adapter = {
  name: "snowplow",
  methodsOf: (path) => {
    if (pixelPath.test(path) || redirectPath.test(path)) return ["GET"];
    return vendorPath.test(path) ? ["POST", "GET"] : undefined;
  },
  endpointOf: (method, path) => {
    if (redirectPath.test(path)) return redirectEndpoint;
    return method === "GET" ? pixelEndpoint : postEndpoint;
  },
};

const postEndpoint: Endpoint = {
  adapter: "snowplow",
  refusals: "store",
  // The protocol has no credential but the app id, which stands in the body.
  credentialOf: () => undefined,
  open: (request) => {
    const payloads = readPayloads(request);
    return {
      credential: appIdCredential(payloads),
      read: (context) => readMessages(payloads, (payload) => readPayload(payload, context)),
      answer: () => answerText("ok"),
    };
  },
};

const pixelEndpoint: Endpoint = {
  adapter: "snowplow",
  refusals: "store",
  credentialOf: ({ query }) => appIdCredential([Object.fromEntries(query)]),
  open: ({ query }) => ({
    read: (context) => [readPayload(Object.fromEntries(query), context)],
    answer: (): Answer => answerPixel(),
  }),
};

const redirectEndpoint: Endpoint = {
  adapter: "snowplow",
  refusals: "store",
  credentialOf: () => {
    throw new AdapterError(
      "redirect-refused",
      "Redirects are not made; send the event with `GET /i` and link directly.",
    );
  },
  open: () => ({ read: () => [], answer: () => answerText("") }),
};

/** @throws AdapterError */
function readPayloads(request: ForeignRequest): readonly unknown[] {
  const body = parseJson(readText(request.body));
  if (!isObject(body) || !Array.isArray(body["data"])) {
    const detail = 'Expected `{ "schema": "iglu:…/payload_data/…", "data": [ … ] }`, as Snowplow\'s trackers send it.';
    throw new AdapterError("event-not-an-object", detail);
  }
  return body["data"];
}

function appIdCredential(payloads: readonly unknown[]): Credential | undefined {
  for (const payload of payloads) {
    const value = isObject(payload) ? payload["aid"] : undefined;
    if (typeof value === "string" && value !== "") return { by: "app-id", value };
  }
  return undefined;
}

/** Types of events by the parameter `e`; a name that is not here stands for itself. */
const typeOfCode: Readonly<Record<string, string>> = {
  pv: "page_view",
  pp: "page_ping",
  se: "struct",
  ue: "unstruct",
  tr: "transaction",
  ti: "transaction_item",
};

function readPayload(payload: JsonObject, { settings, mayForwardClient }: ReadContext): ReadMessage {
  const { e, eid, aid, ttm, dtm, uid, duid, nuid, tnuid, ip, ua } = payload;
  if (typeof e !== "string" || !/^\w{1,64}$/.test(e))
    return unreadable("Expected `e` to name a type of event.", payload);
  // A request is stored under the key of its first app id; another one's events would get the wrong tenant.
  const { appIds = [] } = settings;
  if (typeof aid === "string" && !appIds.includes(aid) && !appIds.includes("*")) {
    return unreadable("The app id `aid` belongs to another key than that of the request's first event.", payload);
  }
  const { ue_px: _encodedEvent, ue_pr: _event, cx: _encodedContexts, co: _contexts, ...parameters } = payload;
  const selfDescribing = unwrap(readEmbedded(payload, "ue_pr", "ue_px"));
  const contexts = unwrap(readEmbedded(payload, "co", "cx"));
  const time = readTime(ttm) ?? readTime(dtm);
  return {
    event: {
      specversion: "1.0",
      id: readId(eid, { ...payload, stm: undefined }, time),
      source: settings.source,
      type: `snowplow.${Object.hasOwn(typeOfCode, e) ? typeOfCode[e] : e}`,
      subject: firstAttribute(uid, duid, nuid, tnuid),
      time,
      dataschema: isObject(selfDescribing) ? readAttribute(selfDescribing["schema"], MAX_SCHEMA_CHARACTERS) : undefined,
      ...(mayForwardClient && clientAttributes(ip, ua)),
      data: {
        ...parameters,
        // A text that cannot be read stays as it came.
        ...(isObject(selfDescribing) ? { event: selfDescribing } : pick(payload, "ue_pr", "ue_px")),
        ...(Array.isArray(contexts)
          ? { contexts: (contexts as readonly unknown[]).map(nameSchema) }
          : pick(payload, "co", "cx")),
      },
    },
  };
}

/** A context keeps its `iglu:` name as `dataschema`, as the event does. */
function nameSchema(context: unknown): unknown {
  if (!isObject(context) || typeof context["schema"] !== "string") return context;
  const { schema, ...rest } = context;
  return { dataschema: schema, ...rest };
}

function pick(payload: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(names.filter((name) => payload[name] !== undefined).map((name) => [name, payload[name]]));
}

/** The JSON of a parameter that comes as text or as Base64. */
function readEmbedded(payload: JsonObject, plain: string, encoded: string): unknown {
  const plainText = payload[plain];
  const encodedText = payload[encoded];
  try {
    if (typeof plainText === "string") return parseJson(plainText);
    // Trackers write Base64 for URLs; Node reads both alphabets.
    return typeof encodedText === "string" ? parseJson(readText(Buffer.from(encodedText, "base64"))) : undefined;
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    return undefined;
  }
}

/** The `data` of a self-describing wrapper such as `unstruct_event` and `contexts`. */
function unwrap(wrapper: unknown): unknown {
  return isObject(wrapper) ? wrapper["data"] : undefined;
}

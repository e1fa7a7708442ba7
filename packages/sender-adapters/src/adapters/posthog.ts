import { gunzipSync } from "node:zlib";
import type { Adapter, Answer, Credential, Endpoint, ForeignRequest, ReadContext, ReadMessage } from "../adapter.ts";
import { AdapterError } from "../adapter-error.ts";
import { answerJson, answerPixel } from "../answers.ts";
import { clientAttributes, firstAttribute, readId, readTime, timeOf } from "../attributes.ts";
import { credentialOfHead, urlKeyCredential, writeKeyCredential } from "../credentials.ts";
import { isObject, type JsonObject, parseJson, readText } from "../json-text.ts";
import { MAX_EMBEDDED_BYTES } from "../limits.ts";
import { readMessages, unreadable } from "../messages.ts";
import { readSettingsKey } from "./settings-key.ts";

const capturePath = /^\/(?:batch|capture|e|track|engage|i\/v\d+\/e)\/?$/;
const flagsPath = /^\/(?:decide|flags)\/?$/;
const configPath = /^\/array\/([^/]+)\/config\/?$/;

/**
 * PostHog's capture API, with what its SDKs ask for at their start: feature flags (none) and remote configuration (all
 * off).
 * @see https://posthog.com/docs/api/capture
 */
export const posthog: Adapter = {
  name: "posthog",
  methodsOf: (path) => {
    if (capturePath.test(path) || flagsPath.test(path)) return ["POST", "GET"];
    return configPath.test(path) ? ["GET"] : undefined;
  },
  endpointOf: (_method, path) => {
    if (configPath.test(path)) return configEndpoint;
    return flagsPath.test(path) ? flagsEndpoint : captureEndpoint;
  },
};

const captureEndpoint: Endpoint = {
  adapter: "posthog",
  refusals: "store",
  credentialOf: credentialOfRequest,
  open: (request) => {
    const body = readBody(request);
    return {
      credential: credentialOfBody(body),
      read: (context) => readMessages(listMessages(body), (message) => readMessage(message, context, body)),
      answer: () => (request.query.has("img") ? answerPixel() : answerJson({ status: 1 })),
    };
  },
};

const flagsEndpoint: Endpoint = {
  adapter: "posthog",
  refusals: "store",
  credentialOf: credentialOfRequest,
  open: (request) => ({
    credential: credentialOfBody(readBody(request)),
    read: () => [],
    answer: () => answerFlags(),
  }),
};

const configEndpoint: Endpoint = {
  adapter: "posthog",
  refusals: "store",
  credentialOf: ({ path }) => urlKeyCredential(readSettingsKey(configPath, path)),
  open: () => ({ read: () => [], answer: () => answerJson({ hasFeatureFlags: false, ...remoteConfig }) }),
};

/** Nothing that PostHog's own service would add: no recording, no surveys, no toolbar. */
const remoteConfig = {
  supportedCompression: ["gzip", "gzip-js", "base64"],
  config: { enable_collect_everything: true },
  autocapture_opt_out: false,
  captureDeadClicks: false,
  capturePerformance: false,
  autocaptureExceptions: false,
  heatmaps: false,
  sessionRecording: false,
  surveys: false,
  toolbarParams: {},
  isAuthenticated: false,
  siteApps: [],
  siteAppsJS: [],
  defaultIdentifiedOnly: true,
} as const;

/** No flags, in the shape of version 1 (`featureFlags`) and of version 2 (`flags`). */
function answerFlags(): Answer {
  return answerJson({
    ...remoteConfig,
    featureFlags: {},
    featureFlagPayloads: {},
    flags: {},
    errorsWhileComputingFlags: false,
    quotaLimited: [],
  });
}

function credentialOfRequest(head: Parameters<typeof credentialOfHead>[0]): Credential | undefined {
  return urlKeyCredential(head.query.get("api_key") ?? head.query.get("token")) ?? credentialOfHead(head);
}

/** JSON, a form or a query with `data=`, each perhaps in Base64 and perhaps gzip. @throws AdapterError */
function readBody(request: ForeignRequest): unknown {
  const inQuery = request.query.get("data");
  if (request.body.byteLength === 0 && inQuery !== null) return readEmbedded(inQuery);
  const text = readText(request.body);
  if (!/^\s*data=/.test(text)) return isBase64(text) ? readEmbedded(text.trim()) : parseJson(text);
  return readEmbedded(new URLSearchParams(text.trim()).get("data") ?? "");
}

const isBase64 = (text: string): boolean => /^\s*[A-Za-z\d+/_-]{8,}={0,2}\s*$/.test(text);

function readEmbedded(text: string): unknown {
  // An unescaped plus sign was read as a space.
  const base64 = text.replaceAll(" ", "+");
  if (!isBase64(base64)) return parseJson(text);
  const bytes = Buffer.from(base64, "base64");
  return parseJson(readText(bytes[0] === 0x1f && bytes[1] === 0x8b ? unzip(bytes) : bytes));
}

function unzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_EMBEDDED_BYTES });
  } catch {
    const detail = `The gzip in \`data\` is cut off, or larger than ${MAX_EMBEDDED_BYTES} bytes when decompressed.`;
    throw new AdapterError("malformed-content-encoding", detail, MAX_EMBEDDED_BYTES);
  }
}

/** The messages of a body: a batch, an array, or one. */
function listMessages(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  if (!isObject(body))
    throw new AdapterError("event-not-an-object", "Expected an event, an array of events or `batch`.");
  return Array.isArray(body["batch"]) ? body["batch"] : [body];
}

function credentialOfBody(body: unknown): Credential | undefined {
  const first = Array.isArray(body) ? body.find(isObject) : isObject(body) ? body : {};
  const key = keyOf(first ?? {});
  if (key !== undefined || !isObject(body) || !Array.isArray(body["batch"])) return key;
  return keyOf(body["batch"].find(isObject) ?? {});
}

function keyOf(message: JsonObject): Credential | undefined {
  const properties = isObject(message["properties"]) ? message["properties"] : {};
  return (
    writeKeyCredential(message["api_key"]) ??
    writeKeyCredential(message["token"]) ??
    writeKeyCredential(properties["token"])
  );
}

function readMessage(
  message: JsonObject,
  { settings, nowMs, mayForwardClient }: ReadContext,
  body: unknown,
): ReadMessage {
  const { event: name, uuid } = message;
  if (typeof name !== "string" || name === "")
    return unreadable("Expected `event` to be the name of the event.", message);
  const properties = isObject(message["properties"]) ? message["properties"] : {};
  const time = readTime(message["timestamp"]) ?? readTime(properties["timestamp"]);
  // The project key is who sends, and no part of what happened.
  const { api_key: _key, token: _token, ...data } = message;
  const { token: _own, ...ownProperties } = properties;
  return {
    event: {
      specversion: "1.0",
      id: readId(firstAttribute(uuid, properties["$insert_id"], message["messageId"]), message, time),
      source: settings.source,
      type: typeOf(name),
      subject: firstAttribute(message["distinct_id"], properties["distinct_id"]),
      time: time ?? readOffset(message["offset"], nowMs),
      ...(mayForwardClient && clientAttributes(properties["$ip"], properties["$raw_user_agent"])),
      data: {
        ...data,
        ...(isObject(message["properties"]) && { properties: ownProperties }),
        ...(isObject(body) && body !== message && body["sent_at"] !== undefined && { sent_at: body["sent_at"] }),
      },
    },
  };
}

/** PostHog's own events have names that begin with `$`; all others are an application's. */
function typeOf(name: string): string {
  return /^\$[\w-]{1,100}$/.test(name) ? `posthog.${name.slice(1)}` : "posthog.capture";
}

/** Milliseconds between the event and the request that carries it. */
function readOffset(offset: unknown, nowMs: number): string | undefined {
  return typeof offset === "number" && offset >= 0 ? timeOf(nowMs - offset) : undefined;
}

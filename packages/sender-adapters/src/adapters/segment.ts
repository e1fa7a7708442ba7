import type { Adapter, Answer, Endpoint, RequestHead } from "../adapter.ts";
import { answerJson, answerPixel } from "../answers.ts";
import { credentialOfHead, urlKeyCredential, writeKeyCredential } from "../credentials.ts";
import { readSettingsKey } from "./settings-key.ts";
import { readTrackingBody, readTrackingMessages, trackingCallOf } from "./tracking.ts";

const settingsPath = /^\/v1\/projects\/([^/]+)\/settings\/?$/;
const pixelPath = /^\/v1\/pixel\/([a-z]+)\/?$/;
/** Where the browser SDK counts its own calls; they are no events, so they are taken and not stored. */
const metricsPath = /^\/v1\/m\/?$/;

const succeeded: Answer = answerJson({ success: true });

/**
 * Segment's HTTP API, with the short paths of its browser and mobile SDKs, its pixel and the settings of its CDN.
 * @see https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/http-api
 */
export const segment: Adapter = {
  name: "segment",
  methodsOf: (path) => {
    if (trackingCallOf(path) !== undefined || metricsPath.test(path)) return ["POST"];
    return settingsPath.test(path) || pixelPath.test(path) ? ["GET"] : undefined;
  },
  endpointOf: (method, path) => {
    if (method === "GET") return settingsPath.test(path) ? settingsEndpoint : createPixelEndpoint(path);
    if (metricsPath.test(path)) return metricsEndpoint;
    const call = trackingCallOf(path);
    return call === undefined ? undefined : createCallEndpoint(call);
  },
};

function createCallEndpoint(call: string): Endpoint {
  return {
    adapter: "segment",
    refusals: "store",
    credentialOf: credentialOfHead,
    open: (request) => {
      const body = readTrackingBody(request);
      return {
        credential: writeKeyCredential(body["writeKey"]),
        read: (context) => readTrackingMessages("segment", call, body, context),
        answer: () => succeeded,
      };
    },
  };
}

/** https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/pixel-tracking-api */
function createPixelEndpoint(path: string): Endpoint | undefined {
  const call = trackingCallOf(`/v1/${pixelPath.exec(path)?.[1] ?? ""}`);
  if (call === undefined || call === "batch") return undefined;
  return {
    adapter: "segment",
    refusals: "store",
    credentialOf: credentialOfHead,
    open: (request) => {
      const body = readTrackingBody({ ...request, body: Buffer.from(request.query.get("data") ?? "", "base64") });
      return {
        credential: writeKeyCredential(body["writeKey"]),
        read: (context) => readTrackingMessages("segment", call, body, context),
        answer: answerPixel,
      };
    },
  };
}

const metricsEndpoint: Endpoint = {
  adapter: "segment",
  refusals: "store",
  credentialOf: credentialOfHead,
  open: () => ({ credential: undefined, read: () => [], answer: () => succeeded }),
};

const settingsEndpoint: Endpoint = {
  adapter: "segment",
  refusals: "store",
  credentialOf: ({ path }) => urlKeyCredential(readSettingsKey(settingsPath, path)),
  open: (head) => ({ read: () => [], answer: () => answerSettings(head) }),
};

/** The settings that the SDKs need: the address for events. Everything that Segment's own service would add is off. */
function answerSettings({ headers, path }: RequestHead): Answer {
  const host = headers["host"];
  const apiKey = readSettingsKey(settingsPath, path);
  const place =
    typeof host === "string" ? { apiHost: `${host}/v1`, ...(isLoopback(host) && { protocol: "http" }) } : {};
  return answerJson({
    integrations: { "Segment.io": { apiKey, ...place } },
    plan: { track: {}, identify: {}, group: {} },
    edgeFunction: {},
    metrics: { sampleRate: 0 },
    analyticsNextEnabled: true,
  });
}

/** True if a host is the own machine. The SDKs take https by default, and such a host has no certificate. */
function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host);
}

import type { Adapter, Answer, Endpoint } from "../adapter.ts";
import { answerJson, answerText } from "../answers.ts";
import { credentialOfHead, writeKeyCredential } from "../credentials.ts";
import { isObject, type JsonObject } from "../json-text.ts";
import { readTrackingBody, readTrackingMessages, trackingCallOf } from "./tracking.ts";

const sourceConfigPath = /^\/(?:v1\/)?sourceConfig\/?$/;

/**
 * RudderStack's HTTP API: Segment's calls, a beacon whose key is in the query, and the source configuration that the
 * browser and mobile SDKs ask for at their start.
 * @see https://www.rudderstack.com/docs/api/http-api/
 */
export const rudderstack: Adapter = {
  name: "rudderstack",
  methodsOf: (path) => {
    if (sourceConfigPath.test(path)) return ["GET"];
    return trackingCallOf(path) === undefined ? undefined : ["POST"];
  },
  endpointOf: (_method, path) => {
    if (sourceConfigPath.test(path)) return sourceConfigEndpoint;
    const call = trackingCallOf(path);
    return call === undefined ? undefined : createCallEndpoint(call);
  },
};

function createCallEndpoint(call: string): Endpoint {
  return {
    adapter: "rudderstack",
    refusals: "store",
    credentialOf: credentialOfHead,
    open: (request) => {
      const body = readTrackingBody(request);
      return {
        namesProtocol: isOfRudderSdk(body),
        credential: writeKeyCredential(body["writeKey"]),
        read: (context) => readTrackingMessages("rudderstack", call, body, context),
        answer: () => answerText("OK"),
      };
    },
  };
}

const sourceConfigEndpoint: Endpoint = {
  adapter: "rudderstack",
  refusals: "store",
  credentialOf: credentialOfHead,
  open: () => ({ read: () => [], answer: answerSourceConfig }),
};

/** A source without destinations: the SDKs send everything to the data plane and load nothing else. */
function answerSourceConfig(): Answer {
  return answerJson({
    source: {
      id: "millrace",
      name: "millrace",
      workspaceId: "millrace",
      enabled: true,
      config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
      destinations: [],
      dataplanes: {},
      connections: [],
    },
    isHosted: false,
    updatedAt: "1970-01-01T00:00:00.000Z",
  });
}

/**
 * Every SDK of RudderStack names itself in `context.library`: `rudder-analytics-python`, `RudderLabs JavaScript SDK`, …
 */
function isOfRudderSdk(body: JsonObject): boolean {
  const messages = Array.isArray(body["batch"]) ? (body["batch"] as readonly unknown[]) : [body];
  const context = memberOf(messages.find(isObject), "context") ?? body["context"];
  const name = memberOf(memberOf(context, "library"), "name");
  return typeof name === "string" && /rudder/i.test(name);
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

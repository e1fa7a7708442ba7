import type { Adapter, Endpoint, OpenedRequest, ReadContext, ReadMessage } from "../adapter.ts";
import { AdapterError } from "../adapter-error.ts";
import { answerJson } from "../answers.ts";
import { readAttribute, readId, readTime } from "../attributes.ts";
import { credentialOfHead } from "../credentials.ts";
import { isObject, type JsonObject, parseJson, readText } from "../json-text.ts";
import { MAX_TYPE_CHARACTERS } from "../limits.ts";
import { readMessages, unreadable } from "../messages.ts";

const path = /^\/v1\/webhooks\/event-grid\/?$/;

/**
 * Azure Event Grid in its own schema, with the event that validates a subscription. Subscriptions in the CloudEvents
 * schema need no adapter: they go to `/v1/events`.
 * @see https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 */
export const eventGrid: Adapter = {
  name: "event-grid",
  methodsOf: (requestPath) => (path.test(requestPath) ? ["POST"] : undefined),
  endpointOf: () => endpoint,
};

const endpoint: Endpoint = {
  adapter: "event-grid",
  refusals: "refuse",
  credentialOf: credentialOfHead,
  open: ({ body }) => open(body),
};

function open(body: Uint8Array): OpenedRequest {
  const events = parseJson(readText(body));
  if (!Array.isArray(events)) throw new AdapterError("event-not-an-object", "Expected an array of Event Grid events.");
  const validation = events.find((event) => isObject(event) && event["eventType"] === validationType) as unknown;
  const others = events.filter((event) => event !== validation);
  return {
    read: (context) => readMessages(others, (event) => readEvent(event, context)),
    answer: ({ accepted }) =>
      validation === undefined
        ? answerJson({ accepted }, 202)
        : answerJson({ validationResponse: readCode(validation as JsonObject) }),
  };
}

const validationType = "Microsoft.EventGrid.SubscriptionValidationEvent";

function readCode({ data }: JsonObject): unknown {
  return isObject(data) ? data["validationCode"] : undefined;
}

function readEvent(event: JsonObject, { settings }: ReadContext): ReadMessage {
  const type = readAttribute(event["eventType"], MAX_TYPE_CHARACTERS);
  if (type === undefined) return unreadable("Expected `eventType` to name the type of the event.", event);
  const time = readTime(event["eventTime"]);
  return {
    event: {
      specversion: "1.0",
      id: readId(event["id"], event, time),
      source: settings.source,
      type,
      subject: readAttribute(event["subject"]),
      time,
      data: event,
    },
  };
}

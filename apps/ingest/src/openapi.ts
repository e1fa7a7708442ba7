import { acceptedMediaTypes } from "./media-types.ts";
import { problems } from "./problems.ts";
import { maxAttributeCharacters, MAX_PREVIEW_EVENTS } from "./limits.ts";
import { acceptedEncodings } from "./read-body.ts";

/** The parts of the document that depend on how the service is set up. */
export interface OpenApiOptions {
  readonly maxBodyBytes: number;
}

const string = { type: "string" } as const;
const count = { type: "integer", minimum: 0 } as const;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: object) => ({ content: { "application/json": { schema } } });

/**
 * The service as an OpenAPI document, made from the tables that the code itself uses.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function createOpenApiDocument({ maxBodyBytes }: OpenApiOptions): Readonly<Record<string, unknown>> {
  return {
    openapi: "3.1.1",
    info: { title: "Millrace event service", version: "1", description: "Takes CloudEvents 1.0 over HTTP." },
    paths: {
      "/v1/events": { post: postEvents(maxBodyBytes) },
      "/v1/validate": { post: postValidate() },
      "/v1/problems/{code}": {
        get: {
          summary: "The page behind the `type` of a problem.",
          parameters: [{ name: "code", in: "path", required: true, schema: ref("ProblemCode") }],
          responses: { 200: { description: "The page.", content: { "text/html": {} } }, 404: problemResponse(404) },
        },
      },
      "/v1/openapi.json": {
        get: { summary: "This document.", responses: { 200: { description: "The document.", ...json({}) } } },
      },
    },
    components: { schemas, securitySchemes },
    security: [{ bearer: [] }, { basic: [] }],
  };
}

const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", description: "A write key." },
  basic: { type: "http", scheme: "basic", description: "A write key as the user name; the password is ignored." },
};

const statuses = [...new Set(Object.values(problems).map(({ status }) => status))].sort((a, b) => a - b);

const requestBody = () => ({
  required: true,
  content: Object.fromEntries(acceptedMediaTypes.map((type) => [type, { schema: bodySchemas[type] }])),
});

function postValidate(): object {
  return {
    summary: "Says what would become of events, and stores none.",
    description:
      `Takes what \`/v1/events\` takes, up to ${MAX_PREVIEW_EVENTS} events, and uses the quotas of the key. ` +
      "Values are masked with a key that is forgotten, so pseudonyms are not those of stored events.",
    requestBody: requestBody(),
    responses: {
      200: { description: "Each event, in the order of the request.", ...json(ref("Validated")) },
      ...Object.fromEntries(statuses.map((status) => [status, problemResponse(status)])),
    },
  };
}

function postEvents(maxBodyBytes: number): object {
  return {
    summary: "Stores events; answers when every accepted one is confirmed.",
    description:
      `A body has at most ${maxBodyBytes} bytes, also after decompression (${acceptedEncodings.join(", ")}). ` +
      "In CloudEvents binary mode the attributes are `ce-` headers, and the body is the data.",
    parameters: [
      { name: "Idempotency-Key", in: "header", schema: { ...string, minLength: 1, maxLength: 255 } },
      { name: "Content-Encoding", in: "header", schema: { enum: acceptedEncodings } },
    ],
    requestBody: requestBody(),
    responses: {
      202: { description: "The accepted events are stored.", ...json(ref("Accepted")) },
      ...Object.fromEntries(
        statuses
          .filter((status) => status !== problems["preview-unavailable"].status)
          .map((status) => [status, problemResponse(status)]),
      ),
    },
  };
}

const oneOrMany = { oneOf: [ref("Event"), { type: "array", minItems: 1, items: ref("Event") }] };

const bodySchemas: Record<(typeof acceptedMediaTypes)[number], object> = {
  "application/json": oneOrMany,
  "application/x-ndjson": { ...string, description: "An event a line." },
  "application/cloudevents+json": ref("Event"),
  "application/cloudevents-batch+json": { type: "array", minItems: 1, items: ref("Event") },
};

function problemResponse(status: number): object {
  const codes = Object.entries(problems).filter(([, problem]) => problem.status === status);
  return {
    description: codes.map(([code, { title }]) => `\`${code}\`: ${title}`).join(" "),
    content: { "application/problem+json": { schema: ref("Problem") } },
    ...((status === 429 || status === 503) && { headers: { "Retry-After": { schema: count } } }),
  };
}

const schemas = {
  Event: {
    description: "A CloudEvent. Other members are extension attributes: names of lower-case letters and digits.",
    type: "object",
    required: ["specversion", "source", "type"],
    properties: {
      specversion: { const: "1.0" },
      id: { ...string, minLength: 1, maxLength: maxAttributeCharacters.id },
      source: { ...string, minLength: 1, maxLength: maxAttributeCharacters.source },
      type: { ...string, minLength: 1, maxLength: maxAttributeCharacters.type },
      subject: { ...string, minLength: 1, maxLength: maxAttributeCharacters.subject },
      time: { ...string, format: "date-time" },
      datacontenttype: string,
      dataschema: { ...string, format: "uri", maxLength: maxAttributeCharacters.dataschema },
      data: {},
      data_base64: string,
    },
    additionalProperties: { type: ["string", "boolean", "integer", "null"] },
  },
  Accepted: {
    type: "object",
    required: ["accepted", "ids"],
    properties: { accepted: count, ids: { type: "array", items: string }, rejected: ref("Rejections") },
    additionalProperties: false,
  },
  Validated: {
    type: "object",
    required: ["events"],
    properties: {
      events: {
        type: "array",
        items: {
          description: "With `enriched` and `routes`, with `badRow`, or with `rejected`.",
          type: "object",
          required: ["index"],
          properties: {
            index: count,
            id: string,
            enriched: {
              description:
                "The enriched event: `validation` has the errors at their paths, `privacy` the masked fields.",
              type: "object",
              required: ["event", "enrichment", "validation", "privacy", "processing"],
            },
            routes: { type: "array", items: ref("ExplainedRoute") },
            badRow: { type: "object", required: ["kind", "message"], properties: { kind: string, message: string } },
            rejected: {
              type: "object",
              required: ["code", "detail"],
              properties: { code: ref("ProblemCode"), detail: string, attribute: string, limit: count },
            },
          },
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
  },
  ExplainedRoute: {
    type: "object",
    required: ["route", "destination", "matches", "isDelivered", "because"],
    properties: {
      route: { ...string, description: "`<application>/<route>`" },
      destination: { ...string, description: "Name of its stream, queue or bus." },
      matches: { type: "boolean" },
      isDelivered: { type: "boolean", description: "False where the route's sample leaves the event out." },
      because: { ...string, description: "The criteria that hold, or the first that failed with the value seen." },
    },
    additionalProperties: false,
  },
  Rejections: {
    description: "Events that were refused, each with its place in the request.",
    type: "array",
    items: {
      type: "object",
      required: ["index", "code", "detail"],
      properties: { index: count, code: ref("ProblemCode"), detail: string, attribute: string, limit: count },
    },
  },
  Problem: {
    description: "RFC 9457.",
    type: "object",
    required: ["type", "title", "status", "code", "detail"],
    properties: {
      type: { ...string, format: "uri-reference" },
      title: string,
      status: { enum: [...new Set(Object.values(problems).map(({ status }) => status))] },
      code: ref("ProblemCode"),
      detail: string,
      attribute: string,
      limit: count,
      line: count,
      column: count,
      retryAfterSeconds: count,
      allowedMethods: { type: "array", items: string },
      accepted: count,
      ids: { type: "array", items: string },
      rejected: ref("Rejections"),
      unconfirmed: {
        description: "Events to send again, with the ids given here.",
        type: "array",
        items: {
          type: "object",
          required: ["index", "id", "reason", "isAmbiguous"],
          properties: { index: count, id: string, reason: string, isAmbiguous: { type: "boolean" } },
        },
      },
    },
  },
  ProblemCode: { enum: Object.keys(problems) },
};

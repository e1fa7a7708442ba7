import type {
  Adapter,
  Answer,
  Endpoint,
  OpenedRequest,
  Outcome,
  ReadContext,
  ReadMessage,
  ServiceProblem,
} from "../adapter.ts";
import { AdapterError } from "../adapter-error.ts";
import { answerJson } from "../answers.ts";
import { firstAttribute, hashOf, readAttribute, readNanoseconds } from "../attributes.ts";
import { credentialOfHead } from "../credentials.ts";
import { isObject, type JsonObject, parseJson, readText } from "../json-text.ts";
import { MAX_TYPE_CHARACTERS } from "../limits.ts";
import { readMessages, unreadable } from "../messages.ts";
import { encodeStatus } from "./rpc-status.ts";

const path = /^\/v1\/logs\/?$/;

/**
 * OTLP over HTTP with JSON: log records with an event name are events.
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 * @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-eventname
 */
export const otlp: Adapter = {
  name: "otlp",
  methodsOf: (requestPath) => (path.test(requestPath) ? ["POST"] : undefined),
  endpointOf: () => endpoint,
};

const endpoint: Endpoint = {
  adapter: "otlp",
  refusals: "tell",
  credentialOf: (head) => {
    if (isProtobuf(head.headers["content-type"])) {
      throw new AdapterError(
        "unsupported-media-type",
        "Send OTLP as JSON: set the exporter's protocol to `http/json`.",
      );
    }
    return credentialOfHead(head);
  },
  open: ({ body }) => open(body),
  answerProblem: (problem, { headers }) => answerStatus(problem, isProtobuf(headers["content-type"])),
};

function isProtobuf(contentType: unknown): boolean {
  return typeof contentType === "string" && /^application\/(?:x-protobuf|protobuf)\b/i.test(contentType.trim());
}

interface LogRecord {
  readonly resource: unknown;
  readonly scope: unknown;
  readonly record: unknown;
}

function open(body: Uint8Array): OpenedRequest {
  const request = parseJson(readText(body));
  if (!isObject(request))
    throw new AdapterError("event-not-an-object", "Expected an ExportLogsServiceRequest as JSON.");
  const records = listRecords(request);
  return {
    read: (context) => readMessages(records, (record) => readRecord(record as unknown as LogRecord, context)),
    answer: answerExport,
  };
}

function listRecords(request: JsonObject): LogRecord[] {
  return listOf(request, "resourceLogs", "resource_logs").flatMap((resourceLogs) =>
    listOf(resourceLogs, "scopeLogs", "scope_logs").flatMap((scopeLogs) =>
      listOf(scopeLogs, "logRecords", "log_records").map((record) => ({
        resource: withSchema(resourceLogs, "resource"),
        scope: withSchema(scopeLogs, "scope"),
        record,
      })),
    ),
  );
}

/** Protobuf's JSON mapping takes a field's name in either spelling. */
function listOf(value: unknown, name: string, otherName: string): readonly unknown[] {
  const list = isObject(value) ? (value[name] ?? value[otherName]) : undefined;
  return Array.isArray(list) ? list : [];
}

function withSchema(value: unknown, name: string): JsonObject {
  if (!isObject(value)) return {};
  const inner = isObject(value[name]) ? value[name] : {};
  const { schemaUrl } = value;
  return typeof schemaUrl === "string" && schemaUrl !== "" ? { ...inner, schemaUrl } : inner;
}

function readRecord(entry: LogRecord, { settings }: ReadContext): ReadMessage {
  const { record } = entry;
  if (!isObject(record)) return unreadable("Expected a log record to be a JSON object.", record);
  const attributes = readAttributes(record["attributes"]);
  const resource = isObject(entry.resource) ? readAttributes(entry.resource["attributes"]) : new Map<string, unknown>();
  const name = record["eventName"] ?? record["event_name"];
  // Before the field `eventName` the name was an attribute.
  const type =
    readAttribute(name, MAX_TYPE_CHARACTERS) ?? readAttribute(attributes.get("event.name"), MAX_TYPE_CHARACTERS);
  if (type === undefined) return unreadable("The log record has no event name.", record);
  const time =
    readNanoseconds(record["timeUnixNano"] ?? record["time_unix_nano"]) ??
    readNanoseconds(record["observedTimeUnixNano"] ?? record["observed_time_unix_nano"]);
  return {
    event: {
      specversion: "1.0",
      // A retry sends the same bytes, so that the hash of a record with its time is the same event.
      id: firstAttribute(attributes.get("log.record.uid")) ?? (time === undefined ? undefined : hashOf(entry)),
      source: settings.source,
      type,
      subject: firstAttribute(...subjectAttributes.map((key) => attributes.get(key) ?? resource.get(key))),
      time,
      traceparent: readTraceparent(record),
      data: { resource: entry.resource, scope: entry.scope, logRecord: record },
    },
  };
}

/** Who an event is about, by the semantic conventions, the closest first. */
const subjectAttributes = ["user.id", "enduser.id", "session.id", "app.installation.id", "device.id"] as const;

function readAttributes(list: unknown): ReadonlyMap<string, unknown> {
  const attributes = new Map<string, unknown>();
  for (const attribute of Array.isArray(list) ? (list as readonly unknown[]) : []) {
    if (!isObject(attribute) || typeof attribute["key"] !== "string") continue;
    const { value } = attribute;
    attributes.set(attribute["key"], isObject(value) ? (value["stringValue"] ?? value["intValue"]) : undefined);
  }
  return attributes;
}

function readTraceparent(record: JsonObject): string | undefined {
  const traceId = lowerHex(record["traceId"], 32);
  const spanId = lowerHex(record["spanId"], 16);
  if (traceId === undefined || spanId === undefined) return undefined;
  const { flags } = record;
  return `00-${traceId}-${spanId}-${typeof flags === "number" && (flags & 1) === 1 ? "01" : "00"}`;
}

function lowerHex(value: unknown, length: number): string | undefined {
  if (typeof value !== "string" || value.length !== length || !/^[\da-f]+$/i.test(value)) return undefined;
  return /^0+$/.test(value) ? undefined : value.toLowerCase();
}

/** https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
function answerExport({ refused }: Outcome): Answer {
  const [first] = refused;
  if (first === undefined) return answerJson({});
  return answerJson({ partialSuccess: { rejectedLogRecords: String(refused.length), errorMessage: first.detail } });
}

/** A `google.rpc.Status` in the encoding of the request. @see https://opentelemetry.io/docs/specs/otlp/#failures-1 */
function answerStatus({ status, code, detail }: ServiceProblem, inProtobuf: boolean): Answer {
  const message = `${code}: ${detail}`;
  if (!inProtobuf) return answerJson({ code: rpcCodeOf(status), message }, status);
  return {
    status,
    headers: { "content-type": "application/x-protobuf" },
    body: encodeStatus(rpcCodeOf(status), message),
  };
}

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
function rpcCodeOf(status: number): number {
  if (status === 401) return 16;
  if (status === 403) return 7;
  if (status === 429) return 8;
  if (status >= 500) return status === 503 ? 14 : 13;
  return 3;
}

import { CONTENT_TYPE_CACHE_ENTRIES } from "./limits.ts";
import { IngestError } from "./problems.ts";

/** How the events lie in the body. */
export type BodyFormat =
  /** `application/json`: one event or an array. */
  | "json"
  /** `application/cloudevents+json`: one event. */
  | "structured"
  /** `application/cloudevents-batch+json`: an array. */
  | "batch"
  /** `application/x-ndjson`: one event a line. */
  | "ndjson"
  /** CloudEvents binary mode: attributes in `ce-` headers, the body is the data, which is JSON … */
  | "binary-json"
  /** … or text, which becomes a JSON string. */
  | "binary-text";

/** The content types of requests that are not in CloudEvents binary mode, as `Accept-Post` lists them. */
export const acceptedMediaTypes = [
  "application/json",
  "application/x-ndjson",
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
] as const;

const formats = new Map<string, BodyFormat>([
  ["application/json", "json"],
  ["application/cloudevents+json", "structured"],
  ["application/cloudevents-batch+json", "batch"],
  ["application/x-ndjson", "ndjson"],
  // The names that other tools give to the same format.
  ["application/ndjson", "ndjson"],
  ["application/jsonl", "ndjson"],
]);

interface MediaType {
  readonly name: string;
  readonly charset: string | undefined;
}

/**
 * Reads the format of a body from its content type.
 * @throws IngestError `unsupported-media-type`
 * @see
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3-http-message-mapping
 */
export function readBodyFormat(contentType: string | undefined, isBinaryMode: boolean): BodyFormat {
  const known = isBinaryMode ? binaryFormats : plainFormats;
  const cached = known.get(contentType);
  if (cached !== undefined) return cached;
  const format = determineFormat(contentType, isBinaryMode);
  // Bounded, because the header is the client's: what does not fit is read again each time.
  if (known.size < CONTENT_TYPE_CACHE_ENTRIES) known.set(contentType, format);
  return format;
}

const binaryFormats = new Map<string | undefined, BodyFormat>();
const plainFormats = new Map<string | undefined, BodyFormat>();

function determineFormat(contentType: string | undefined, isBinaryMode: boolean): BodyFormat {
  const mediaType = contentType === undefined ? undefined : parseMediaType(contentType);
  if (mediaType?.charset !== undefined && mediaType.charset !== "utf-8" && mediaType.charset !== "utf8") {
    throw new IngestError("unsupported-media-type", "The charset has to be utf-8.");
  }
  // A CloudEvents media type wins over the headers: structured mode may repeat the attributes there.
  if (isBinaryMode && mediaType?.name.startsWith("application/cloudevents") !== true) {
    if (mediaType === undefined || isJsonMediaType(mediaType.name)) return "binary-json";
    if (isTextMediaType(mediaType.name)) return "binary-text";
    throw new IngestError(
      "unsupported-media-type",
      "In binary mode the body is the event's data: send JSON or text. Other bytes have no place in a JSON event.",
    );
  }
  const format = mediaType === undefined ? undefined : formats.get(mediaType.name);
  if (format !== undefined) return format;
  throw new IngestError(
    "unsupported-media-type",
    `Send ${acceptedMediaTypes.join(", ")}, or CloudEvents binary mode with \`ce-\` headers.`,
  );
}

/** True if CloudEvents counts data of this media type as JSON. */
export function isJsonMediaType(name: string): boolean {
  return name.endsWith("/json") || name.endsWith("+json");
}

function isTextMediaType(name: string): boolean {
  return name.startsWith("text/") || name === "application/xml" || name.endsWith("+xml");
}

const mediaTypePattern = /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+$/;

/** `undefined` when it is not a media type at all. */
export function parseMediaType(text: string): MediaType | undefined {
  const [head = "", ...parameters] = text.split(";");
  const name = head.trim().toLowerCase();
  if (!mediaTypePattern.test(name)) return undefined;
  let charset: string | undefined;
  for (const parameter of parameters) {
    const [key = "", value = ""] = parameter.split("=", 2);
    if (key.trim().toLowerCase() === "charset")
      charset = value
        .trim()
        .replace(/^"(.*)"$/, "$1")
        .toLowerCase();
  }
  return { name, charset };
}

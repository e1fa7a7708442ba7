import { isUtf8 } from "node:buffer";
import { readHeaderText } from "./attribute-values.ts";
import { EventDraft, type EventFault } from "./event-draft.ts";
import { JsonDepthError, JsonScanner, JsonSyntaxError, locate } from "./json-scanner.ts";
import { MAX_EVENT_DEPTH, MAX_SCAN_DEPTH } from "./limits.ts";
import type { BodyFormat } from "./media-types.ts";
import { IngestError } from "./problems.ts";

/** One element of a batch: an event, perhaps with a fault, or a value that is no event. */
export type ReadResult = EventDraft | EventFault;

export interface ReadOptions {
  readonly maxEvents: number;
  /** True if events may state the attributes that are otherwise taken from the request. */
  readonly mayForwardClient: boolean;
}

const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const quote = 0x22;

/**
 * Decodes a body; bytes that are not UTF-8 are refused, because replacing them would change the data in silence.
 * @throws IngestError `empty-body`, `malformed-utf8`
 */
export function decodeBody(body: Uint8Array): string {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) {
    throw new IngestError("malformed-utf8", "The body has to be UTF-8 text.");
  }
  const text = bytes.toString("utf8");
  // RFC 8259 lets a reader ignore a byte order mark; some clients write one.
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/**
 * Reads the events of a body in structured mode, one result for each place of the batch, in order.
 * @throws IngestError when the batch as a whole cannot be read
 */
export function readEvents(
  text: string,
  format: Exclude<BodyFormat, "binary-json" | "binary-text">,
  options: ReadOptions,
): ReadResult[] {
  const results = format === "ndjson" ? readLines(text, options) : readDocument(text, format, options);
  if (results.length === 0) {
    throw new IngestError("empty-batch", "Send at least one event.");
  }
  return results;
}

function readDocument(text: string, format: "json" | "structured" | "batch", options: ReadOptions): ReadResult[] {
  const scanner = new JsonScanner(text, 0, text.length, MAX_SCAN_DEPTH);
  try {
    const isArray = scanner.peek() === openBracket;
    if (format === "batch" && !isArray) {
      throw new IngestError("event-not-an-object", "application/cloudevents-batch+json holds a JSON array of events.");
    }
    const results = isArray && format !== "structured" ? readArray(scanner, options) : [readEvent(scanner, options)];
    scanner.expectEnd();
    return results;
  } catch (error) {
    throw asProblem(error, text);
  }
}

function readArray(scanner: JsonScanner, options: ReadOptions): ReadResult[] {
  const results: ReadResult[] = [];
  scanner.take(openBracket);
  if (scanner.take(closeBracket)) return results;
  do {
    if (results.length === options.maxEvents) throw tooManyEvents(options.maxEvents);
    results.push(readEvent(scanner, options));
  } while (scanner.take(comma));
  scanner.expect(closeBracket, "',' or ']'");
  return results;
}

/** A line that is not JSON is that line's fault only: the next line starts afresh. */
function readLines(text: string, options: ReadOptions): ReadResult[] {
  const results: ReadResult[] = [];
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    line += 1;
    const scanner = new JsonScanner(text, start, end, MAX_SCAN_DEPTH);
    if (scanner.peek() !== -1) {
      if (results.length === options.maxEvents) throw tooManyEvents(options.maxEvents);
      results.push(readLine(scanner, line, start, options));
    }
    start = end + 1;
  }
  return results;
}

function readLine(scanner: JsonScanner, line: number, start: number, options: ReadOptions): ReadResult {
  try {
    const result = readEvent(scanner, options);
    scanner.expectEnd();
    return result;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw asProblem(error, scanner.text);
    const column = error.offset - start + 1;
    return { code: "malformed-json", detail: `${error.message}, at line ${line}, column ${column}.`, line, column };
  }
}

/** Reads the event at the scanner's position; what is not an event is skipped. */
function readEvent(scanner: JsonScanner, options: ReadOptions): ReadResult {
  const kind = scanner.peek();
  if (kind !== openBrace) {
    scanner.skipValue();
    return { code: "event-not-an-object", detail: `Expected a JSON object, got ${nameKind(kind)}.` };
  }
  const draft = new EventDraft(options.mayForwardClient);
  let depth = 1;
  scanner.take(openBrace);
  if (!scanner.take(closeBrace)) {
    do {
      readMember(scanner, draft);
      if (scanner.depth >= depth) depth = scanner.depth + 1;
    } while (scanner.take(comma));
    scanner.expect(closeBrace, "',' or '}'");
  }
  if (depth > MAX_EVENT_DEPTH) {
    draft.reject("event-too-deep", `The event is nested ${depth} levels deep; the limit is ${MAX_EVENT_DEPTH}.`);
  }
  readDataBytes(draft);
  draft.requireAttributes();
  return draft;
}

function readMember(scanner: JsonScanner, draft: EventDraft): void {
  const { text } = scanner;
  scanner.peek();
  const nameStart = scanner.position;
  scanner.skipString();
  const nameEnd = scanner.position;
  scanner.expect(colon, "':'");
  // The first fault is the one that counts: what follows is only passed over, because the batch goes on behind it.
  if (draft.fault !== undefined) {
    scanner.skipValue();
    return;
  }
  const name = decodeString(text, nameStart, nameEnd);
  const kind = scanner.peek();
  const start = scanner.position;
  scanner.skipValue();
  const end = scanner.position;
  if (name === "data") draft.setData(text.slice(start, end));
  // CloudEvents JSON format, 2.2: an attribute that is null is an attribute that is not set.
  else if (isNull(text, start, end)) return;
  else if (name === "data_base64") draft.setDataBase64(decodeScalar(text, kind, start, end));
  else draft.setAttribute(name, decodeScalar(text, kind, start, end), text.slice(start, end));
}

function readDataBytes(draft: EventDraft): void {
  const bytes = draft.takeDataBytes();
  if (bytes === undefined) return;
  try {
    draft.setData(readJsonData(decodeBody(bytes)));
  } catch (error) {
    if (!isReadingError(error)) throw error;
    draft.reject("unsupported-data", "`data_base64` does not hold JSON text in UTF-8.", "data_base64");
  }
}

/** Gives JSON data without the whitespace around it. */
function readJsonData(text: string): string {
  const scanner = new JsonScanner(text, 0, text.length, MAX_SCAN_DEPTH);
  scanner.peek();
  const start = scanner.position;
  scanner.skipValue();
  const end = scanner.position;
  scanner.expectEnd();
  if (scanner.depth >= MAX_EVENT_DEPTH) {
    throw new IngestError("event-too-deep", `The event is nested too deeply; the limit is ${MAX_EVENT_DEPTH} levels.`);
  }
  return text.slice(start, end);
}

/** The attributes of a request in binary mode: header names with the prefix `ce-`, in lower case. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const prefix = "ce-";

/** True if a request states an event's attributes in its headers. */
export function isBinaryMode(headers: Headers): boolean {
  return (
    headers["ce-specversion"] !== undefined ||
    headers["ce-type"] !== undefined ||
    headers["ce-source"] !== undefined ||
    headers["ce-id"] !== undefined
  );
}

/**
 * Reads the event of a request in CloudEvents binary mode.
 * @see
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode
 */
export function readBinaryEvent(
  headers: Headers,
  text: string,
  format: "binary-json" | "binary-text",
  options: ReadOptions,
): ReadResult {
  const draft = new EventDraft(options.mayForwardClient);
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(prefix) || value === undefined) continue;
    readHeaderAttribute(draft, header.slice(prefix.length), value);
  }
  const contentType = headers["content-type"];
  if (typeof contentType === "string") {
    draft.setAttribute("datacontenttype", contentType, JSON.stringify(contentType));
  }
  if (format === "binary-text") draft.setData(JSON.stringify(text));
  else if (text !== "") readBinaryJson(draft, text);
  draft.requireAttributes();
  return draft;
}

function readBinaryJson(draft: EventDraft, text: string): void {
  try {
    draft.setData(readJsonData(text));
  } catch (error) {
    const problem = asProblem(error, text);
    if (!(problem instanceof IngestError) || problem.code === "malformed-json") throw problem;
    draft.reject(problem.code, problem.message);
  }
}

function readHeaderAttribute(draft: EventDraft, name: string, header: string | readonly string[]): void {
  if (typeof header !== "string" && header.length > 1) {
    draft.reject("duplicate-attribute", `The header \`ce-${name}\` stands twice in the request.`, name);
    return;
  }
  const value = decodeHeader(readHeaderText(typeof header === "string" ? header : (header[0] ?? "")));
  if (value === undefined) {
    draft.reject("invalid-attribute-value", `\`ce-${name}\` is not percent-encoded UTF-8.`, name);
  } else if (name === "datacontenttype" || name === "data" || name === "data_base64") {
    draft.reject(
      "invalid-attribute-name",
      `In binary mode \`ce-${name}\` must not be sent: Content-Type and the body say it.`,
      name,
    );
  } else {
    draft.setAttribute(name, value, JSON.stringify(value));
  }
}

/** Undoes double quotes, then one round of percent-encoding; `undefined` when that does not give UTF-8. */
function decodeHeader(header: string): string | undefined {
  const unquoted = /^"(?:[^"\\]|\\.)*"$/.test(header) ? header.slice(1, -1).replace(/\\(.)/g, "$1") : header;
  if (!unquoted.includes("%")) return unquoted;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    return undefined;
  }
}

function tooManyEvents(limit: number): IngestError {
  return new IngestError("too-many-events", `A request takes ${limit} events; split the batch.`, { limit });
}

function isReadingError(error: unknown): boolean {
  return error instanceof JsonSyntaxError || error instanceof JsonDepthError || error instanceof IngestError;
}

/** The problem of a request whose text could not be read; any other error as it is. */
function asProblem(error: unknown, text: string): unknown {
  if (error instanceof JsonDepthError) {
    const { line, column } = locate(text, error.offset);
    const detail = `The JSON text is nested more than ${MAX_SCAN_DEPTH} levels deep, at line ${line}, column ${column}.`;
    return new IngestError("event-too-deep", detail, { limit: MAX_EVENT_DEPTH, line, column });
  }
  if (!(error instanceof JsonSyntaxError)) return error;
  const { line, column } = locate(text, error.offset);
  return new IngestError("malformed-json", `${error.message}, at line ${line}, column ${column}.`, { line, column });
}

function isNull(text: string, start: number, end: number): boolean {
  return end - start === 4 && text.startsWith("null", start);
}

/** The string whose JSON text is `text` from `start` to `end`. */
function decodeString(text: string, start: number, end: number): string {
  const content = text.slice(start + 1, end - 1);
  return content.includes("\\") ? (JSON.parse(text.slice(start, end)) as string) : content;
}

function decodeScalar(text: string, kind: number, start: number, end: number): string | number | boolean | undefined {
  if (kind === quote) return decodeString(text, start, end);
  if (kind === openBrace || kind === openBracket) return undefined;
  return JSON.parse(text.slice(start, end)) as number | boolean;
}

function nameKind(kind: number): string {
  if (kind === quote) return "a string";
  if (kind === openBracket) return "an array";
  if (kind === 0x74 || kind === 0x66) return "a boolean";
  return kind === 0x6e ? "null" : "a number";
}

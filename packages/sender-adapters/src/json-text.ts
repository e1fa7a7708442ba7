import { isUtf8 } from "node:buffer";
import { AdapterError } from "./adapter-error.ts";
import { MAX_BODY_DEPTH } from "./limits.ts";

/** https://tc39.es/proposal-json-parse-with-source/, in Node since 21; not in TypeScript's library yet. */
interface SourceTextJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): object;
}

const sourceTextJson = JSON as unknown as SourceTextJson;

/** Decodes a body; bytes that are not UTF-8 would change in silence. @throws AdapterError */
export function readText(body: Uint8Array): string {
  if (!isUtf8(body)) throw new AdapterError("malformed-utf8", "The body has to be UTF-8 text.");
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** A number that a double may not hold as it is written: long, or with an exponent. */
const riskyNumber = /\d[\d.]{15}|\d[eE][+-]?\d/;

/**
 * Parses JSON so that `JSON.stringify` writes every number with the digits it came with.
 * @throws AdapterError `empty-body`, `event-too-deep`, `malformed-json`
 */
export function parseJson(text: string): unknown {
  if (text.trim() === "") throw new AdapterError("empty-body", "The request has no body.");
  // Before parsing: a recursive reader of a few megabytes of `[` costs far more than its bytes.
  if (isTooDeep(text)) {
    throw new AdapterError(
      "event-too-deep",
      `The body is nested too deeply; the limit is ${MAX_BODY_DEPTH}.`,
      MAX_BODY_DEPTH,
    );
  }
  try {
    return riskyNumber.test(text) ? sourceTextJson.parse(text, keepDigits) : JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be confidential.
    throw new AdapterError("malformed-json", "The body is not JSON.");
  }
}

function keepDigits(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== "number" || source === undefined || String(value) === source) return value;
  return sourceTextJson.rawJSON(source);
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) isString = false;
    } else if (code === 0x22) isString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > MAX_BODY_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

function isRawNumber(value: object): boolean {
  return "rawJSON" in value && Object.getPrototypeOf(value) === null;
}

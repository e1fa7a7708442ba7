import { parseJson } from "./parse-json.ts";

/** One line of a record: the JSON value it holds and its text, or why it holds none together with its bytes. */
export type DecodedLine =
  | {
      ok: true;
      value: unknown /** Without the line end: the digits of its numbers are here, a double may not hold them. */;
      text: string;
    }
  | { ok: false /** From 1. */; line: number; error: LineError /** Without the line end. */; bytes: Uint8Array };

/** Why a line could not be read. The message never quotes the line: it may hold sensitive values. */
export interface LineError {
  code: "invalid-utf8" | "invalid-json" | "empty-record";
  message: string;
}

const newline = 0x0a;
// Byte order marks are kept, and then refused as JSON, so that both ways of decoding give the same answer.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a record: one entry per line that is not blank, in order, at least one. A broken line does not hide the others,
 * a missing last newline is no fault, and nothing is ever thrown.
 * @example decodeRecord(encodeRecord([{ id: "1" }])) // [{ ok: true, value: { id: "1" }, text: '{"id":"1"}' }]
 */
export function decodeRecord(bytes: Uint8Array): DecodedLine[] {
  const text = decodeUtf8(bytes);
  const lines = text === undefined ? [] : parseLines(text);
  // Only a record with a fault is looked at byte by byte, to give each broken line its own bytes.
  return lines.length > 0 && lines.every((line) => line.ok) ? lines : parseByteLines(bytes);
}

function parseLines(text: string): DecodedLine[] {
  const lines: DecodedLine[] = [];
  for (const line of text.split("\n")) {
    if (isBlank(line)) continue;
    const decoded = parseLine(line);
    // `parseByteLines` does it all again with positions.
    if (!decoded.ok) return [];
    lines.push(decoded);
  }
  return lines;
}

function parseByteLines(bytes: Uint8Array): DecodedLine[] {
  const lines: DecodedLine[] = [];
  let line = 0;
  for (const lineBytes of splitLines(bytes)) {
    line += 1;
    const text = decodeUtf8(lineBytes);
    if (text === undefined) {
      lines.push({
        ok: false,
        line,
        error: { code: "invalid-utf8", message: "The line is not UTF-8." },
        bytes: lineBytes,
      });
    } else if (!isBlank(text)) {
      const decoded = parseLine(text);
      lines.push(decoded.ok ? decoded : { ok: false, line, error: decoded.error, bytes: lineBytes });
    }
  }
  if (lines.length === 0) {
    lines.push({ ok: false, line: 1, error: { code: "empty-record", message: "The record holds no event." }, bytes });
  }
  return lines;
}

function* splitLines(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(newline, start);
    yield bytes.subarray(start, end === -1 ? bytes.length : end);
    start = end === -1 ? bytes.length : end + 1;
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function isBlank(line: string): boolean {
  // JSON's own white space, which a line may consist of (`\r` of a CRLF, for one).
  return /^[ \t\r]*$/.test(line);
}

function parseLine(text: string): Extract<DecodedLine, { ok: true }> | { ok: false; error: LineError } {
  try {
    return { ok: true, value: parseJson(text), text };
  } catch (cause) {
    return { ok: false, error: { code: "invalid-json", message: `The line is not JSON${positionIn(cause)}.` } };
  }
}

/** V8's message quotes the text around the fault; only the position in it may be passed on. */
function positionIn(cause: unknown): string {
  const position = cause instanceof SyntaxError ? / at position (\d+)/.exec(cause.message)?.[1] : undefined;
  return position === undefined ? "" : ` (character ${position})`;
}

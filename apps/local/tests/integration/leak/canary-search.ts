import { gunzipSync, unzipSync } from "node:zlib";
import type { Canary } from "./canaries.ts";

/** Deepest nesting of encodings looked into: base64 in JSON in base64, in a gzip. */
const maxDepth = 4;
const base64Run = /[A-Za-z0-9+/_-]{16,}/g;
const hexRun = /(?:[0-9a-fA-F]{2}){12,}/g;
const separators = /(?:[\s+.\-_\u00a0]|%20|%2B)+/gi;

/**
 * Finds canaries in bytes, whatever form they took on the way: as they are, in any case, with other separators,
 * percent-encoded once or more, escaped as in JSON, in base64 or hexadecimal, compressed, and any of these inside
 * another.
 */
export class CanarySearch {
  readonly #labels = new Map<string, string>();
  readonly #inText: RegExp;
  readonly #inDigits: RegExp;

  constructor(canaries: readonly Canary[]) {
    for (const { label, needle } of canaries) this.#labels.set(needle.toLowerCase(), label);
    const pattern = (form: Canary["form"]) =>
      new RegExp(
        canaries
          .filter((canary) => canary.form === form)
          .map(({ needle }) => needle.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
          .join("|") || "(?!)",
        "gi",
      );
    this.#inText = pattern("text");
    this.#inDigits = pattern("digits");
  }

  /** Labels of the canaries in the bytes. */
  find(bytes: Uint8Array): ReadonlySet<string> {
    const found = new Set<string>();
    this.#searchBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, found);
    return found;
  }

  #searchBytes(bytes: Buffer, depth: number, found: Set<string>): void {
    const inflated = inflate(bytes);
    if (inflated !== undefined) this.#searchBytes(inflated, depth + 1, found);
    this.#searchText(bytes.toString("utf8"), depth, found);
    if (bytes.includes(0)) this.#matchText(bytes.toString("utf16le"), found);
  }

  #searchText(text: string, depth: number, found: Set<string>): void {
    for (const form of [text, ...unescapedForms(text)]) this.#matchText(form, found);
    if (depth >= maxDepth) return;
    for (const [run] of text.matchAll(base64Run)) {
      // A run may begin with characters that are no part of it: a path before it, a letter of an escape.
      for (const offset of [0, 1, 2, 3]) this.#searchBytes(Buffer.from(run.slice(offset), "base64"), depth + 1, found);
    }
    for (const [run] of text.matchAll(hexRun)) this.#searchBytes(Buffer.from(run, "hex"), depth + 1, found);
  }

  #matchText(text: string, found: Set<string>): void {
    const matches = [...text.matchAll(this.#inText), ...text.replace(separators, "").matchAll(this.#inDigits)];
    for (const [needle] of matches) {
      const label = this.#labels.get(needle.toLowerCase());
      if (label !== undefined) found.add(label);
    }
  }
}

/** The text without its escapes, where it has any. */
function unescapedForms(text: string): string[] {
  const unescaped = text
    .replace(/\\+u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll("\\", "");
  const once = percentDecode(unescaped);
  const twice = percentDecode(once);
  return [...new Set([unescaped, once, twice])].filter((form) => form !== text);
}

function percentDecode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}

/** Returns the content of compressed bytes; undefined if they are not compressed. */
function inflate(bytes: Buffer): Buffer | undefined {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isZlib = bytes[0] === 0x78 && bytes.length > 2 && bytes.readUInt16BE(0) % 31 === 0;
  if (!isGzip && !isZlib) return undefined;
  try {
    return isGzip ? gunzipSync(bytes) : unzipSync(bytes);
  } catch {
    return undefined;
  }
}

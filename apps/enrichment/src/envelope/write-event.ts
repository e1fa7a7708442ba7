import type { RawEvent } from "@millrace/event-contracts";
import { quoteJson } from "../json-text.ts";
import type { JsonObject } from "../json-value.ts";
import type { MaskingLog, Replacement } from "../privacy/masking-log.ts";

/**
 * Limit of replacements in one event: every object is searched for each. An event with more is written from its values.
 */
const MAX_REPLACEMENTS = 16;

/**
 * Returns the JSON of a masked event: the text it was read from with the masked values exchanged. This takes a fifth of
 * the time of writing all values. Returns `undefined` unless the text is, token for token, the event.
 *
 * @param text the JSON the event was read from
 * @param log the changes that masking made since
 *
 * The proof is the text's length. Every part of the event takes at least as many characters in the text as are counted
 * here. So a text with exactly that many has no room for anything else: no second value under a name (of which
 * `JSON.parse` shows the last only), no escapes, no white space. Names that begin with a digit may have been moved by
 * `JSON.parse`, so they are not followed.
 */
export function exchangeTexts(event: RawEvent, text: string, log: MaskingLog): string | undefined {
  if (log.isRestructured || log.replacements.length > MAX_REPLACEMENTS) return undefined;
  const reader = new TextFollower(text, log.replacements);
  const end = reader.follow(event, 0);
  return end === text.length && reader.exchanged === log.replacements.length ? reader.result() : undefined;
}

/** A position so far before the text that no length leads back into it. */
const nowhere = -(2 ** 30);

/** Goes through a text along the value that was read from it. */
class TextFollower {
  exchanged = 0;
  readonly #text: string;
  readonly #replacements: readonly Replacement[];
  #result = "";
  #copied = 0;

  constructor(text: string, replacements: readonly Replacement[]) {
    this.#text = text;
    this.#replacements = replacements;
  }

  result(): string {
    return this.#result + this.#text.slice(this.#copied);
  }

  /** Where a value ends that starts at a position. */
  follow(value: unknown, start: number): number {
    if (typeof value === "string") return start + value.length + 2;
    if (typeof value === "number") return this.#followNumber(value, start);
    if (typeof value === "boolean") return start + (value ? 4 : 5);
    if (value === null) return start + 4;
    if (Array.isArray(value)) return this.#followElements(value as unknown[], start);
    return typeof value === "object" ? this.#followProperties(value as JsonObject, start) : nowhere;
  }

  #followNumber(value: number, start: number): number {
    const text = String(value);
    return isShortest(value, text) && this.#text.startsWith(text, start) ? start + text.length : nowhere;
  }

  #followElements(elements: readonly unknown[], start: number): number {
    if (elements.length === 0) return start + 2;
    let at = start;
    // One character before each element, a bracket or a comma, and the bracket at the end.
    for (let index = 0; index < elements.length; index++) at = this.follow(elements[index], at + 1);
    return at + 1;
  }

  #followProperties(object: JsonObject, start: number): number {
    let replacement: Replacement | undefined;
    let areSeveral = false;
    for (const each of this.#replacements) {
      if (each.holder !== object) continue;
      areSeveral = replacement !== undefined;
      replacement ??= each;
    }
    let at = start;
    for (const name in object) {
      if (mayBeIndex(name)) return nowhere;
      // A brace or a comma, the name in quotes, a colon.
      at += name.length + 4;
      if (areSeveral) replacement = this.#replacementOf(object, name);
      if (replacement !== undefined && replacement.key === name) at = this.#exchange(replacement, at);
      else {
        const value = object[name];
        // Nearly all are texts.
        at = typeof value === "string" ? at + value.length + 2 : this.follow(value, at);
      }
    }
    return at === start ? start + 2 : at + 1;
  }

  #replacementOf(object: object, name: string): Replacement | undefined {
    for (const replacement of this.#replacements) {
      if (replacement.holder === object && replacement.key === name) return replacement;
    }
    return undefined;
  }

  #exchange({ before, after }: Replacement, start: number): number {
    const end = this.follow(before, start);
    const isThere = end > start && (typeof before !== "string" || this.#text.startsWith(before, start + 1));
    // Inside what is replaced nothing else can be.
    if (!isThere || this.#copied > start) return nowhere;
    this.#result +=
      this.#text.slice(this.#copied, start) + (typeof after === "string" ? quoteJson(after) : JSON.stringify(after));
    this.#copied = end;
    this.exchanged += 1;
    return end;
  }
}

/**
 * True if `String(value)` is the shortest JSON for the number. False for multiples of 1000 (`1e3` is shorter), for |x|
 * < 0.1 (`1e-2`), and beyond ±2^53, where digits of the source are lost.
 */
function isShortest(value: number, text: string): boolean {
  if (Number.isSafeInteger(value)) return value % 1000 !== 0 || value === 0;
  const size = Math.abs(value);
  return size >= 0.1 && size < 1e21 && text.includes(".");
}

/** Array indices come first in an object, whatever their place in the text. */
function mayBeIndex(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 48 && first <= 57;
}

import type { FidelityNote, RawEvent } from "@millrace/event-contracts";
import { mayRespellNumbers, NumberText, parseKeepingSpelling } from "@millrace/event-pattern";
import { UnstorableIdentityError } from "../errors.ts";
import { findFreeName, type JsonObject, pointerStep, setProperty } from "../json-value.ts";
import { MAX_FIDELITY_NOTES } from "../limits.ts";

/** An event as its text has it: with the digits of its numbers, and without what no store holds. */
export interface ExactEvent {
  readonly event: RawEvent;
  readonly notes: readonly FidelityNote[];
  /** How many places there are; `notes` lists the first ones. */
  readonly noteCount: number;
}

// An escape of half a surrogate pair without its other half. Behind two backslashes `\\ud83d` is no escape, so a text
// with them is looked at more closely than it needs.
const surrogateEscape = /\\u[dD][89a-fA-F]/u;
const loneEscape = /\\u[dD][89abAB][\da-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][\da-fA-F]{2})\\u[dD][c-fC-F]/u;

/** True if `JSON.stringify` of the parsed text may change its digits, or keep text that no store takes. */
export function needsExactReading(text: string): boolean {
  if (mayRespellNumbers(text)) return true;
  return surrogateEscape.test(text) && (text.includes("\\\\") || loneEscape.test(text));
}

const identity = ["source", "id", "type", "tenantid"] as const;

/**
 * Reads an event that `readEvent` has taken. docs/data.md has the rules.
 *
 * @throws UnstorableIdentityError since two identities that differ in half a character only would become one
 */
export function readExactly(text: string): ExactEvent {
  const parsed = parseKeepingSpelling(text) as RawEvent;
  const unstorable = identity.find((name) => !parsed[name].isWellFormed());
  if (unstorable !== undefined) throw new UnstorableIdentityError(unstorable);
  const reading = new ExactReading();
  const event = reading.repair(parsed, "") as RawEvent;
  return { event, notes: reading.notes, noteCount: reading.noteCount };
}

/** Beyond it no decimal column holds a number: https://docs.snowflake.com/en/sql-reference/data-types-numeric */
const decimalLimit = 1e38;

class ExactReading {
  readonly notes: FidelityNote[] = [];
  noteCount = 0;

  /** The value with its text repaired, in place; paths are JSON Pointers. */
  repair(value: unknown, path: string): unknown {
    if (typeof value === "string") return this.#repairText(value, path);
    if (typeof value === "number") {
      if (Math.abs(value) >= decimalLimit) this.#note(path, "number-out-of-range");
    } else if (value instanceof NumberText) {
      if (isOutOfRange(value)) this.#note(path, "number-out-of-range");
    } else if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) value[index] = this.repair(element, `${path}/${index}`);
    } else if (typeof value === "object" && value !== null) {
      const object = value as JsonObject;
      for (const name of Object.keys(object)) this.#repairProperty(object, name, path);
    }
    return value;
  }

  #repairText(text: string, path: string): string {
    if (text.isWellFormed()) return text;
    this.#note(path, "text-repaired");
    return text.toWellFormed();
  }

  #repairProperty(object: JsonObject, name: string, path: string): void {
    const value = object[name];
    if (name.isWellFormed()) {
      const repaired = this.repair(value, path + pointerStep(name));
      if (repaired !== value) setProperty(object, name, repaired);
      return;
    }
    // oxlint-disable-next-line typescript/no-dynamic-delete -- no store takes the name
    delete object[name];
    const free = findFreeName(object, name.toWellFormed());
    const freePath = path + pointerStep(free);
    this.#note(freePath, "name-repaired");
    setProperty(object, free, this.repair(value, freePath));
  }

  #note(path: string, kind: FidelityNote["kind"]): void {
    this.noteCount += 1;
    if (this.notes.length < MAX_FIDELITY_NOTES) this.notes.push({ path, kind });
  }
}

/** No double and no decimal column holds the number, or only as zero. */
function isOutOfRange({ text }: NumberText): boolean {
  const value = Number(text);
  return Math.abs(value) >= decimalLimit || (value === 0 && /^[-0.]*[1-9]/u.test(text));
}

import { InvalidPatternError, type TextPosition } from "./errors.ts";
import { MAX_EVENT_DEPTH } from "./limits.ts";
import { NumberText, numberOfText } from "./number-text.ts";

/** A JSON value that remembers where it stood; duplicate keys of an object are kept, in order. */
export type JsonTree = { readonly pointer: string; readonly position?: TextPosition } & (
  | { readonly kind: "object"; readonly members: readonly (readonly [key: string, value: JsonTree])[] }
  | { readonly kind: "array"; readonly items: readonly JsonTree[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly value: number | NumberText }
  | { readonly kind: "literal"; readonly value: boolean | null }
);

/** The JSON pointer (RFC 6901) of a member below `pointer`. */
export function childPointer(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The tree of a value that has been parsed already. */
export function treeOfValue(value: unknown, pointer = ""): JsonTree {
  if (typeof value === "string") return { kind: "string", value, pointer };
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new InvalidPatternError(`${value} is not a JSON number`, pointer);
    return { kind: "number", value: value + 0, pointer };
  }
  if (typeof value === "boolean" || value === null) return { kind: "literal", value, pointer };
  if (value instanceof NumberText) return { kind: "number", value: numberOfText(value.text), pointer };
  if (Array.isArray(value)) {
    return {
      kind: "array",
      items: value.map((item: unknown, index) => treeOfValue(item, childPointer(pointer, index))),
      pointer,
    };
  }
  if (typeof value === "object") {
    const members = Object.entries(value).map(
      ([key, member]) => [key, treeOfValue(member, childPointer(pointer, key))] as const,
    );
    return { kind: "object", members, pointer };
  }
  throw new InvalidPatternError(`A ${typeof value} is not a JSON value`, pointer);
}

const WHITESPACE = /[ \t\n\r]*/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids exactly these inside a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
const LITERALS: Record<string, boolean | null> = { true: true, false: false, null: null };

/** The tree of a JSON text, with line and column of every value. */
export function treeOfText(text: string): JsonTree {
  return new TreeReader(text).read();
}

class TreeReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonTree {
    const tree = this.#value("", 0);
    this.#take(WHITESPACE);
    if (this.#offset < this.#text.length) this.#fail("Unexpected text after the JSON value", "");
    return tree;
  }

  #value(pointer: string, depth: number): JsonTree {
    this.#take(WHITESPACE);
    if (depth > MAX_EVENT_DEPTH) this.#fail("The JSON is nested too deeply", pointer);
    const position = this.#position();
    const next = this.#text[this.#offset];
    if (next === "{") return { kind: "object", members: this.#members(pointer, depth), pointer, position };
    if (next === "[") return { kind: "array", items: this.#items(pointer, depth), pointer, position };
    if (next === '"') return { kind: "string", value: this.#string(pointer), pointer, position };
    const literal = this.#take(LITERAL);
    if (literal !== undefined) return { kind: "literal", value: LITERALS[literal] ?? null, pointer, position };
    const number = this.#take(NUMBER);
    if (number !== undefined) return { kind: "number", value: numberOfText(number), pointer, position };
    return this.#fail(next === undefined ? "The JSON ends too early" : `Unexpected character '${next}'`, pointer);
  }

  #members(pointer: string, depth: number): (readonly [string, JsonTree])[] {
    const members: (readonly [string, JsonTree])[] = [];
    this.#separated("{", "}", pointer, () => {
      const key = this.#string(pointer);
      this.#take(WHITESPACE);
      if (!this.#skip(":")) this.#fail("Expected ':' after the field name", pointer);
      members.push([key, this.#value(childPointer(pointer, key), depth + 1)]);
    });
    return members;
  }

  #items(pointer: string, depth: number): JsonTree[] {
    const items: JsonTree[] = [];
    this.#separated("[", "]", pointer, () => {
      items.push(this.#value(childPointer(pointer, items.length), depth + 1));
    });
    return items;
  }

  #separated(open: string, close: string, pointer: string, readOne: () => void): void {
    this.#skip(open);
    this.#take(WHITESPACE);
    if (this.#skip(close)) return;
    for (;;) {
      this.#take(WHITESPACE);
      readOne();
      this.#take(WHITESPACE);
      if (this.#skip(close)) return;
      if (!this.#skip(",")) this.#fail(`Expected ',' or '${close}'`, pointer);
    }
  }

  #string(pointer: string): string {
    const raw = this.#take(STRING);
    if (raw === undefined) this.#fail("Expected a string in double quotes", pointer);
    return JSON.parse(raw) as string;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#offset += found.length;
    return found;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#offset] !== character) return false;
    this.#offset += 1;
    return true;
  }

  #position(): TextPosition {
    const before = this.#text.slice(0, this.#offset);
    const lineStart = before.lastIndexOf("\n") + 1;
    return { line: before.split("\n").length, column: this.#offset - lineStart + 1 };
  }

  #fail(reason: string, pointer: string): never {
    throw new InvalidPatternError(reason, pointer, this.#position());
  }
}

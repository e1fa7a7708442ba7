/** An array or an object that is not read to its end. */
type Open =
  | { readonly kind: "array"; readonly value: unknown[] }
  | { readonly kind: "object"; readonly value: Record<string, unknown>; name?: string | undefined };

const BETWEEN_TOKENS = /[ \t\r\n:,]*/y;
const NUMBER_OR_LITERAL = /[^ \t\r\n,\]}]+/y;
const LITERALS = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/**
 * A JSON text as the value that `JSON.parse` should give, with numbers as `toNumber` makes them of their text. It takes
 * several times as long as `JSON.parse`, and is right where that is not: V8 13.6 (Node 24.21) may take a name with an
 * escape for another one. Nesting is bounded by memory only.
 *
 * @throws SyntaxError when the text is not JSON
 */
export function readJson(text: string, toNumber: (text: string) => unknown): unknown {
  // Refuses what is no JSON; the reader can then take the grammar for granted.
  JSON.parse(text);
  return new JsonReader(text, toNumber).read();
}

class JsonReader {
  readonly #text: string;
  readonly #toNumber: (text: string) => unknown;
  readonly #open: Open[] = [];
  #offset = 0;

  constructor(text: string, toNumber: (text: string) => unknown) {
    this.#text = text;
    this.#toNumber = toNumber;
  }

  read(): unknown {
    for (;;) {
      this.#take(BETWEEN_TOKENS);
      const next = this.#text[this.#offset];
      if (next === "{" || next === "[") {
        this.#offset += 1;
        this.#open.push(next === "{" ? { kind: "object", value: {} } : { kind: "array", value: [] });
      } else {
        const value = this.#valueOrName(next);
        const parent = this.#open.at(-1);
        if (parent === undefined) return value;
        put(parent, value);
      }
    }
  }

  #valueOrName(next: string | undefined): unknown {
    if (next === "}" || next === "]") {
      this.#offset += 1;
      return this.#open.pop()?.value;
    }
    if (next === '"') return this.#string();
    const token = this.#take(NUMBER_OR_LITERAL);
    const literal = LITERALS.get(token);
    return literal === undefined ? this.#toNumber(token) : literal;
  }

  #string(): string {
    const start = this.#offset;
    let hasEscape = false;
    for (let at = start + 1; ; at += 1) {
      const character = this.#text[at];
      if (character === '"') {
        this.#offset = at + 1;
        break;
      }
      if (character === "\\") {
        hasEscape = true;
        at += 1;
      }
    }
    return hasEscape
      ? (JSON.parse(this.#text.slice(start, this.#offset)) as string)
      : this.#text.slice(start + 1, this.#offset - 1);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#offset += found.length;
    return found;
  }
}

/** The next of an array, or in turn the name and the value of a property. */
function put(parent: Open, value: unknown): void {
  if (parent.kind === "array") parent.value.push(value);
  else if (parent.name === undefined) parent.name = value as string;
  else {
    // An assignment would take `__proto__` for the prototype.
    Object.defineProperty(parent.value, parent.name, { value, writable: true, enumerable: true, configurable: true });
    parent.name = undefined;
  }
}

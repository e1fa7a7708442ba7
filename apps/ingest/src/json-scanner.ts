const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;

/** Result of {@link JsonScanner.peek} at the end of the text. */
export const END_OF_TEXT = -1;

/** The text is not JSON. `offset` is where reading stopped, in characters from the start of the whole text. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
  readonly code = "JSON_SYNTAX";
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The text is nested deeper than anybody reads; what follows was not looked at. */
export class JsonDepthError extends Error {
  override readonly name = "JsonDepthError";
  readonly code = "JSON_DEPTH";
  readonly offset: number;

  constructor(offset: number) {
    super("The JSON text is nested too deeply");
    this.offset = offset;
  }
}

/**
 * Walks over JSON text without building values: it says where a value starts and ends, and refuses exactly what
 * `JSON.parse` refuses. So the text of an event's `data` can be passed on as the client wrote it, where parsing it and
 * writing it again would turn 12345678901234567890 into 12345678901234567000 and 1e400 into null.
 *
 * It keeps its own stack, so nesting is bounded by memory and not by the call stack.
 *
 * @example
 * ```ts
 * const scanner = new JsonScanner('[1e400, {"a": 2}]');
 * scanner.skipValue();
 * scanner.position // 17
 * ```
 */
export class JsonScanner {
  readonly text: string;
  /** Where reading goes on. */
  position: number;
  /** Deepest nesting of the value that was skipped last: 0 for a string, 1 for `{}`, 2 for `[[]]`. */
  depth = 0;
  readonly #end: number;
  readonly #maxDepth: number;

  /**
   * Reads `text` from `start` (inclusive) to `end` (exclusive), as if nothing stood around it.
   * @param maxDepth beyond it reading ends with a {@link JsonDepthError}
   */
  constructor(text: string, start = 0, end = text.length, maxDepth = Number.POSITIVE_INFINITY) {
    this.text = text;
    this.position = start;
    this.#end = end;
    this.#maxDepth = maxDepth;
  }

  /** Skips whitespace and gives the character code that follows, or {@link END_OF_TEXT}. */
  peek(): number {
    const { text } = this;
    const end = this.#end;
    let position = this.position;
    while (position < end) {
      const code = text.charCodeAt(position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
        this.position = position;
        return code;
      }
      position += 1;
    }
    this.position = end;
    return END_OF_TEXT;
  }

  /** Skips whitespace and, when `code` follows, takes it. */
  take(code: number): boolean {
    if (this.peek() !== code) return false;
    this.position += 1;
    return true;
  }

  /**
   * Skips whitespace and takes `code`; throws {@link JsonSyntaxError} naming `expected` when something else follows.
   */
  expect(code: number, expected: string): void {
    if (!this.take(code)) this.fail(expected);
  }

  /** Throws unless only whitespace is left. */
  expectEnd(): void {
    if (this.peek() !== END_OF_TEXT) this.fail("the end of the text");
  }

  /** Throws a {@link JsonSyntaxError} at the present position. */
  fail(expected: string): never {
    const isAtEnd = this.position >= this.#end;
    throw new JsonSyntaxError(`Expected ${expected}${isAtEnd ? ", but the text ends" : ""}`, this.position);
  }

  /** Skips a string; the present position must be at its opening quote. */
  skipString(): void {
    const { text } = this;
    const end = this.#end;
    let position = this.position;
    if (position >= end || text.charCodeAt(position) !== quote) this.fail("a string in double quotes");
    position += 1;
    while (position < end) {
      const code = text.charCodeAt(position);
      if (code === quote) {
        this.position = position + 1;
        return;
      }
      if (code < 0x20) {
        this.position = position;
        this.fail("no control character in a string (escape it)");
      }
      position = code === backslash ? this.#skipEscape(position) : position + 1;
    }
    this.position = end;
    this.fail("the closing quote of a string");
  }

  /** Skips the value at the present position, after whitespace. */
  skipValue(): void {
    let code = this.peek();
    if (code !== openBrace && code !== openBracket) {
      this.#skipScalar(code);
      this.depth = 0;
      return;
    }
    // One entry for each container that is open; true for an object.
    const open: boolean[] = [];
    let deepest = 0;
    for (; ; code = this.peek()) {
      if (code === openBrace) {
        this.position += 1;
        if (open.length >= deepest) deepest = this.#deepen(open.length + 1);
        if (!this.take(closeBrace)) {
          open.push(true);
          this.#skipName();
          continue;
        }
      } else if (code === openBracket) {
        this.position += 1;
        if (open.length >= deepest) deepest = this.#deepen(open.length + 1);
        if (!this.take(closeBracket)) {
          open.push(false);
          continue;
        }
      } else {
        this.#skipScalar(code);
      }
      if (this.#closeContainers(open)) {
        this.depth = deepest;
        return;
      }
    }
  }

  #deepen(depth: number): number {
    if (depth > this.#maxDepth) throw new JsonDepthError(this.position);
    return depth;
  }

  /** After a value: closes what ends here. False when another value has to follow. */
  #closeContainers(open: boolean[]): boolean {
    for (;;) {
      const isObject = open.at(-1);
      if (isObject === undefined) return true;
      const code = this.peek();
      if (code === comma) {
        this.position += 1;
        if (isObject) this.#skipName();
        return false;
      }
      if (code !== (isObject ? closeBrace : closeBracket)) this.fail(isObject ? "',' or '}'" : "',' or ']'");
      this.position += 1;
      open.pop();
    }
  }

  #skipName(): void {
    this.peek();
    this.skipString();
    this.expect(colon, "':'");
  }

  #skipScalar(code: number): void {
    if (code === quote) this.skipString();
    else if (code === minus || (code >= zero && code <= nine)) this.#skipNumber();
    else if (code === 0x74) this.#skipLiteral("true");
    else if (code === 0x66) this.#skipLiteral("false");
    else if (code === 0x6e) this.#skipLiteral("null");
    else this.fail("a JSON value");
  }

  #skipLiteral(literal: string): void {
    if (this.position + literal.length > this.#end || !this.text.startsWith(literal, this.position)) {
      this.fail("a JSON value");
    }
    this.position += literal.length;
  }

  /** https://www.rfc-editor.org/rfc/rfc8259#section-6 */
  #skipNumber(): void {
    if (this.#codeHere() === minus) this.position += 1;
    if (this.#codeHere() === zero) this.position += 1;
    else this.#skipDigits();
    if (this.#codeHere() === 0x2e) {
      this.position += 1;
      this.#skipDigits();
    }
    const code = this.#codeHere();
    if (code === 0x65 || code === 0x45) {
      this.position += 1;
      const sign = this.#codeHere();
      if (sign === 0x2b || sign === minus) this.position += 1;
      this.#skipDigits();
    }
  }

  #skipDigits(): void {
    const start = this.position;
    for (;;) {
      const code = this.#codeHere();
      if (code < zero || code > nine) break;
      this.position += 1;
    }
    if (this.position === start) this.fail("a digit");
  }

  #codeHere(): number {
    return this.position < this.#end ? this.text.charCodeAt(this.position) : END_OF_TEXT;
  }

  /** Gives the position after the escape that starts at `position`. */
  #skipEscape(position: number): number {
    const code = position + 1 < this.#end ? this.text.charCodeAt(position + 1) : END_OF_TEXT;
    if (code === 0x75) {
      for (let offset = 2; offset < 6; offset += 1) {
        const digit = position + offset < this.#end ? this.text.charCodeAt(position + offset) : END_OF_TEXT;
        if (!isHexDigit(digit)) {
          this.position = position + offset;
          this.fail("four hexadecimal digits after \\u");
        }
      }
      return position + 6;
    }
    if (!escapable.has(code)) {
      this.position = position + 1;
      this.fail('one of " \\ / b f n r t u after a backslash');
    }
    return position + 2;
  }
}

const escapable = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));

function isHexDigit(code: number): boolean {
  return (code >= zero && code <= nine) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** Line and column (both from 1, columns in characters) of `offset` in `text`, counting from `start`. */
export function locate(text: string, offset: number, start = 0): { line: number; column: number } {
  let line = 1;
  let lineStart = start;
  for (let at = text.indexOf("\n", start); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

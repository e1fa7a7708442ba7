import { InvalidEventError } from "./errors.ts";
import { readJson } from "./json-reader.ts";
import { NumberText, numberOfText } from "./number-text.ts";

/** Fewer significant digits always survive the way to a double and back. */
const LONG_NUMBER_DIGITS = 16;

/** Numbers with an exponent of three digits; with fewer, sixteen digits are needed to lose any. */
const HUGE_EXPONENT = /[0-9.][eE][+-]?[0-9]{3}/;

/**
 * An event's JSON text as a value. Numbers that a double does not hold exactly keep their digits, because the engine
 * compares such numbers by their text.
 *
 * @throws InvalidEventError when the text is not JSON.
 */
export function parseEventText(text: string): unknown {
  return hasLongNumber(text) || HUGE_EXPONENT.test(text) ? parseKeepingDigits(text) : parseQuickly(text);
}

// A number in an object or a list follows a colon, a comma or a bracket; an expression that also looks at the start of
// the text takes twice as long. The alternatives are those that `String` does not give: tiny ones, those of more digits
// than every double keeps (with and without a point), exponents, zeros at the end of a fraction. The character after a
// fraction is read too, because the seconds of a time in a string also follow a colon.
const RESPELLED_NUMBER =
  /[:,[][ \t\r\n]*-?(?=[0-9])(?:0\.0{6}|[0-9]{16}|[0-9.]{17}|[0-9.]+[eE]|(?:0|[1-9][0-9]*)\.[0-9]*0(?=[ \t\r\n,}\]]|$)|(?<=-)0(?![0-9.]))/;

/** A text that is a number itself. */
const BARE_NUMBER = /^[ \t\r\n]*-?[0-9]/;

/**
 * True if a text may hold a number that `JSON.stringify` would write in another way than the text does: `1.0`, `1e3`,
 * `-0`, `12345678901234567890`. Never false when it does; also true for a string that looks like such a number, and for
 * a text that is a number.
 */
export function mayRespellNumbers(text: string): boolean {
  return RESPELLED_NUMBER.test(text) || BARE_NUMBER.test(text);
}

/**
 * A JSON text as a value in which every number that `JSON.stringify` would write in another way is a NumberText, so
 * that the value is written with the digits of the text; on Node 20 with those of the nearest double.
 *
 * @throws InvalidEventError when the text is not JSON.
 */
export function parseKeepingSpelling(text: string): unknown {
  return mayRespellNumbers(text) ? read(text, keepSpelling) : parseQuickly(text);
}

/** The value with numbers as doubles. @throws InvalidEventError when the text is not JSON. */
export function parseQuickly(text: string): unknown {
  // Only names with escapes are read wrong by `JSON.parse`.
  return text.includes("\\") ? read(text, Number) : parse(text);
}

/** The value with all digits of numbers that no double holds. @throws InvalidEventError when the text is not JSON. */
export function parseKeepingDigits(text: string): unknown {
  return read(text, numberOfText);
}

/**
 * True if a number of an event that has been parsed quickly may have lost digits.
 * @param hasExtreme one of its numbers is zero, tiny or huge, as numbers beyond what a double holds become
 */
export function mayHaveLostDigits(text: string, hasExtreme: boolean): boolean {
  return hasLongNumber(text) || (hasExtreme && HUGE_EXPONENT.test(text));
}

/** Magnitudes that numbers with a two-digit exponent do not reach. */
export function isExtreme(value: number): boolean {
  const size = Math.abs(value);
  return size < 1e-80 || size > 1e80;
}

/**
 * True if sixteen digits stand in a row, in a number or in a string: then it pays to look closer. A row of sixteen has
 * a digit at every sixteenth place, so that only those are read.
 */
function hasLongNumber(text: string): boolean {
  for (let offset = LONG_NUMBER_DIGITS - 1; offset < text.length; offset += LONG_NUMBER_DIGITS) {
    if (!isDigit(text, offset)) continue;
    let first = offset;
    while (first > 0 && isDigit(text, first - 1)) first -= 1;
    let last = offset;
    while (last - first < LONG_NUMBER_DIGITS - 1 && isDigit(text, last + 1)) last += 1;
    if (last - first >= LONG_NUMBER_DIGITS - 1) return true;
  }
  return false;
}

/** A digit or the point between digits. */
function isDigit(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  return (code >= 0x30 && code <= 0x39) || code === 0x2e;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(error);
  }
}

function read(text: string, toNumber: (text: string) => unknown): unknown {
  try {
    return readJson(text, toNumber);
  } catch (error) {
    throw notJson(error);
  }
}

function notJson(cause: unknown): InvalidEventError {
  return new InvalidEventError("The event is not valid JSON", { cause });
}

function keepSpelling(text: string): number | NumberText {
  const value = Number(text);
  return String(value) === text ? value : new NumberText(text);
}

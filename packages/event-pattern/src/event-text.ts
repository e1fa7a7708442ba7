import { InvalidEventError } from "./errors.ts";
import { numberOfText } from "./number-text.ts";

/**
 * Numbers that a double may not hold exactly have at least 16 digits or a three-digit exponent. (Digits inside strings
 * match too; that only costs time.)
 */
const LONG_NUMBER = /[:,[][ \t\n\r]*-?(?:[0-9.]{16}|[0-9.]+[eE][+-]?[0-9]{3})/;

/**
 * An event's JSON text as a value. Numbers that a double does not hold exactly keep their digits, because the engine
 * compares such numbers by their text.
 *
 * @throws InvalidEventError when the text is not JSON.
 */
export function parseEventText(text: string): unknown {
  try {
    return LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch (error) {
    throw new InvalidEventError("The event is not valid JSON", { cause: error });
  }
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" && context?.source !== undefined ? numberOfText(context.source) : value;
}

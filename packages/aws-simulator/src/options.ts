/**
 * An option of a component is not what it can work with. The message names the option, what it may be and what it was.
 */
export class OptionError extends Error {
  override readonly name = "OptionError";
  readonly code = "INVALID_OPTION";
  readonly option: string;

  constructor(option: string, expected: string, actual: unknown) {
    super(`Expected \`${option}\` to be ${expected}, got ${describe(actual)}.`);
    this.option = option;
  }
}

/** @throws OptionError unless `value` is a whole number in [min, max]. */
export function checkInteger(option: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new OptionError(option, `a whole number from ${min} to ${max}`, value);
  }
}

/** @throws OptionError unless `value` is a number in [min, max]. */
export function checkNumber(option: string, value: unknown, min: number, max: number): void {
  if (!(typeof value === "number" && value >= min && value <= max)) {
    throw new OptionError(option, `a number from ${min} to ${max}`, value);
  }
}

/** @throws OptionError unless `value` is a range of numbers from 0 up. */
export function checkRange(option: string, value: { readonly min: number; readonly max: number }): void {
  checkNumber(`${option}.min`, value.min, 0, Number.MAX_SAFE_INTEGER);
  checkNumber(`${option}.max`, value.max, value.min, Number.MAX_SAFE_INTEGER);
}

/** @throws OptionError unless `value` is a function. */
export function checkFunction(option: string, value: unknown): void {
  if (typeof value !== "function") throw new OptionError(option, "a function", value);
}

/** @throws OptionError unless `value` is one of `choices`. */
export function checkChoice(option: string, value: unknown, choices: readonly string[]): void {
  if (typeof value !== "string" || !choices.includes(value)) {
    throw new OptionError(option, `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`, value);
  }
}

/** @throws OptionError unless `value` is a probability. */
export function checkRate(option: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new OptionError(option, "a number from 0 to 1", value);
}

/** @throws OptionError unless `value` is text with at least one character. */
export function checkText(option: string, value: unknown): void {
  if (typeof value !== "string" || value === "") throw new OptionError(option, "a text that is not empty", value);
}

function describe(value: unknown): string {
  if (typeof value === "function") return "a function";
  // JSON has no NaN and no Infinity.
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) as string | undefined);
  return `${text ?? String(value)} (${value === null ? "null" : typeof value})`;
}

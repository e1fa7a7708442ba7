import { InvalidArgumentError } from "@commander-js/extra-typings";

/** Reads an option's whole number of at least `least`, and at most `most`; the error names the option. */
export function wholeNumber(least: number, most?: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const isWhole = text.trim() !== "" && Number.isSafeInteger(value);
    if (isWhole && value >= least && value <= (most ?? value)) return value;
    const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}

/** Reads an option's number from `least` to `most`, both included. */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
  };
}

/** Keeps all values of an option that may be given several times, in order. */
export function together(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** Reads an option's number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Expected a number above 0.");
}

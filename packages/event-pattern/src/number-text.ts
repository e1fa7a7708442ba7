/**
 * A JSON number whose digits no double holds exactly, such as `12345678901234567890` or `1e400`. The engine cannot
 * compare such a number, so it equals only the same digits, and no numeric operator matches it.
 */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const NUMBER = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/** `±digits·10^exponent` without leading or trailing zeros, so that equal numbers have one spelling. */
function canonicalDecimal(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/**
 * The number a JSON number text stands for, or its digits when a double cannot hold them: the engine compares numbers
 * only if they survive the way to a double and back (aws/event-ruler, `ComparableNumber`).
 */
export function numberOfText(text: string): number | NumberText {
  const value = Number(text);
  const isExact = Number.isFinite(value) && canonicalDecimal(String(value)) === canonicalDecimal(text);
  return isExact ? value + 0 : new NumberText(text);
}

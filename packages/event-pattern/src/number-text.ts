/** `JSON.rawJSON` of Node 21 and later: what `JSON.stringify` writes as it is. */
const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown };

/**
 * A JSON number by its text, such as `12345678901234567890`, `1e400` or `1.0`. In a pattern or an event it is the
 * number itself if a double holds it exactly. The engine cannot compare any other, so that one equals only the same
 * digits, and no numeric operator matches it.
 */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** `JSON.stringify` writes the text as it is. On Node 20, which cannot do that, it writes the nearest double. */
  toJSON(): unknown {
    return rawJSON === undefined ? Number(this.text) : rawJSON(this.text);
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

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { JsonScanner, JsonSyntaxError } from "../../src/json-scanner.ts";

/** JSON text written with other whitespace than `JSON.stringify` does, sometimes broken at one place. */
const jsonText = fc
  .tuple(
    fc.json({ maxDepth: 6 }),
    fc.constantFrom("", " ", "\n\t"),
    fc.option(
      fc.record({
        at: fc.nat(),
        removed: fc.nat({ max: 3 }),
        inserted: fc.constantFrom(...Array.from(',:{}[]"\\0-eE.+ntu \n\u0000é')),
      }),
    ),
  )
  .map(([text, space, damage]) => {
    const spaced = space === "" ? text : text.replace(/([,:[{\]}])/g, `$1${space}`);
    if (damage === null) return spaced;
    const at = damage.at % (spaced.length + 1);
    return spaced.slice(0, at) + damage.inserted + spaced.slice(at + damage.removed);
  });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isScanned(text: string): boolean {
  const scanner = new JsonScanner(text);
  try {
    scanner.skipValue();
    scanner.expectEnd();
    return true;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(text.length);
    return false;
  }
}

test("the scanner accepts exactly what JSON.parse accepts", () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      expect(isScanned(text)).toBe(isJson(text));
    }),
    { numRuns: 5_000 },
  );
});

test("the scanner accepts exactly what JSON.parse accepts, for numbers and strings", () => {
  const soup = fc.string({ unit: fc.constantFrom(...Array.from('0123456789+-.eE"\\u/bfnrtxaF\t ')), maxLength: 12 });
  fc.assert(
    fc.property(soup, fc.boolean(), (text, isQuoted) => {
      const candidate = isQuoted ? `"${text}"` : text;
      expect(isScanned(candidate)).toBe(isJson(candidate));
    }),
    { numRuns: 5_000 },
  );
});

test("the scanner ends exactly at the end of a value, whatever follows", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(",", "}", "]", ' "'), (text, tail) => {
      const scanner = new JsonScanner(text + tail);
      scanner.skipValue();
      // A number may be followed by nothing that could belong to it; the tails cannot.
      expect(text.slice(0, scanner.position).trim()).toBe(text.trim());
    }),
    { numRuns: 1_000 },
  );
});

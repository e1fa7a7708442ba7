import { expect, test } from "@jest/globals";
import { compilePatterns, type EventPattern } from "../../src/index.ts";
import { equalsIgnoreCase, upperCaseKey } from "../../src/fold-case.ts";

const characters = Array.from({ length: 0x11000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

test("every spelling of a character has its key, over all of the BMP and the plane after it", () => {
  const wrong = characters.filter((character) => {
    const key = upperCaseKey(character);
    if (key === undefined) return false;
    return character.toLowerCase().toUpperCase() !== key || character.toUpperCase().toUpperCase() !== key;
  });
  expect(wrong).toEqual([]);
});

test("characters without a key are few, and are found all the same", () => {
  const keyless = characters.filter((character) => upperCaseKey(character) === undefined);
  expect(keyless.length).toBeLessThan(100);
  expect(keyless).toContain("\u212a");
  const named = Object.fromEntries(
    [...keyless, "k", "ß", "é", "Σ", "a"].map(
      (text) => [text, { f: [{ "equals-ignore-case": text }] }] as [string, EventPattern],
    ),
  );
  const set = compilePatterns(named);
  for (const value of [...keyless, "k", "K", "SS", "ß", "é", "É", "σ", "ς", "Σ", "A"]) {
    const expected = Object.keys(named).filter((text) => equalsIgnoreCase(text, value));
    expect([value, set.match({ f: value })]).toEqual([value, expected]);
  }
});

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { comparePositions, timePrefixes } from "../../src/index.ts";

const hourMs = 3_600_000;

test("whole days are listed by their day, the ends by their hours", () => {
  const range = { fromMs: Date.parse("2026-11-28T22:30:00Z"), toMs: Date.parse("2026-11-30T01:00:01Z") };
  expect([...timePrefixes("enriched/", range, 0)]).toEqual([
    "enriched/date=2026-11-28/hour=22/",
    "enriched/date=2026-11-28/hour=23/",
    "enriched/date=2026-11-29/",
    "enriched/date=2026-11-30/hour=00/",
    "enriched/date=2026-11-30/hour=01/",
  ]);
});

test("every hour of a range is below one of its prefixes, once", () => {
  const start = Date.parse("2026-01-01T00:00:00Z");
  fc.assert(
    fc.property(fc.nat(90 * 24 * hourMs), fc.integer({ min: 1, max: 10 * 24 * hourMs }), (offset, length) => {
      const range = { fromMs: start + offset, toMs: start + offset + length };
      const prefixes = [...timePrefixes("", range, 0)];
      for (let at = Math.floor(range.fromMs / hourMs) * hourMs; at < range.toMs; at += hourMs) {
        const text = new Date(at).toISOString();
        const key = `date=${text.slice(0, 10)}/hour=${text.slice(11, 13)}/x`;
        expect(prefixes.filter((prefix) => key.startsWith(prefix))).toHaveLength(1);
      }
    }),
  );
});

test("positions compare as numbers of any length", () => {
  const position = fc.array(fc.bigInt({ min: 0n, max: 10n ** 40n }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(position, position, (left, right) => {
      const at = left.findIndex((number, index) => right[index] !== number);
      const [x, y] = [left[at], right[at]];
      const expected = x !== undefined && y !== undefined ? Number(x > y) - Number(x < y) : undefined;
      const found = Math.sign(comparePositions(left.join(":"), right.join(":")));
      if (expected !== undefined) expect(found).toBe(expected);
      else if (left.length === right.length) expect(found).toBe(0);
    }),
  );
});

import { describe, expect, test } from "@jest/globals";
import {
  compilePattern,
  compilePatterns,
  type EventPattern,
  InvalidPatternError,
  parseEventText,
} from "../../src/index.ts";
import { NOTHING } from "../cases/case-groups.ts";
import { EVENT_CASES } from "../cases/event-cases.ts";
import { REFUSED_CASES } from "../cases/refused-cases.ts";
import { VALUE_CASES } from "../cases/value-cases.ts";
import { interpret } from "../support/interpreter.ts";

const readEvent = (event: object | string): object =>
  typeof event === "string" ? (parseEventText(event) as object) : event;
const show = (value: unknown): string =>
  value === NOTHING ? "nothing" : typeof value === "string" ? value : JSON.stringify(value);

const groups = [
  ...VALUE_CASES.map(({ rule, source, alternatives, yes, no }) => {
    const event = (value: unknown): object => (value === NOTHING ? {} : { f: value });
    return {
      rule,
      source,
      pattern: { f: alternatives },
      cases: [
        ...yes.map((value) => ({ shown: show(value), event: event(value), matches: true })),
        ...no.map((value) => ({ shown: show(value), event: event(value), matches: false })),
      ],
    };
  }),
  ...EVENT_CASES.map(({ rule, source, pattern, yes, no }) => ({
    rule,
    source,
    pattern,
    cases: [
      ...yes.map((event) => ({ shown: show(event), event, matches: true })),
      ...no.map((event) => ({ shown: show(event), event, matches: false })),
    ],
  })),
];

/** Patterns that share every field with the one under test, so that the set has to use its indexes. */
const company: Record<string, EventPattern> = {};
for (const { pattern } of VALUE_CASES.map(({ alternatives }) => ({ pattern: { f: alternatives } as EventPattern }))) {
  company[`other-${Object.keys(company).length}`] = pattern;
}

describe.each(groups)("$rule ($source)", ({ pattern, cases }) => {
  const single = compilePattern(pattern as EventPattern);
  const set = compilePatterns({ ...company, tested: pattern as EventPattern });

  test.each(cases)("$shown → $matches", ({ event, matches }) => {
    expect(single(readEvent(event))).toBe(matches);
    expect(set.match(readEvent(event)).includes("tested")).toBe(matches);
    if (typeof event === "string") expect(set.matchText(event).includes("tested")).toBe(matches);
  });
});

test("the interpreter of the property test agrees with the table wherever it can read the case", () => {
  // It reads addresses in their usual spelling only, and knows nothing of the legacy `$or`.
  const isBeyondIt = (text: string): boolean => /\$or|::ffff|10\.0\.0\.0?1|0:0:0|0DB8/.test(text);
  let compared = 0;
  for (const { pattern, cases } of groups) {
    for (const { event, matches } of cases) {
      if (typeof pattern === "string" || typeof event === "string") continue;
      if (isBeyondIt(JSON.stringify([pattern, event]))) continue;
      expect([pattern, event, interpret(pattern, event)]).toEqual([pattern, event, matches]);
      compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(300);
});

describe("refused patterns", () => {
  test.each(REFUSED_CASES)("$rule: $pattern ($source)", ({ pattern, pointer, reason }) => {
    const refused = (): InvalidPatternError | undefined => {
      try {
        compilePattern(pattern as EventPattern);
        return undefined;
      } catch (error) {
        if (error instanceof InvalidPatternError) return error;
        throw error;
      }
    };
    const error = refused();
    expect(error?.reason).toMatch(reason);
    expect(error?.pointer).toBe(pointer);
    expect(error?.position !== undefined).toBe(typeof pattern === "string");
  });
});

test("the table has at least 300 cases, each with its source", () => {
  const count = groups.reduce((sum, { cases }) => sum + cases.length, 0) + REFUSED_CASES.length;
  expect(count).toBeGreaterThanOrEqual(300);
  expect([...groups, ...REFUSED_CASES].every(({ source }) => source.startsWith("https://"))).toBe(true);
});

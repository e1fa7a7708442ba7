import fc from "fast-check";

// Strings as JSON text: what RFC 8259 can write, and no digits in a row, which masking would take for a card number.
const character = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("a", "Z", " ", "é", "ß", "漢", "😀", "\u2028", "\ufeff", "\ufffd", "/", "'"),
  },
  { weight: 2, arbitrary: fc.constantFrom('\\"', "\\\\", "\\/", "\\b", "\\n", "\\t", "\\u0000", "\\u001f", "\\u00e9") },
  { weight: 2, arbitrary: fc.constantFrom("\\ud83d\\ude00", "\\uD83D\\uDE00", "\\\\\\\\ud83d", "\\\\ud83d") },
  { weight: 2, arbitrary: fc.constantFrom("\\ud83d", "\\uDE00", "\\udbff", "\\udc00") },
);
const text = fc.oneof(
  { weight: 20, arbitrary: fc.array(character, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.array(character, { minLength: 200, maxLength: 400 }) },
);
const string = text.map((characters) => `"${characters.join("")}"`);
const name = fc.oneof(
  string,
  // Names of one escape and a backslash alone: V8 takes some of them for others, see docs/data.md.
  fc.constantFrom('"\\\\"', '"\\n"', '"\\/"', '"\\u0061"', '"\\uDE00"'),
  fc.constantFrom('"a"', '"b"', '"7"', '"__proto__"', '"constructor"', '""', '"#2"'),
);

const digits = (maxLength: number) =>
  fc.array(fc.constantFrom(...Array.from("0123456789")), { minLength: 1, maxLength }).map((all) => all.join(""));
const whole = fc.oneof(
  fc.constant("0"),
  fc
    .tuple(fc.constantFrom(...Array.from("123456789")), fc.oneof(fc.constant(""), digits(6), digits(40)))
    .map((parts) => parts.join("")),
);
const number = fc
  .tuple(
    fc.constantFrom("", "", "-"),
    whole,
    fc.oneof(
      fc.constant(""),
      fc.constant(""),
      digits(6).map((all) => `.${all}`),
      digits(40).map((all) => `.${all}`),
    ),
    fc.constantFrom("", "", "", "e0", "E5", "e-7", "e+21", "e400", "e-400"),
  )
  .map((parts) => parts.join(""));

const scalar = fc.oneof(string, number, fc.constantFrom("true", "false", "null"));
const space = fc.constantFrom("", "", "", " ", "\t", "\r\n");

/**
 * JSON text of any value: odd strings, numbers of any length, names that stand twice, deep and wide, with white space.
 */
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.tuple(space, fc.array(tie("value"), { maxLength: 4 })).map(([gap, all]) => `[${gap}${all.join(`,${gap}`)}]`),
    fc
      .tuple(space, fc.array(fc.tuple(name, tie("value")), { maxLength: 5 }))
      .map(([gap, all]) => `{${all.map(([key, each]) => `${gap}${key}${gap}:${each}`).join(",")}}`),
  ),
}));

const wide = fc.array(scalar, { minLength: 100, maxLength: 200 }).map((all) => `[${all.join()}]`);
const deep = fc
  .tuple(fc.integer({ min: 20, max: 50 }), scalar)
  .map(([depth, leaf]) => `${"[".repeat(depth)}${leaf}${"]".repeat(depth)}`);

const time = fc
  .tuple(
    fc.constantFrom("0001-01-01", "1970-01-01", "2024-02-29", "2026-11-28", "9999-12-31"),
    fc.constantFrom("T", "t"),
    fc.constantFrom("00:00:00", "12:30:15.5", "23:59:59.123456789", "23:59:60"),
    fc.constantFrom("Z", "z"),
  )
  .map((parts) => parts.join(""));

/** Input of a source: the JSON of `data.properties`, and a `time` that ingest takes. */
export interface OddEvent {
  readonly properties: string;
  readonly time: string;
}

const anyEvent: fc.Arbitrary<OddEvent> = fc.record({
  properties: fc
    .oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: wide }, { weight: 1, arbitrary: deep })
    .map((each) => `{"v":${each}}`),
  time,
});

/** The same events for the same seed. */
export function oddEvents(count: number, seed: number): OddEvent[] {
  return fc.sample(anyEvent, { numRuns: count, seed });
}

/** The data of an event with such properties. */
export function oddEventData(properties: string): string {
  return `{"name":"odd","properties":${properties}}`;
}

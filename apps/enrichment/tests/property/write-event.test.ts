import { describe, expect, test } from "@jest/globals";
import type { RawEvent } from "@millrace/event-contracts";
import fc from "fast-check";
import { enrichEvent } from "../../src/enrich-event.ts";
import { exchangeTexts } from "../../src/envelope/write-event.ts";
import type { JsonObject } from "../../src/json-value.ts";
import { MaskingMemory } from "../../src/memory/masking-memory.ts";
import { MaskingLog } from "../../src/privacy/masking-log.ts";
import { createContext, createPurchase, createRawEvent } from "../raw-events.ts";

/** Texts that say the same as `JSON.stringify` would, each in ways of its own. */
interface Spelling {
  readonly space: string;
  /** Writes a name once more, before the value that counts. */
  readonly isRepeating: boolean;
  readonly isEscaping: boolean;
  readonly number: (canonical: string) => string;
}

const plain: Spelling = { space: "", isRepeating: false, isEscaping: false, number: (text) => text };

function spell(value: unknown, spelling: Spelling): string {
  const { space } = spelling;
  if (typeof value === "number") return spelling.number(JSON.stringify(value));
  if (typeof value === "string") return spellText(value, spelling);
  if (Array.isArray(value)) return `[${value.map((element) => spell(element, spelling)).join(`,${space}`)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const once = `${space}${spellText(name, spelling)}:${space}${spell(member, spelling)}`;
    return spelling.isRepeating ? [`${spellText(name, spelling)}:"hidden"`, once] : [once];
  });
  return `{${members.join(",")}}`;
}

function spellText(text: string, { isEscaping }: Spelling): string {
  const json = JSON.stringify(text);
  return isEscaping ? json.replace(/[a-z](?=[^\\]*$)/u, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`) : json;
}

// Forms of a number: shorter, longer, and as long as JavaScript writes it.
const withExponent = (text: string) =>
  text.replace(/^(-?\d+?)(0+)$/u, (_, digits: string, zeros: string) => `${digits}e${zeros.length}`);
const withFraction = (text: string) => (/^-?\d+$/u.test(text) ? `${text}.0` : text);
const withFarDigits = (text: string) => (/^-?\d{16,}$/u.test(text) ? text.replace(/\d$/u, "7") : text);

const anySpelling: fc.Arbitrary<Spelling> = fc.record({
  space: fc.constantFrom("", "", " ", "\r"),
  isRepeating: fc.boolean(),
  isEscaping: fc.boolean(),
  number: fc.constantFrom(plain.number, withExponent, withFraction, withFarDigits),
});

const anyNumber = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 7, 100, 1000, 4_111_111_111_111_111, 1e20, 1e-7, 0.1, 0.01, 129.99, 4_111_111_111_111_111_000),
);
const anyName = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("a", "7", "__proto__", "constructor", "é", "email"),
);
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("x", "ada@example.com", "1000", "😀", '"', "\\"),
);
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    anyText,
    anyNumber,
    fc.constantFrom(true, false, null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .array(fc.tuple(anyName, tie("value")), { maxLength: 4 })
      .map((members) => Object.fromEntries(members) as unknown),
  ),
}));

/** Replaces some properties, wherever they are, as masking does. */
function replaceSome(value: unknown, log: MaskingLog, draw: () => number): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    replaceSome(member, log, draw);
    if (Array.isArray(value) || draw() > 0.2) continue;
    log.replace(
      value as JsonObject,
      name,
      member,
      draw() < 0.05 ? undefined : ['***"', "k1.abc", "", "é"][Math.floor(draw() * 4)],
    );
  }
}

function expectSameText(text: string, seed: number): void {
  const event = JSON.parse(text) as RawEvent;
  let state = seed;
  const draw = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const log = new MaskingLog(new MaskingMemory());
  replaceSome(event, log, draw);
  expect(exchangeTexts(event, text, log) ?? JSON.stringify(event)).toBe(JSON.stringify(event));
}

describe("exchangeTexts gives what JSON.stringify gives, or nothing", () => {
  const anyEvent = fc.dictionary(anyName, anyValue, { maxKeys: 6 });

  test("for texts as JSON.stringify writes them", () => {
    fc.assert(
      fc.property(anyEvent, fc.integer(), (event, seed) => expectSameText(JSON.stringify(event), seed)),
      { numRuns: 5_000 },
    );
  });

  test("for texts in any other spelling, with a line end or without", () => {
    fc.assert(
      fc.property(anyEvent, anySpelling, fc.constantFrom("", "\n"), fc.integer(), (event, spelling, end, seed) =>
        expectSameText(spell(event, spelling) + end, seed),
      ),
      { numRuns: 5_000 },
    );
  });

  test("for a value that was replaced twice", () => {
    const event = { a: "x", b: "x" } as unknown as RawEvent;
    const log = new MaskingLog(new MaskingMemory());
    log.replace(event, "a", "x", "y");
    log.replace(event, "a", "y", "z");
    expect(exchangeTexts(event, '{"a":"x","b":"x"}', log) ?? JSON.stringify(event)).toBe('{"a":"z","b":"x"}');
  });

  test.each<[string, string]>([
    ["a hidden value whose room a shorter number makes", '{"n":1e20,"e":"hidden-xyz","e":"x"}'],
    ["a hidden value whose room two shorter numbers make", '{"n":1e6,"m":1e9,"e":"a","e":"x"}'],
    ["a hidden value whose room a shorter fraction makes", '{"n":1e-7,"e":"","e":"x"}'],
    ["digits beyond those of a double", '{"n":4111111111111111234}'],
    ["a number beyond a double", '{"n":1e999}'],
    ["minus zero", '{"n":-0}'],
    ["names that JavaScript moves to the front", '{"b":"x","1":"x"}'],
    ["white space that ends lines elsewhere", '{"a":1,\r"b":2}'],
    ["white space at the end", '{"a":1} '],
    ["nothing in it", "{}"],
  ])("for a text with %s", (_, text) => {
    for (let seed = 0; seed < 50; seed++) expectSameText(text, seed);
  });
});

describe("an enriched event", () => {
  const context = createContext();
  const stamp = ',"processing":{}}';

  test("is the same whether it is written anew or from its text", () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            ...{ subject: anyText, clientip: fc.oneof(fc.ipV4(), anyText), referer: fc.oneof(fc.webUrl(), anyText) },
            ...{ useragent: anyText, label: anyText, [`ada@example.com`]: anyValue },
            ...{ type: fc.constantFrom("search.click", "commerce.purchase", "shop.closed") },
          },
          { requiredKeys: [] },
        ),
        fc.record(
          { context: fc.record({ email: anyText, userId: anyText }, { requiredKeys: [] }), extra: anyValue },
          { requiredKeys: [] },
        ),
        fc.boolean(),
        (attributes, data, isPurchase) => {
          const base = isPurchase ? createPurchase() : createRawEvent();
          const { context: known, ...others } = base["data"] as { context: object };
          const { context: drawn, ...extra } = data;
          const text = JSON.stringify({
            ...base,
            ...attributes,
            data: { ...others, context: { ...known, ...drawn }, ...extra },
          });
          const write = (given: string) => enrichEvent(JSON.parse(given) as RawEvent, given, stamp, context).json;
          expect(write(text)).toBe(write(` ${text}`));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  const purchase = createPurchase();
  delete (purchase as { data: { customer: { address?: object } } }).data.customer.address;
  test.each([
    ["with an address to truncate", createRawEvent()],
    ["with fields to hash and mask", purchase],
  ])("%s is written from its text", (_, raw) => {
    const text = JSON.stringify(raw);
    // A changed member proves that the text was taken instead of the event.
    const marked = text.replace('"shop"', '"SHOP"');
    expect(enrichEvent(JSON.parse(text) as RawEvent, marked, stamp, context).json).toContain('"tenantid":"SHOP"');
  });
});

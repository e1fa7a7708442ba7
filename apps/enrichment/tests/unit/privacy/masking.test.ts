import { describe, expect, test } from "@jest/globals";
import type { PrivacyMap, PrivacyRule } from "@millrace/event-contracts";
import { createPseudonymizer } from "../../../src/index.ts";
import { maskValue, noDetectors } from "../../../src/privacy/mask-value.ts";
import { MaskingLog } from "../../../src/privacy/masking-log.ts";
import { MaskingMemory } from "../../../src/memory/masking-memory.ts";
import { compilePrivacyMaps } from "../../../src/privacy/privacy-state.ts";
import { allDetectors } from "@millrace/sensitive-text";
import { MaskingFailedError } from "../../../src/errors.ts";
import { key, olderKey } from "../../raw-events.ts";

const pseudonymizer = createPseudonymizer([key]);

function mask(value: unknown, maps: readonly PrivacyMap[], detectors = noDetectors) {
  const log = new MaskingLog(new MaskingMemory());
  const root = compilePrivacyMaps(maps, new MaskingMemory());
  const state = detectors === noDetectors ? root : root.undeclared();
  const context = { pseudonymizer, log, mayHoldJson: false };
  const masked = maskValue(structuredClone(value), state, "/data", noDetectors, context);
  return { text: JSON.stringify(masked), ...(JSON.parse(log.toJson()) as { masked: object[]; maskedCount?: number }) };
}

const ruleAt = (name: string, rule: PrivacyRule): PrivacyMap => ({ nodes: [{ properties: { [name]: 1 } }, { rule }] });
const maskName: PrivacyRule = { class: "name", action: "mask" };

describe("maskValue applies", () => {
  test.each<[string, PrivacyRule, unknown, string]>([
    ["mask to a text", maskName, "Ada", '{"x":"***"}'],
    ["mask to a number", maskName, 7, '{"x":"***"}'],
    ["mask to a whole object", maskName, { first: "Ada" }, '{"x":"***"}'],
    ["mask to a whole array", maskName, ["Ada"], '{"x":"***"}'],
    ["mask to an empty text", maskName, "", '{"x":"***"}'],
    ["nothing to null", maskName, null, '{"x":null}'],
    ["drop", { class: "address", action: "drop" }, { street: "x" }, "{}"],
    ["truncate to an address", { class: "ip", action: "truncate" }, "203.0.113.9", '{"x":"203.0.113.0"}'],
    ["truncate to what is no address", { class: "ip", action: "truncate" }, "ada", '{"x":"***"}'],
    ["truncate with what to keep", { class: "postal-code", action: "truncate", keep: 2 }, "SW1Y", '{"x":"SW***"}'],
    [
      "truncate to what is shorter than that",
      { class: "postal-code", action: "truncate", keep: 4 },
      "SW1Y",
      '{"x":"***"}',
    ],
    ["truncate to an object", { class: "postal-code", action: "truncate", keep: 2 }, { a: 1 }, '{"x":"***"}'],
    ["scan to a text", { class: "text", action: "scan" }, "a@b.c", '{"x":"[email]"}'],
    ["scan below an object", { class: "text", action: "scan" }, { y: ["a@b.c"] }, '{"x":{"y":["[email]"]}}'],
    ["scan to what it asks for", { class: "text", action: "scan", detect: ["card"] }, "a@b.c", '{"x":"a@b.c"}'],
    ["scan to a number", { class: "text", action: "scan" }, 4111111111111111, '{"x":"***"}'],
    [
      "scan to a number that lost its check digit",
      { class: "text", action: "scan" },
      6_304_123_456_789_012_000,
      '{"x":"***"}',
    ],
    [
      "scan to a long number of no card network",
      { class: "text", action: "scan" },
      1_304_123_456_789_012_000,
      '{"x":1304123456789012000}',
    ],
    ["scan to names of properties", { class: "text", action: "scan" }, { "a@b.c": 1 }, '{"x":{"[email]":1}}'],
  ])("%s", (_, rule, value, expected) => {
    expect(mask({ x: value }, [ruleAt("x", rule)]).text).toBe(expected);
  });

  test("hmac with the key's id, to values of every type", () => {
    const rule: PrivacyRule = { class: "email", action: "hmac" };
    const { value, keyId } = pseudonymizer.active("email", "a@b.c");
    expect(mask({ x: "a@b.c" }, [ruleAt("x", rule)])).toEqual({
      text: JSON.stringify({ x: value }),
      masked: [{ path: "/data/x", class: "email", action: "hmac", keyId }],
    });
    expect(mask({ x: { y: "a@b.c" } }, [ruleAt("x", rule)]).text).toMatch(/^\{"x":"k1\.[\w-]{43}"\}$/);
  });

  test("and lists the pseudonyms under the other live keys", () => {
    const log = new MaskingLog(new MaskingMemory());
    const rotating = createPseudonymizer([key, olderKey]);
    const state = compilePrivacyMaps(
      [{ nodes: [{ rule: { class: "user-id", action: "hmac" } }] }],
      new MaskingMemory(),
    );
    maskValue("user-7", state, "/data", noDetectors, { pseudonymizer: rotating, log, mayHoldJson: false });
    const { masked } = JSON.parse(log.toJson()) as { masked: { alternates: unknown }[] };
    expect(masked[0]!.alternates).toEqual([createPseudonymizer([olderKey]).active("user-id", "user-7")]);
  });

  test("the strictest rule where several schemas speak", () => {
    const maps = [ruleAt("x", { class: "a", action: "scan" }), ruleAt("x", { class: "b", action: "drop" })];
    expect(mask({ x: "v" }, maps)).toEqual({ text: "{}", masked: [{ path: "/data/x", class: "b", action: "drop" }] });
  });
});

describe("maskValue finds values", () => {
  test("in elements, keeping their places, and in an array where the schema has one value", () => {
    const inItems: PrivacyMap = {
      nodes: [
        { properties: { list: 1 } },
        { items: 2 },
        { properties: { name: 3 } },
        { rule: { class: "n", action: "drop" } },
      ],
    };
    expect(mask({ list: [{ name: "Ada", x: 1 }, 5] }, [inItems]).text).toBe('{"list":[{"x":1},5]}');
    expect(mask({ list: [[{ name: "Ada" }]] }, [inItems]).text).toBe('{"list":[[{}]]}');
    expect(mask([{ x: "Ada" }], [ruleAt("x", maskName)]).text).toBe('[{"x":"***"}]');
    expect(mask(["Ada"], [{ nodes: [{ items: 1 }, { rule: { class: "n", action: "drop" } }] }]).text).toBe("[null]");
  });

  test("under patterns and under every other name", () => {
    const map: PrivacyMap = {
      nodes: [
        { properties: { open: 1 }, patterns: [{ pattern: "^p_", node: 2 }], additional: 3 },
        {},
        { rule: { class: "p", action: "drop" } },
        { rule: maskName },
      ],
    };
    expect(mask({ open: "a", p_x: "b", other: "c" }, [map]).text).toBe('{"open":"a","other":"***"}');
  });

  test("in a recursive schema, however deep", () => {
    const map: PrivacyMap = { nodes: [{ properties: { name: 1, child: 0 } }, { rule: maskName }] };
    const value = { name: "a", child: { name: "b", child: { name: "c" } } };
    expect(mask(value, [map]).text).not.toMatch(/"[abc]"/);
  });

  test("under names of Object.prototype, and under __proto__", () => {
    const map = ruleAt("constructor", maskName);
    expect(mask(JSON.parse('{"constructor":"Ada"}'), [map]).text).toBe('{"constructor":"***"}');
    const everything: PrivacyMap = { nodes: [{ additional: 1 }, { rule: maskName }] };
    expect(mask(JSON.parse('{"__proto__":"Ada"}'), [everything]).text).toBe('{"__proto__":"***"}');
    const dropped: PrivacyMap = { nodes: [{ additional: 1 }, { rule: { class: "n", action: "drop" } }] };
    expect(mask(JSON.parse('{"__proto__":"Ada"}'), [dropped]).text).toBe("{}");
  });

  test("everywhere, when everything is scanned", () => {
    const value = { a: ["x a@b.c"], "a@b.c": 1, "[email]": 2, n: 4111111111111111, ok: true };
    expect(mask(value, [], allDetectors).text).toBe(
      '{"a":["x [email]"],"[email]":2,"n":"***","ok":true,"[email]#2":1}',
    );
  });
});

describe("maskValue takes the name of a property for what it says", () => {
  test.each([
    ["a text", { password: "hunter2" }, '{"password":"***"}'],
    ["a number", { apiKey: 7 }, '{"apiKey":"***"}'],
    ["whatever is below", { credentials: { user: "ada", x: ["hunter2"] } }, '{"credentials":"***"}'],
  ])("where everything is scanned: %s", (_, value, expected) => {
    const { text, masked } = mask(value, [], allDetectors);
    expect(text).toBe(expected);
    expect(masked).toEqual([expect.objectContaining({ class: "secret", action: "mask" })]);
  });

  test("and leaves what says nothing", () => {
    const value = { hasPassword: true, token: null, tokens: 7, monkey: "x" };
    expect(mask(value, [], allDetectors).text).toBe(JSON.stringify(value));
    expect(mask({ password: "hunter2" }, []).text).toBe('{"password":"hunter2"}');
  });

  test("unless a contract says more", () => {
    const map = ruleAt("token", { class: "session", action: "hmac" });
    expect(mask({ token: "abc" }, [map], allDetectors).text).toMatch(/^\{"token":"k1\./);
    expect(mask({ token: "abc" }, [ruleAt("token", { class: "text", action: "scan" })], allDetectors).text).toBe(
      '{"token":"***"}',
    );
  });
});

describe("maskValue reports", () => {
  test("at most a hundred fields, and counts the others", () => {
    const map: PrivacyMap = { nodes: [{ items: 1 }, { rule: maskName }] };
    const { masked, maskedCount } = mask(
      Array.from({ length: 150 }, () => "Ada"),
      [map],
    );
    expect(masked).toHaveLength(100);
    expect(maskedCount).toBe(150);
  });

  test("escapes names in pointers", () => {
    expect(mask({ "a/b~c": "Ada" }, [ruleAt("a/b~c", maskName)]).masked).toEqual([
      { path: "/data/a~1b~0c", class: "name", action: "mask" },
    ]);
  });

  test("nothing when nothing was found", () => {
    expect(mask({ x: "nothing here" }, [ruleAt("x", { class: "text", action: "scan" })]).masked).toEqual([]);
  });
});

test("maskValue refuses an action it does not know", () => {
  const unknown = { class: "x", action: "encrypt" } as unknown as PrivacyRule;
  expect(() => mask({ x: "Ada" }, [ruleAt("x", unknown)])).toThrow(MaskingFailedError);
});

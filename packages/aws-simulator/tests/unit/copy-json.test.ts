import { describe, expect, test } from "@jest/globals";
import { copyJson } from "../../src/lambda/in-process/copy-json.ts";

describe("copyJson", () => {
  test.each<[string, unknown]>([
    ["plain data", { a: [1, "b", null, true, { c: [] }], d: {} }],
    ["what JSON leaves out", { a: undefined, b: () => 1, c: [undefined, () => 1], d: Symbol("d") }],
    ["numbers that JSON does not know", [Number.NaN, Number.POSITIVE_INFINITY, -0]],
    ["dates, maps and buffers", { a: new Date(0), b: new Map([[1, 2]]), c: Buffer.from("c") }],
    ["objects that say themselves what they are", { a: { toJSON: () => ({ b: 1 }) } }],
    ["a property called __proto__", JSON.parse('{"__proto__":{"a":1}}')],
    ["objects without a prototype", Object.assign(Object.create(null) as object, { a: 1 })],
  ])("gives of %s what JSON carries over", (_, value) => {
    expect(copyJson(value)).toStrictEqual(JSON.parse(JSON.stringify(value)));
  });

  test("shares nothing with what it was given", () => {
    const value = { a: [{ b: 1 }] };
    const copy = copyJson(value) as typeof value;
    copy.a.push({ b: 2 });
    expect(value).toEqual({ a: [{ b: 1 }] });
  });
});

import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../../bench/random.ts";
import {
  compilePatterns,
  mayRespellNumbers,
  NumberText,
  parseEventText,
  parseKeepingSpelling,
} from "../../src/index.ts";
import { numberOfText } from "../../src/number-text.ts";

describe("digits that no double holds", () => {
  test.each([
    ["12345678901234567", "text"],
    ["9007199254740993", "text"],
    ["9007199254740992", 9007199254740992],
    ["0.1000000000000000055511151231257827", "text"],
    ["0.1", 0.1],
    ["300.00000000000000000000", 300],
    ["1e400", "text"],
    ["-1e400", "text"],
    ["1e-400", "text"],
    ["1e0000400", "text"],
    ["0e999", 0],
    ["5e-324", 5e-324],
    ["3e-324", "text"],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ["1e22", 1e22],
    ["1e23", 1e23],
    ["123456789012345", 123456789012345],
  ])("%s is kept as %p", (text, expected) => {
    const { n } = parseEventText(`{"pad":"${"x".repeat(5)}","n":${text}}`) as { n: unknown };
    expect(n instanceof NumberText ? "text" : n).toBe(expected);
    expect(n instanceof NumberText ? n.text : text).toBe(text);
  });

  test("are kept wherever in the text they stand", () => {
    for (let pad = 0; pad < 40; pad += 1) {
      const { n } = parseEventText(`{"p":"${"x".repeat(pad)}","n":9007199254740993}`) as { n: unknown };
      expect(n).toBeInstanceOf(NumberText);
    }
  });

  test("are told from strings that look like them, however these are written", () => {
    const long = "9007199254740993";
    const looksLike = [
      `"${long}"`,
      `"\ue000${long}"`,
      `"\\ue000${long}"`,
      `"\\uE000\ue000${long}"`,
      `"\\"${long}"`,
      `"\\\\"`,
    ];
    const event = parseEventText(`{"${long}":[${looksLike.join(",")}],"n":[-${long},{"${long}e3":${long}.0}]}`) as {
      n: [unknown, Record<string, unknown>];
    };
    expect(event).toEqual({
      [long]: looksLike.map((text) => JSON.parse(text) as string),
      n: [new NumberText(`-${long}`), { [`${long}e3`]: new NumberText(`${long}.0`) }],
    });
  });

  test.each(['{"n":09007199254740993}', "{9007199254740993:1}", '{"n":9007199254740993.}', "9007199254740993 1"])(
    "do not make JSON of %s",
    (text) => expect(() => parseEventText(text)).toThrow("not valid JSON"),
  );

  test("matter to a set exactly as they do to the text's numbers one by one, on 20,000 random numbers", () => {
    const set = compilePatterns({
      zero: { n: [0] },
      any: { n: [{ numeric: [">=", -1e308] }] },
      exists: { n: [{ exists: true }] },
    });
    const random = createRandom(5);
    const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(random() * 10)).join("");
    for (let count = 0; count < 20_000; count += 1) {
      const whole = String(1 + Math.floor(random() * 9)) + digits(Math.floor(random() * 18));
      const fraction = random() < 0.5 ? "" : `.${digits(1 + Math.floor(random() * 18))}`;
      const exponent = random() < 0.6 ? "" : `e${random() < 0.5 ? "-" : ""}${Math.floor(random() * 420)}`;
      const text = whole + fraction + exponent;
      const value = numberOfText(text);
      const expected = [value === 0 && "zero", typeof value === "number" && "any", "exists"].filter(
        (name) => name !== false,
      );
      expect([text, set.matchText(`{"x":"${digits(count % 7)}","n":${text}}`)]).toEqual([text, expected]);
    }
  });
});

describe("parseKeepingSpelling", () => {
  const numbers = [
    "0",
    "-0",
    "-0.0",
    "1.0",
    "1e3",
    "1E+3",
    "0.1",
    "0.10",
    "129.99",
    "1e21",
    "1e+21",
    "1e400",
    "1e-400",
    "1e-7",
  ];
  const longNumbers = [
    "12345678901234567890",
    "9007199254740993",
    "9007199254740991",
    "0.1000000000000000055511151231257827",
  ];

  test("gives a value that JSON.stringify writes with every number as the text has it", () => {
    for (const number of [...numbers, ...longNumbers]) {
      const text = `{"a":${number},"b":[${number},[{"c":${number}}]],"d":"${number}"}`;
      expect(JSON.stringify(parseKeepingSpelling(text))).toBe(text);
    }
  });

  test("leaves numbers alone that JSON.stringify writes as they are", () => {
    expect(parseKeepingSpelling('{"a":129.99,"b":1e+21}')).toEqual({ a: 129.99, b: 1e21 });
  });

  test("gives values that patterns compare as the numbers they are", () => {
    const set = compilePatterns({ one: { n: [1] }, long: '{"n":[9007199254740993]}' });
    expect(set.match(parseKeepingSpelling('{"n":1.0}') as object)).toEqual(["one"]);
    expect(set.match(parseKeepingSpelling('{"n":9007199254740993}') as object)).toEqual(["long"]);
    expect(set.match(parseKeepingSpelling('{"n":9007199254740992}') as object)).toEqual([]);
  });
});

describe("mayRespellNumbers", () => {
  const random = createRandom(9);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const digits = (most: number): string =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, () => pick(Array.from("0001234567899"))).join("");
  const whole = (): string => pick(["0", pick(Array.from("123456789")) + digits(random() < 0.8 ? 8 : 24)]);
  const fraction = (): string => pick(["", "", `.${digits(random() < 0.8 ? 8 : 24)}${pick(Array.from("0123456789"))}`]);
  const exponent = (): string =>
    pick(["", "", "", `${pick(["e", "E"])}${pick(["", "-", "+"])}${pick(["0", "3", "21", "400"])}`]);
  const number = (): string => pick(["", "", "-"]) + whole() + fraction() + exponent();

  test("is true for every text with a number that JSON.stringify writes in another way, on 50,000 random numbers", () => {
    const missed: string[] = [];
    let respelled = 0;
    for (let count = 0; count < 50_000; count += 1) {
      const text = number();
      if (JSON.stringify(JSON.parse(text)) === text) continue;
      respelled += 1;
      const place = pick([`{"a":${text}}`, `[1, ${text} ]`, `[[${text}]]`, `{"a" :\t${text}\r\n}`, text]);
      if (!mayRespellNumbers(place)) missed.push(place);
    }
    expect(missed).toEqual([]);
    expect(respelled).toBeGreaterThan(10_000);
  });

  test("is false for the numbers that events have nearly always", () => {
    const text =
      '{"rank":3,"price":129.99,"at":1764355200123,"big":123456789012345,"zero":0,"minus":-0.5,"id":"0af7651916e43dd"}';
    expect(mayRespellNumbers(text)).toBe(false);
  });
});

describe("a parsed event with its text", () => {
  const set = compilePatterns({ id: '{"id":[9007199254740993]}', near: { id: [9007199254740992] } });
  test.each([
    ["9007199254740993", ["id"]],
    ["9007199254740992", ["near"]],
  ])("is matched by the digits of %s", (id, expected) => {
    const text = `{"id":${id}}`;
    expect(set.match(JSON.parse(text) as object, text)).toEqual(expected);
  });
});

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isCardNumber } from "../../../src/privacy/find-cards.ts";
import { allDetectors, scanText } from "../../../src/privacy/scan-text.ts";

const scan = (text: string) => scanText(text, allDetectors).text;

describe("scanText finds e-mail addresses", () => {
  test.each([
    ["mail ada@example.com now", "mail [email] now"],
    ["ada.lovelace+news@mail.example.co.uk.", "[email]."],
    ["<ada@example.com>,<bob@example.org>", "<[email]>,<[email]>"],
    ["https://shop.example/?email=ada%40example.com&x=1", "https://shop.example/?email=[email]&x=1"],
    ["https://shop.example/users/ada@example.com/orders", "https://shop.example/users/[email]/orders"],
    ["jürgen@münchen.example", "[email]"],
    ["用户@例子.广告", "[email]"],
    ["o'brien@example.ie", "[email]"],
    ["a@b", "[email]"],
  ])("in %s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each(["@", "a @ b", "@ada", "ada@", "100 @ 2 EUR", "x %40 y", "ada@.", ""])("and not in %j", (text) => {
    expect(scan(text)).toBe(text);
  });
});

describe("scanText finds card numbers", () => {
  test.each([
    ["4111111111111111", "[card]"],
    ["4111 1111 1111 1111", "[card]"],
    ["4111-1111-1111-1111", "[card]"],
    ["4111%201111%201111%201111", "[card]"],
    ["4111+1111+1111+1111", "[card]"],
    ["card 378282246310005!", "card [card]!"],
    ["order 2026 4111 1111 1111 1111 paid", "order 2026 [card] paid"],
    ["q=4111111111111111&x", "q=[card]&x"],
    ["5555555555554444/6011111111111117", "[card]/[card]"],
  ])("in %s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each([
    ["a wrong check digit", "4111111111111112"],
    ["more digits than a card has", "41111111111111110000000"],
    ["a first digit no network has", "1111111111111117"],
    ["too few digits", "41111111111"],
    ["a time stamp", "2026-11-22T10:11:12.131Z"],
    ["a UUID", "01936f3a-7a2b-7c3d-8e4f-0a1b2c3d4e5f"],
  ])("and not %s", (_, text) => {
    expect(scan(text)).toBe(text);
  });

  test("whatever grouping by single spaces a Luhn number has", () => {
    const cardNumber = fc
      .tuple(fc.constantFrom("4", "51", "37", "62"), fc.array(fc.nat(9), { minLength: 11, maxLength: 15 }))
      .map(([prefix, digits]) => {
        const body = `${prefix}${digits.join("")}`.slice(0, 18);
        const check = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find((digit) => isCardNumber(`${body}${digit}`));
        return `${body}${check ?? ""}`;
      })
      .filter((digits) => isCardNumber(digits));
    const grouped = fc
      .tuple(cardNumber, fc.integer({ min: 2, max: 6 }))
      .map(([digits, size]) => digits.replace(new RegExp(`(\\d{${size}})(?=\\d)`, "gu"), "$1 "));
    fc.assert(fc.property(grouped, (text) => expect(scan(`x ${text} y`)).toBe("x [card] y")));
  });
});

describe("scanText finds IBANs", () => {
  test.each([
    ["DE89370400440532013000", "[iban]"],
    ["GB29 NWBK 6016 1331 9268 19", "[iban]"],
    ["pay to NL91ABNA0417164300, thanks", "pay to [iban], thanks"],
    ["NO9386011117947", "[iban]"],
    ["gb29nwbk60161331926819", "[iban]"],
  ])("in %s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each([
    ["a wrong check digit", "DE88370400440532013000"],
    ["a country without IBANs", "US89370400440532013000"],
    ["one inside a longer word", "XDE89370400440532013000"],
  ])("and not %s", (_, text) => {
    expect(scan(text)).toBe(text);
  });
});

describe("scanText", () => {
  test("looks only for what it is told to", () => {
    const text = "ada@example.com 4111111111111111";
    expect(scanText(text, ["email"])).toEqual({ text: "[email] 4111111111111111", found: ["email"] });
    expect(scanText(text, ["card"])).toEqual({ text: "ada@example.com [card]", found: ["card"] });
  });

  test("finds nothing in its own replacements", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("ada@b.cd", "4111111111111111"), (text, found) => {
        const once = scan(text + found + text);
        expect(scan(once)).toBe(once);
      }),
    );
  });

  test.each([
    ["at signs", "@".repeat(200_000)],
    ["letters before an at sign", `${"a".repeat(200_000)}@`],
    ["addresses without end", "a@".repeat(100_000)],
    ["digits", "4".repeat(200_000)],
    ["digits with separators", "4 ".repeat(100_000)],
    ["beginnings of IBANs", "DE89 ".repeat(40_000)],
  ])("takes linear time for %s", (_, text) => {
    const started = performance.now();
    scan(text);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

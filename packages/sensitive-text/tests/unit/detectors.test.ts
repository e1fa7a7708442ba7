import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import { allDetectors, scanText } from "../../src/scan-text.ts";

const scan = (text: string) => scanText(text, allDetectors).text;
const base64 = (text: string) => Buffer.from(text).toString("base64");
const hex = (length: number) => "0a1b2c3d4e5f".repeat(20).slice(0, length);
const word = (length: number) => "aB3dE6gH9j".repeat(20).slice(0, length);

describe("scanText finds an e-mail address", () => {
  test.each([
    ["with an entity of HTML", "ada&#64;example.com"],
    ["with a hexadecimal entity", "ada&#x40;example.com"],
    ["with a named one", "ada&commat;example&period;com"],
    ["with an entity of an entity", "ada&amp;#64;example.com"],
    ["with a zero-width space", "ada\u200b@example.com"],
    ["with a soft hyphen and a byte order mark", "a\u00adda@\ufeffexample.com"],
    ["with a zero-width space that is percent-encoded", "ada%E2%80%8B@example.com"],
    ["with a small commercial at", "ada﹫example.com"],
    ["in full width", "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ"],
    ["in base64", base64("ada@example.com")],
    ["in base64 without padding", base64("ada@example.com").replaceAll("=", "")],
    ["in base64 of more", base64("to: Ada <ada@example.com>")],
    ["in base64, in an address", `https://shop.example/u/${base64("ada@example.com")}?x=1`],
  ])("%s", (_, text) => {
    expect(scan(text)).not.toContain("ada");
    expect(scan(text)).toContain("[email]");
    expect(scan(text)).not.toContain(base64("ada@example.com").slice(0, 12));
  });

  test.each([
    ["a UUID", "01936f3a-7a2b-7c3d-8e4f-0a1b2c3d4e5f"],
    ["a hash", hex(64)],
    ["a hash in base64", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    ["words", "Results for international accommodation"],
    ["base64 of a text without one", base64("the quick brown fox, 10 @ 2 EUR")],
    ["an entity of something else", "Tom &amp; Jerry &#169; 2026"],
    ["a joined emoji", "👩\u200d💻 at work"],
  ])("and not in %s", (_, text) => {
    expect(scan(text)).toBe(text);
  });
});

describe("scanText finds a telephone number in its international form", () => {
  test.each([
    ["+1 514 555 0199", "[phone]"],
    ["call +1 (514) 555-0199 now", "call [phone] now"],
    ["+15145550199", "[phone]"],
    ["tel:+49-30-901820", "tel:[phone]"],
    ["+44 (0)20 7946 0000, +33 6 12 34 56 78", "[phone], [phone]"],
    ["?phone=%2B81312345678&x", "?phone=[phone]&x"],
    ["＋１５１４５５５０１９９", "[phone]"],
  ])("in %s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each([
    ["a time with an offset", "2026-11-29T04:26:33.120+05:30"],
    ["an offset alone", "+0530"],
    ["a difference", "+12345 +20000000 +0.12345678"],
    ["a sum", "1+15145550199 and 3+4915112345671"],
    ["no country code that is assigned", "+999 123 4567"],
    ["more digits than a number has", "+4915112345678901234"],
    ["an area code that begins with 1", "+1 114 555 0199"],
    ["an order", "order 5145550199, 0049-151-1234567"],
    ["a time stamp", "1763600000000 20261129042633"],
  ])("and not in %s", (_, text) => {
    expect(scan(text)).toBe(text);
  });
});

test.each([
  ["times as digits", "20260101000004 20261129042633 20250607080910123"],
  ["milliseconds, microseconds, nanoseconds", "1763600000000 1763600000000000 1763600000000000000"],
  ["orders", "100000012345 ORD-0000 1234 5678 7000012345678"],
  ["a snowflake id", "1729382256910270464"],
])("scanText takes for neither a card nor a telephone number %s", (_, text) => {
  expect(scan(text)).toBe(text);
});

describe("scanText finds keys by the form their issuers publish", () => {
  test.each([
    `sk-${word(48)}`,
    `sk-proj-${word(60)}`,
    `sk-ant-api03-${word(95)}`,
    `ghp_${word(36)}`,
    `github_pat_${word(82)}`,
    `glpat-${word(20)}`,
    `xoxb-123456789012-1234567890123-${word(24)}`,
    `xapp-1-A0123456789-1234567890123-${hex(64)}`,
    `AKIA${"A2".repeat(8)}`,
    `shpat_${hex(32)}`,
    `whsec_${word(32)}`,
    `sk_live_${word(24)}`,
    `AIza${word(35)}`,
    `ya29.${word(60)}`,
    `npm_${word(36)}`,
    `hf_${"aBcDeFgH".repeat(5).slice(0, 34)}`,
    `dop_v1_${hex(64)}`,
    `dapi${hex(32)}`,
    `SG.${word(22)}.${word(43)}`,
    `pypi-AgEIcHlwaS5vcmc${word(60)}`,
    `SK${hex(32)}`,
    `lin_api_${word(40)}`,
    `glsa_${word(32)}_${hex(8)}`,
    `hvs.${word(95)}`,
    `https://hooks.slack.com/services/T0123456/B0123456/${word(24)}`,
  ])("%s", (key) => {
    expect(scan(`key ${key} end`)).toMatch(/^key (?:https:\/\/)?\[secret\] end$/u);
  });

  test.each([
    [`Authorization: Basic ${base64("ada:hunter2")}`, "Authorization: [secret]"],
    [`curl -H 'basic ${base64("ada:hunter2")}'`, "curl -H '[secret]'"],
  ])("%s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each([
    ["words after basic", "basic membership, Basic understanding"],
    ["a class of a style sheet", "sk-folding-cube-with-a-long-name sk-chase"],
    ["a locale", "sk-SK"],
    ["words that begin alike", "task-force pat on the back, skeleton key, glamorous, npm_config_cache"],
    ["a hash, a UUID and an order", `${hex(40)} 01936f3a-7a2b-7c3d-8e4f-0a1b2c3d4e5f ORD-2026-000123`],
  ])("and not %s", (_, text) => {
    expect(scan(text)).toBe(text);
  });
});

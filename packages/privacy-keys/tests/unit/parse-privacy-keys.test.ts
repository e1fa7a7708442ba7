import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import { parsePrivacyKeys, PrivacyKeysError } from "../../src/index.ts";

const secret = Buffer.alloc(32, 9).toString("base64");

describe("parsePrivacyKeys", () => {
  test("reads keys in order", () => {
    const keys = parsePrivacyKeys(
      JSON.stringify([
        { id: "b", key: secret },
        { id: "a", key: secret },
      ]),
    );
    expect(keys.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(Buffer.from(keys[0]!.key).toString("base64")).toBe(secret);
  });

  test.each([
    ["nothing", undefined],
    ["no JSON", "{"],
    ["no array", "{}"],
    ["no keys", "[]"],
    ["too many keys", JSON.stringify(Array.from({ length: 5 }, (_, index) => ({ id: `k${index}`, key: secret })))],
    ["a short key", JSON.stringify([{ id: "a", key: Buffer.alloc(31).toString("base64") }])],
    ["an id with a dot", JSON.stringify([{ id: "a.b", key: secret }])],
    [
      "an id twice",
      JSON.stringify([
        { id: "a", key: secret },
        { id: "a", key: secret },
      ]),
    ],
    ["null", "[null]"],
  ])("refuses %s, and never shows a key", (_, text) => {
    const parse = () => parsePrivacyKeys(text);
    expect(parse).toThrow(PrivacyKeysError);
    expect(parse).not.toThrow(secret);
  });
});

test("a refusal names the secret that the keys came from", () => {
  expect(() => parsePrivacyKeys('[{"id":"a b","key":""}]', "the secret millrace/prod/privacy-keys")).toThrow(
    "the secret millrace/prod/privacy-keys[0].id: expected 1 to 32 letters, digits, - or _; " +
      "the secret millrace/prod/privacy-keys[0].key: expected the base64 of at least 32 bytes, got 0",
  );
});

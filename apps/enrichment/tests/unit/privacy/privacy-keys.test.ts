import { createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { ConfigError, createPseudonymizer, parsePrivacyKeys } from "../../../src/index.ts";
import { key, olderKey } from "../../raw-events.ts";

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
    expect(parse).toThrow(ConfigError);
    expect(parse).not.toThrow(secret);
  });
});

test("a refusal names the secret that the keys came from", () => {
  expect(() => parsePrivacyKeys('[{"id":"a b","key":""}]', "the secret millrace/prod/privacy-keys")).toThrow(
    "the secret millrace/prod/privacy-keys[0].id: expected 1 to 32 letters, digits, - or _; " +
      "the secret millrace/prod/privacy-keys[0].key: expected the base64 of at least 32 bytes, got 0",
  );
});

describe("createPseudonymizer", () => {
  test("makes an HMAC of class and value, with the id of the key", () => {
    const { active } = createPseudonymizer([key]);
    const expected = createHmac("sha256", key.key).update("user-id\nuser-7").digest("base64url");
    expect(active("user-id", "user-7")).toEqual({ keyId: "k1", value: `k1.${expected}` });
  });

  test("gives one person one pseudonym however the e-mail address is typed", () => {
    const { active } = createPseudonymizer([key]);
    expect(active("email", " Ada@Example.COM ")).toEqual(active("email", "ada@example.com"));
    expect(active("user-id", "Ada")).not.toEqual(active("user-id", "ada"));
  });

  test("gives the same text of two classes two pseudonyms", () => {
    const { active } = createPseudonymizer([key]);
    expect(active("user-id", "7").value).not.toBe(active("phone", "7").value);
  });

  test("during a rotation gives both, so that events from before and after can be joined", () => {
    const before = createPseudonymizer([olderKey]);
    const during = createPseudonymizer([key, olderKey]);
    expect(during.active("email", "a@b.c").keyId).toBe("k1");
    expect(during.alternates("email", "a@b.c")).toEqual([before.active("email", "a@b.c")]);
  });
});

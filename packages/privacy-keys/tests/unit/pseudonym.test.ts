import { createHmac } from "node:crypto";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { pseudonymOf, pseudonymPattern } from "../../src/index.ts";
import { key, olderKey } from "./keys.ts";

test("a pseudonym is an HMAC of class and value, with the id of its key", () => {
  const expected = createHmac("sha256", key.key).update("user-id\nuser-7").digest("base64url");
  expect(pseudonymOf(key, "user-id", "user-7")).toEqual({ keyId: "k1", value: `k1.${expected}` });
  expect(pseudonymOf(olderKey, "user-id", "user-7").value).not.toContain(expected);
});

test("one person has one pseudonym however the e-mail address is typed, and nothing else is folded", () => {
  expect(pseudonymOf(key, "email", " Ada@Example.COM ")).toEqual(pseudonymOf(key, "email", "ada@example.com"));
  expect(pseudonymOf(key, "user-id", "Ada")).not.toEqual(pseudonymOf(key, "user-id", "ada"));
});

test("every pseudonym is found in a line of JSON by its pattern, whole", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (privacyClass, text) => {
      const { value } = pseudonymOf(key, privacyClass, text);
      expect(pseudonymPattern.exec(JSON.stringify({ before: "x", value }))?.[0]).toBe(value);
    }),
  );
});

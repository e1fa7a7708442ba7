import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PrivacyKeysError, createPayloadSeal, openPayload } from "../../src/index.ts";
import { key, olderKey } from "./keys.ts";

describe("a sealed payload", () => {
  test("opens with its key to what it was", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        const sealed = createPayloadSeal([key])(payload);
        expect(Buffer.from(openPayload(sealed, [olderKey, key])).equals(payload)).toBe(true);
      }),
    );
  });

  test("opens after a rotation as long as its key is live", () => {
    const sealed = createPayloadSeal([olderKey])(Buffer.from("x"));
    expect(sealed.keyId).toBe("k0");
    expect(Buffer.from(openPayload(sealed, [key, olderKey])).toString()).toBe("x");
    expect(() => openPayload(sealed, [key])).toThrow(PrivacyKeysError);
  });

  test("does not open when a bit was changed", () => {
    const { bytes, keyId } = createPayloadSeal([key])(Buffer.from("payload"));
    for (let index = 0; index < bytes.length; index++) {
      const changed = Uint8Array.from(bytes);
      changed[index]! ^= 1;
      expect(() => openPayload({ bytes: changed, keyId }, [key])).toThrow("authenticate");
    }
  });

  test("is the same for the same payload, so that a redelivery makes the same bad row, and another for another", () => {
    const seal = createPayloadSeal([key]);
    const nonces = new Set<string>();
    for (let index = 0; index < 500; index++) {
      const first = Buffer.from(seal(Buffer.from(`p${index}`)).bytes);
      expect(first.equals(seal(Buffer.from(`p${index}`)).bytes)).toBe(true);
      nonces.add(first.subarray(0, 12).toString("hex"));
    }
    expect(nonces.size).toBe(500);
  });
});

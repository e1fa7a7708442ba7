import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Sha256 } from "../../src/wire/sha256.ts";

const chunks = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 });

async function digestOf(checksum: Sha256, parts: readonly Uint8Array[]): Promise<string> {
  for (const part of parts) checksum.update(part);
  return Buffer.from(await checksum.digest()).toString("hex");
}

describe("Sha256", () => {
  test("digests what Node's hash digests", async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (parts) => {
        const expected = createHash("sha256").update(Buffer.concat(parts)).digest("hex");
        expect(await digestOf(new Sha256(), parts)).toBe(expected);
      }),
    );
  });

  test("with a secret of any form, it is the HMAC", async () => {
    const secret = fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 100 }));
    await fc.assert(
      fc.asyncProperty(secret, chunks, async (key, parts) => {
        const expected = createHmac("sha256", key).update(Buffer.concat(parts)).digest("hex");
        expect(await digestOf(new Sha256(key), parts)).toBe(expected);
        // A key that was seen before.
        expect(await digestOf(new Sha256(key), parts)).toBe(expected);
        if (typeof key === "string") return;
        expect(await digestOf(new Sha256(key.slice().buffer), parts)).toBe(expected);
      }),
    );
  });

  test("begins anew when it is reset", async () => {
    const checksum = new Sha256("secret");
    await digestOf(checksum, [new Uint8Array([1])]);
    checksum.reset();
    expect(await digestOf(checksum, [])).toBe(createHmac("sha256", "secret").digest("hex"));
  });
});

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { zipSync } from "fflate";
import { readZipEntries } from "../../src/lambda/process/zip-entries.ts";

const files = fc.dictionary(
  fc.stringMatching(/^[a-zé]{1,6}(\/[a-z]{1,4})?$/),
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.nat(20_000).map((length) => new Uint8Array(length).fill(120)),
  ),
  { maxKeys: 5 },
);
const level = fc.constantFrom<0 | 6>(0, 6);

test("gives every file of a zip as it was", async () => {
  await fc.assert(
    fc.asyncProperty(files, level, async (contents, compression) => {
      const entries = await readZipEntries(zipSync(contents, { level: compression }));
      expect(new Map(entries.map(({ name, bytes }) => [name, Buffer.from(bytes).toString("hex")]))).toEqual(
        new Map(Object.entries(contents).map(([name, bytes]) => [name, Buffer.from(bytes).toString("hex")])),
      );
    }),
    { numRuns: 100 },
  );
});

test("refuses a zip that is cut anywhere, and a file of which a byte is another", async () => {
  const contents = {
    "index.js": Buffer.from("export const handler = () => 1;\n".repeat(9)),
    "data.bin": Buffer.alloc(64, 7),
  };
  const zip = Buffer.from(zipSync(contents));
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.byteLength - 1), async (length) => {
      await expect(readZipEntries(zip.subarray(0, length))).rejects.toThrow(/not a zip|not a whole zip|is damaged/);
    }),
    { numRuns: 60 },
  );
  const place = zip.indexOf("index.js") + "index.js".length + 4;
  zip.writeUInt8(zip.readUInt8(place) ^ 0x10, place);
  await expect(readZipEntries(zip)).rejects.toThrow();
});

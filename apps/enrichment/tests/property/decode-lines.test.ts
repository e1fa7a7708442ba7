import { Buffer } from "node:buffer";
import { decodeRecord } from "@millrace/event-contracts";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeLines } from "../../src/envelope/decode-lines.ts";
import { bytesOfLines } from "../../src/envelope/line-bytes.ts";

const anyLine = fc.oneof(
  fc.jsonValue({ stringUnit: "binary" }).map((value) => JSON.stringify(value)),
  fc.constantFrom("", " ", "\r", "\t", "\ufeff1", "{", "1 ", "\u00a0", "null"),
);
const anyRecord = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.array(anyLine, { maxLength: 4 }).map((lines) => Uint8Array.from(Buffer.from(lines.join("\n")))),
);

test("decodeLines says what decodeRecord says", () => {
  fc.assert(
    fc.property(anyRecord, (bytes) => expect(decodeLines(bytes)).toMatchObject(decodeRecord(bytes))),
    { numRuns: 3_000 },
  );
});

test("bytesOfLines finds the bytes of the same lines", () => {
  fc.assert(
    fc.property(anyRecord, (bytes) => {
      decodeRecord(bytes).forEach((line, index) => {
        if (line.ok) expect(JSON.parse(Buffer.from(bytesOfLines(bytes)[index] ?? []).toString())).toEqual(line.value);
      });
    }),
    { numRuns: 1_000 },
  );
});

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { Kinesis } from "../../src/kinesis/kinesis.ts";
import { execute } from "../../src/kinesis/operations.ts";

const canonical = /^[A-Za-z0-9+/]*={0,2}$/;
const text = fc
  .array(fc.constantFrom("A", "z", "0", "9", "+", "/", "=", "-", "_", " ", "\n", "\u00e9", "\u{1f600}"), {
    maxLength: 24,
  })
  .map((characters) => characters.join(""))
  .map((joined) => joined.slice(0, joined.length - (joined.length % 4)));

test("data over the wire is taken when it is base64 as AWS writes it, and refused when it is anything else", () => {
  const kinesis = new Kinesis();
  kinesis.createStream({ streamName: "orders" });
  const put = (Data: string) => () => execute(kinesis, "PutRecord", { StreamName: "orders", PartitionKey: "k", Data });
  fc.assert(
    fc.property(text, (data) => {
      if (canonical.test(data)) expect(put(data)).not.toThrow();
      else expect(put(data)).toThrow("Invalid Base64 character");
    }),
    { numRuns: 500 },
  );
});

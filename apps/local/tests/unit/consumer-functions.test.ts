import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalTopology } from "@millrace/topology";
import { parseConsumer, withConsumers } from "../../src/consumers/consumer-functions.ts";

const root = mkdtempSync(join(tmpdir(), "consumers-"));
beforeAll(() => writeFileSync(join(root, "index.mjs"), "export const handler = () => undefined;"));
afterAll(() => rmSync(root, { recursive: true }));

const arn = (name: string): string => `arn:aws:kinesis:eu-west-1:000000000000:stream/${name}`;
const stack = {
  streams: ["m-local-raw", "m-local-clicks", "m-local-checkout-clicks"].map((name) => ({ name, arn: arn(name) })),
  functions: [],
  mappings: [{ onFailureBucket: undefined }, { onFailureBucket: "dead-letters" }],
} as unknown as LocalTopology;

describe("--consumer", () => {
  test.each([
    ["recommendations", "Expected --consumer to be <stream>=<folder>"],
    ["a=", "Expected --consumer to be <stream>=<folder>"],
    [`a=${join(tmpdir(), "nowhere")}`, "there is no folder"],
    [`a=${tmpdir()}`, 'has no index.mjs, index.js, index.cjs, whose export "handler" is the function'],
  ])("%s is refused", (text, message) => {
    expect(() => parseConsumer(text)).toThrow(message);
  });

  test("a stream that the stack does not have is refused, and those it has are listed", () => {
    expect(() => withConsumers(stack, [parseConsumer(`orders=${root}`)])).toThrow(
      "There are: m-local-raw, m-local-clicks",
    );
  });

  test("a stream is found by its name without the prefix, and two functions may read it", () => {
    const consumer = parseConsumer(`clicks=${root}`);
    const { functions, mappings } = withConsumers(stack, [consumer, consumer]);
    expect(functions).toMatchObject([
      {
        name: "consumer-clicks",
        code: { folder: root },
        arn: "arn:aws:lambda:eu-west-1:000000000000:function:consumer-clicks",
      },
      { name: "consumer-clicks-2" },
    ]);
    expect(mappings.slice(2)).toMatchObject([
      { functionName: "consumer-clicks", streamArn: arn("m-local-clicks"), onFailureBucket: "dead-letters" },
      { functionName: "consumer-clicks-2", streamArn: arn("m-local-clicks") },
    ]);
  });

  test("other code is another version", () => {
    const hash = (): string | undefined =>
      withConsumers(stack, [parseConsumer(`clicks=${root}`)]).functions[0]?.codeHash;
    const before = hash();
    expect(hash()).toBe(before);
    writeFileSync(join(root, "index.mjs"), "export const handler = () => null;");
    expect(hash()).not.toBe(before);
  });
});

import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { readLakeObject } from "../../../src/drill/packing/lake-object.ts";

const line = (id: string): string => `${JSON.stringify({ event: { id } })}\n`;
const member = (...ids: readonly string[]): Buffer => gzipSync(ids.map(line).join(""));
const key =
  "enriched/date=2026-12-01/hour=12/to-lake-7-2026-12-01-12-59-13-26482c26-7cec-4590-a851-99d0096b6cfa.json.gz";

describe("an object of the lake", () => {
  test("of lines that Firehose compressed is one member", () => {
    expect(readLakeObject(key, member("a", "b"))).toEqual({ key, version: 7, members: 1, ids: ["a", "b"] });
  });

  test("of packed records has a member for each", () => {
    const bytes = Buffer.concat([member("a"), member("b", "c"), member("d")]);
    expect(readLakeObject(key, bytes)).toEqual({ key, version: 7, members: 3, ids: ["a", "b", "c", "d"] });
  });

  test.each([
    ["lines before a member", Buffer.concat([Buffer.from(line("a")), member("b")])],
    ["lines after a member", Buffer.concat([member("a"), Buffer.from(line("b"))])],
    ["a member that is cut off", member("a").subarray(0, -1)],
  ])("cannot be read with %s: gunzip -t tells", (_name, bytes) => {
    expect(readLakeObject(key, bytes).fault).toMatch(/^gunzip -t: /);
  });

  test("cannot be read with members among the lines that Firehose compressed, which gunzip -t does not tell", () => {
    expect(readLakeObject(key, gzipSync(Buffer.concat([Buffer.from(line("a")), member("b")]))).fault).toMatch(
      "A member ends within a line.",
    );
  });
});

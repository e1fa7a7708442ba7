import { expect, test } from "@jest/globals";
import { RecordBuilder } from "../../src/record-builder.ts";

function build(maxBytes: number, events: readonly (readonly [key: string, line: string])[]) {
  const builder = new RecordBuilder(maxBytes);
  for (const [index, [key, line]] of events.entries()) builder.add(index, key, line, Buffer.byteLength(line));
  return builder
    .build()
    .map(({ partitionKey, data, indexes }) => [partitionKey, Buffer.from(data).toString(), indexes]);
}

test("events that share a partition key share a record, in order", () => {
  expect(
    build(100, [
      ["a", "1\n"],
      ["b", "2\n"],
      ["a", "3\n"],
    ]),
  ).toEqual([
    ["a", "1\n3\n", [0, 2]],
    ["b", "2\n", [1]],
  ]);
});

test("a record is closed when the next event would take it over the limit, and later events go on in the new one", () => {
  expect(
    build(4, [
      ["a", "1\n"],
      ["a", "2\n"],
      ["a", "3\n"],
      ["a", "4\n"],
    ]),
  ).toEqual([
    ["a", "1\n2\n", [0, 1]],
    ["a", "3\n4\n", [2, 3]],
  ]);
});

test("an event larger than the limit travels alone", () => {
  expect(
    build(3, [
      ["a", "1\n"],
      ["a", "22222\n"],
      ["a", "3\n"],
    ]),
  ).toEqual([
    ["a", "1\n", [0]],
    ["a", "22222\n", [1]],
    ["a", "3\n", [2]],
  ]);
});

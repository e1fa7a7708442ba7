import { expect, test } from "@jest/globals";
import { FieldCollector } from "../../src/diff/field-collector.ts";

const collectorOf = (...events: object[]): FieldCollector => {
  const collector = new FieldCollector();
  for (const event of events) collector.add(event);
  return collector;
};

test("leaves are told by their dotted paths, those of array elements by the array's", () => {
  const collector = collectorOf({ b: { c: 1, d: null }, a: [{ x: 1 }, { y: [2, { z: true }] }] }, { b: "text" });
  expect(collector.notIn(undefined)).toEqual(["a.x", "a.y", "a.y.z", "b", "b.c", "b.d"]);
});

test("what another collector has seen is left out, and nothing else", () => {
  const before = collectorOf({ a: { b: 1 }, only: { before: 1 } });
  expect(collectorOf({ a: { b: 2, c: 3 }, only: 1 }).notIn(before)).toEqual(["a.c", "only"]);
});

test("events with endless names of fields do not fill the memory", () => {
  const collector = new FieldCollector();
  for (let index = 0; index < 30_000; index += 1) collector.add({ [`name-${index}`]: 1 });
  expect(collector.notIn(undefined)).toHaveLength(10_000);
});

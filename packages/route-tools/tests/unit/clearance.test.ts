import { describe, expect, test } from "@jest/globals";
import { createRegistry, type JsonObject } from "@millrace/contract-tools/registry";
import { annotatedExamples, applicatorOf } from "@millrace/schema-graph";
import { EventModel } from "../../src/analysis/event-model.ts";

describe("the clearance check sees an annotation", () => {
  test.each(annotatedExamples({ "x-privacy": { class: "email", action: "scan" } }).map((row) => [row.keyword, row]))(
    "below %s",
    (_, row) => {
      const { schema } = row as ReturnType<typeof annotatedExamples>[number];
      const { registry, faults } = createRegistry([{ file: "events/test/a/1-0-0.json", value: schema }]);
      expect(faults).toEqual([]);
      const contract = registry.newestOf("test.a");
      const fields = contract === undefined ? [] : new EventModel(registry).sensitiveFields(contract);
      expect(fields).toHaveLength(1);
      expect(fields[0]?.path).toMatch(/^event\.data(\.(secret|list|text|\*))?$/);
    },
  );
});

/** Where a pattern finds the value that an example is about. */
const pathOf = (keyword: string): string =>
  applicatorOf(keyword)?.target === "elements" ? "event.data.list" : "event.data.secret";

// Tested schemas, names, the inside of a text, and names that others may have evaluated promise no value.
const promising = annotatedExamples({}).filter(
  ({ keyword }) => !["not", "if", "propertyNames", "contentSchema", "unevaluatedProperties"].includes(keyword),
);

describe("the analysis of patterns knows the values", () => {
  test.each(promising.map(({ keyword, schema }) => [keyword, schema] as const))("below %s", (keyword, schema) => {
    const { registry } = createRegistry([{ file: "events/test/a/1-0-0.json", value: schema }]);
    const { location } = new EventModel(registry).facts(pathOf(keyword), registry.newestOf("test.a"));
    expect(location.shapes.some((shape) => shape.some((place) => place.schema["type"] === "string"))).toBe(true);
  });

  test.each<[string, JsonObject, string, boolean]>([
    ["of a tuple", { prefixItems: [{ properties: { a: { type: "string" } } }], items: false }, "list.a", true],
    ["of a list of which nothing is said", {}, "list.a", true],
    ["of an empty list", { maxItems: 0 }, "list.a", false],
    ["of a list that only tests", { contains: { properties: { a: {} } } }, "list.b", true],
    ["of a closed element", { items: { type: "object", additionalProperties: false } }, "list.a", false],
  ])("%s", (_, list, path, isThere) => {
    const value = { type: "object", properties: { list: { type: "array", ...list } } };
    const { registry } = createRegistry([{ file: "events/test/a/1-0-0.json", value }]);
    const { location } = new EventModel(registry).facts(`event.data.${path}`, registry.newestOf("test.a"));
    expect(location.isOpen || location.shapes.length > 0).toBe(isThere);
  });
});

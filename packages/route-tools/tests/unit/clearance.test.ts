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

test("a name that a pattern and other names annotate is masked by the stricter of the two, as enrichment has it", () => {
  const annotated = (action: string): JsonObject => ({ type: "string", "x-privacy": { class: action, action } });
  const value = { patternProperties: { "^x": annotated("scan") }, additionalProperties: annotated("drop") };
  const { registry } = createRegistry([{ file: "events/test/a/1-0-0.json", value }]);
  const { privacy } = new EventModel(registry).facts("event.data.xa", registry.newestOf("test.a"));
  expect(privacy?.action).toBe("drop");
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

  test("and takes no word from what stands beside a reference of draft-07, which validators pass over", () => {
    const beside = { type: "string", enum: ["x"], properties: { c: { type: "string" } }, required: ["c"] };
    const value = {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: { a: { $ref: "#/definitions/a", ...beside } },
      definitions: { a: { type: "object", properties: { b: { type: "integer" } }, additionalProperties: false } },
    };
    const { registry } = createRegistry([{ file: "events/test/a/1-0-0.json", value }]);
    const model = new EventModel(registry);
    const factsOf = (path: string) => model.facts(`event.data.${path}`, registry.newestOf("test.a"));
    const types = factsOf("a").location.shapes.flatMap((shape) => shape.map(({ schema }) => schema["type"]));
    expect(types.filter((type) => type !== undefined)).toEqual(["object"]);
    expect([factsOf("a.b").isUnknown, factsOf("a.c").isUnknown]).toEqual([false, true]);
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

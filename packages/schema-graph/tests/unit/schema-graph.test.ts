import { describe, expect, test } from "@jest/globals";
import {
  annotatedExamples,
  createValueGraph,
  indexResources,
  type JsonObject,
  namesOf,
  type SchemaDocument,
  walkSchema,
} from "../../src/index.ts";

function documentOf(schema: JsonObject): SchemaDocument {
  const version = { model: 1, revision: 0, addition: 0 };
  const place = { id: "https://a.example/a.json", file: "events/a/b/1-0-0.json", kind: "events", name: "a/b" };
  return { ...place, version, draft: "2020-12", isForeign: false, schema };
}

describe("the table of keywords", () => {
  test.each(annotatedExamples({ "x-mark": true }).map(({ keyword, schema }) => [keyword, schema] as const))(
    "leads a walk below %s",
    (_, schema) => {
      expect([...walkSchema(schema)].filter((inner) => inner.schema["x-mark"] === true)).toHaveLength(1);
    },
  );
});

describe("the graph of values", () => {
  const schema: JsonObject = {
    $ref: "#/$defs/base",
    allOf: [{ properties: { sure: {} } }],
    anyOf: [{ properties: { chosen: {} } }],
    if: { properties: { tested: {} } },
    then: { properties: { dependent: {} } },
    patternProperties: { "^x": { title: "pattern" } },
    additionalProperties: { title: "rest" },
    $defs: { base: { properties: { referred: {} }, allOf: [{ $ref: "#/$defs/base" }] } },
  };
  const document = documentOf(schema);
  const graph = createValueGraph(document, indexResources([document]));
  const places = graph.at([{ document, pointer: "", schema }]);

  test("says in which cases a schema applies, and ends a recursion", () => {
    const certainties = places.map((place) => [namesOf([place])[0], place.certainty]);
    expect(Object.fromEntries(certainties.filter(([name]) => name !== undefined))).toEqual({
      referred: "certain",
      sure: "certain",
      chosen: "one of",
      dependent: "conditional",
      tested: "tested",
    });
  });

  test("gives a name the schemas that name it, those of its pattern, and those of other names", () => {
    const titles = (name: string): unknown[] =>
      graph.property(places, name).map((place) => (place.schema as JsonObject)["title"]);
    expect(titles("xyz")).toEqual(["rest", "pattern"]);
    expect(titles("sure")).toEqual(["rest", undefined]);
    expect(titles("other")).toEqual(["rest"]);
  });
});

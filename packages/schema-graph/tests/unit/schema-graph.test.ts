import { describe, expect, test } from "@jest/globals";
import {
  annotatedExamples,
  applicators,
  baseAt,
  createValueGraph,
  type Dialect,
  indexResources,
  type JsonObject,
  keywordsOf,
  namesIn,
  namesOf,
  type SchemaDocument,
  walkSchema,
} from "../../src/index.ts";

function documentOf(schema: JsonObject): SchemaDocument {
  const version = { model: 1, revision: 0, addition: 0 };
  const place = { id: "https://a.example/a.json", file: "events/a/b/1-0-0.json", kind: "events", name: "a/b" };
  return { ...place, version, draft: "2020-12", isForeign: false, schema };
}

const dialects: readonly Dialect[] = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12"];

describe("the table of keywords", () => {
  test.each(Object.keys(applicators))("has %s, which some dialect knows", (keyword) => {
    expect(dialects.filter((dialect) => keywordsOf(dialect).has(keyword))).not.toEqual([]);
  });

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

describe("names of schemas", () => {
  const namesOfSchema = (schema: JsonObject, dialect: Dialect) => {
    const { bases, named } = namesIn(schema, "https://a.example/a.json", dialect);
    return { bases, names: named.map(([uri, { pointer }]) => [uri, pointer]) };
  };
  const b = { $id: "b.json", $defs: { c: { $anchor: "c", $id: "/c.json" }, d: { $anchor: "d" } } };

  test("are URIs, relative to the name of the schema around them", () => {
    const { bases, names } = namesOfSchema({ $anchor: "a", $defs: { b } }, "2020-12");
    expect(names).toEqual([
      ["https://a.example/a.json", ""],
      ["https://a.example/a.json#a", ""],
      ["https://a.example/b.json", "/$defs/b"],
      ["https://a.example/c.json", "/$defs/b/$defs/c"],
      ["https://a.example/c.json#c", "/$defs/b/$defs/c"],
      ["https://a.example/b.json#d", "/$defs/b/$defs/d"],
    ]);
    expect(baseAt(bases, "/$defs/b/$defs/d/items")).toBe("https://a.example/b.json");
    expect(baseAt(bases, "/$defs/bb")).toBe("https://a.example/a.json");
  });

  test("have the words of their dialect, and none beside a reference of the older ones", () => {
    const schema = { definitions: { x: { id: "#x" }, y: { id: "y.json", $ref: "#x" }, z: { $id: "z.json" } } };
    const named = [["https://a.example/a.json", ""]];
    expect(namesOfSchema(schema, "draft-04").names).toEqual([
      ...named,
      ["https://a.example/a.json#x", "/definitions/x"],
    ]);
    expect(namesOfSchema(schema, "draft-07").names).toEqual([...named, ["https://a.example/z.json", "/definitions/z"]]);
  });
});

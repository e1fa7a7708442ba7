import { describe, expect, test } from "@jest/globals";
import { compileReshape, parseRouteDocument, type Reshape, type Route } from "../../src/index.ts";
import { createReshaper } from "../../src/runtime.ts";

const reshaped = (data: unknown, reshape: Reshape): unknown => {
  const compiled = compileReshape(reshape);
  if (compiled === undefined) throw new Error("Nothing is reshaped");
  return (createReshaper(compiled)({ event: { id: "1", data } })["event"] as { data: unknown }).data;
};
const rename = (names: Record<string, string>): Reshape => ({
  rename: Object.fromEntries(Object.entries(names).map(([path, name]) => [`event.data.${path}`, name])),
});
const flatten = (...paths: string[]): Reshape => ({ flatten: paths.map((path) => `event.data.${path}`) });
const constant = (values: Record<string, string | number | boolean | null>): Reshape => ({
  constant: Object.fromEntries(Object.entries(values).map(([path, value]) => [`event.data.${path}`, value])),
});

describe("a renamed field", () => {
  test("stays in its object, which may be renamed as well, and in every element of an array", () => {
    const data = { a: { b: 1, c: 2 }, list: [{ x: 1, y: 2 }, { y: 3 }, 7, null] };
    expect(reshaped(data, rename({ a: "z", "a.b": "bee", "list.x": "ex" }))).toEqual({
      z: { bee: 1, c: 2 },
      list: [{ ex: 1, y: 2 }, { y: 3 }, 7, null],
    });
  });

  test("may take the name of another that is renamed", () => {
    expect(reshaped({ a: 1, b: 2 }, rename({ a: "b", b: "a" }))).toEqual({ b: 1, a: 2 });
  });

  test("that is missing leaves no trace, and its new name is nobody else's", () => {
    expect(reshaped({ c: 1 }, rename({ a: "z" }))).toEqual({ c: 1 });
    expect(reshaped({ a: 1, z: "the sender's" }, rename({ a: "z" }))).toEqual({ z: 1 });
    expect(reshaped({ c: 1, z: "the sender's", "z.y": 2 }, rename({ a: "z" }))).toEqual({ c: 1 });
  });

  test("may be written with dots, which are as many steps", () => {
    expect(reshaped({ "a.b": 1, "a.c": 2, "a.d.e": 3 }, rename({ a: "z", "a.b": "bee", "a.d.e": "f" }))).toEqual({
      "z.bee": 1,
      "z.c": 2,
      "z.d.f": 3,
    });
  });

  test("is left alone where data is no object", () => {
    for (const data of ["text", 7, null, [1], undefined]) expect(reshaped(data, rename({ a: "z" }))).toEqual(data);
  });

  test("may be called __proto__ by its sender", () => {
    const data = JSON.parse('{"__proto__":{"a":1},"o":{"__proto__":2,"p":3}}') as object;
    const result = JSON.stringify(reshaped(data, { ...rename({ "o.p": "q" }), ...flatten("o") }));
    expect(JSON.parse(result)).toEqual(JSON.parse('{"__proto__":{"a":1},"o":{"__proto__":2},"o_q":3}'));
  });
});

describe("a flattened object", () => {
  test("leaves its values under names that join theirs; arrays are values", () => {
    const data = { a: { b: 1, c: { d: null, e: [{ f: 1 }] } }, g: 2 };
    expect(reshaped(data, flatten("a"))).toEqual({ a_b: 1, a_c_d: null, a_c_e: [{ f: 1 }], g: 2 });
  });

  test("is joined by the separator of the document, after its members were renamed", () => {
    const data = { a: { b: { c: 1 }, list: [{ c: 2 }] } };
    const names = rename({ a: "z", "a.b.c": "see", "a.list.c": "see" });
    expect(reshaped(data, { ...names, ...flatten("a"), separator: "__" })).toEqual({
      z__b__see: 1,
      z__list: [{ see: 2 }],
    });
  });

  test("keeps the members whose names would make another's", () => {
    expect(reshaped({ a: { b_c: 1, b: { c: 2, "": 3 } } }, flatten("a"))).toEqual({
      a_b_c: 2,
      a: { b_c: 1, b: { "": 3 } },
    });
    expect(reshaped({ a: { b_: 1, _c: 2, d_e: 3 } }, { ...flatten("a"), separator: "__" })).toEqual({
      a__d_e: 3,
      a: { b_: 1, _c: 2 },
    });
  });

  test("has the names that begin like it for itself", () => {
    expect(reshaped({ a: { b: 1 }, a_b: 2, a_c: 3, ab: 4 }, flatten("a"))).toEqual({ a_b: 1, ab: 4 });
  });

  test("that is none stays what it is, and an empty one leaves nothing", () => {
    for (const a of ["text", 7, null, [{ b: 1 }]]) expect(reshaped({ a }, flatten("a"))).toEqual({ a });
    expect(reshaped({ a: {}, b: { c: {} } }, flatten("a", "b"))).toEqual({});
  });

  test("in an array is flattened in each element", () => {
    expect(reshaped({ list: [{ a: { b: 1 } }, { a: 2 }] }, flatten("list.a"))).toEqual({
      list: [{ a_b: 1 }, { a: 2 }],
    });
  });

  test("takes names with dots for as many steps", () => {
    expect(reshaped({ "a.b": 1, a: { "c.d": { e: 2 } } }, flatten("a"))).toEqual({ a_b: 1, a_c_d_e: 2 });
  });
});

describe("a constant", () => {
  test("stands in every event, with the objects on its way", () => {
    expect(reshaped({ a: 1 }, constant({ kind: "web", "b.c": null }))).toEqual({ a: 1, kind: "web", b: { c: null } });
    expect(reshaped(undefined, constant({ kind: 7 }))).toEqual({ kind: 7 });
  });

  test("takes the place of what a sender has there, however it is spelt", () => {
    expect(
      reshaped({ kind: "mine", "kind.a": 1, b: { c: 1, d: 2 }, "b.c": 3 }, constant({ kind: "web", "b.c": 4 })),
    ).toEqual({ kind: "web", b: { c: 4, d: 2 } });
  });

  test("is left out where something else than an object is on its way", () => {
    expect(reshaped({ b: [1] }, constant({ "b.c": 4 }))).toEqual({ b: [1] });
    expect(reshaped("text", constant({ kind: "web" }))).toBe("text");
  });

  test("may stand in an object that was renamed", () => {
    expect(reshaped({ a: { b: 1 } }, { ...rename({ a: "z" }), ...constant({ "z.c": true }) })).toEqual({
      z: { b: 1, c: true },
    });
  });
});

test("an event is not changed by being reshaped", () => {
  const data = { a: { b: 1 }, c: [{ d: 2 }] };
  const before = structuredClone(data);
  reshaped(data, { ...rename({ a: "z", "c.d": "e" }), ...flatten("a"), ...constant({ "c.x": 1, y: 2 }) });
  expect(data).toEqual(before);
});

describe("a document is refused", () => {
  const base = { name: "r", description: "d", pattern: { event: { type: ["t"] } }, destination: { stream: "s" } };
  const tests = [true, false].map((matches) => ({
    name: "n",
    event: { event: { type: matches ? "t" : "u" } },
    matches,
  }));
  const faultsOf = (...routes: object[]): string[] =>
    parseRouteDocument(
      JSON.stringify({
        $schema: "./route-document.schema.json",
        application: "app",
        owner: "team",
        routes: routes.map((route, index) => ({ ...base, name: `r${index}`, tests, ...(route as Partial<Route>) })),
      }),
      "app.json",
    ).errors.map(({ rule, pointer, message }) => `${rule} ${pointer.replace("/routes/0/reshape/", "")}: ${message}`);
  const faultsOfReshape = (reshape: object): string[] => faultsOf({ reshape });

  test("but not for what it may say", () => {
    const names = rename({ a: "b", b: "a", "c.d": "e" });
    expect(faultsOfReshape({ ...names, ...flatten("f", "c"), ...constant({ "h.i": 1, "h.j": null }) })).toEqual([]);
    expect(faultsOfReshape({ rename: { "enrichment.geo.country": "land" } })).toEqual([]);
  });

  test.each([
    ["identity", { rename: { "event.id": "key" } }],
    ["a part", { rename: { "event.data": "payload" } }],
    ["the verdict", { constant: { "validation.status": "valid" } }],
    ["the router's hop", { flatten: ["processing.router"] }],
  ])("where %s would change its name", (_, reshape) => {
    expect(faultsOfReshape(reshape).join()).toMatch(/schema-pattern .*does not fit \^\(event/);
  });

  test.each([
    ["two fields of one name", rename({ a: "z", b: "z" }), 'The name "z" in "event.data" would be given twice'],
    ["the name of a field that keeps it", rename({ a: "b", "b.c": "d" }), 'is that of "event.data.b", which keeps it'],
    ["a constant on a given name", { ...rename({ a: "z" }), ...constant({ z: 1 }) }, "would be given twice"],
    ["a constant in a constant", constant({ a: 1, "a.b": 2 }), 'would lie in the constant "event.data.a"'],
    ["two flattened objects that begin alike", flatten("a", "a_b"), "would be given twice"],
    [
      "a constant that begins like a flattened one",
      { ...flatten("a"), ...constant({ a_b: 1 }) },
      "would be given twice",
    ],
    ["a constant in a flattened object", { ...flatten("a"), ...constant({ "a.b": 1 }) }, "which is flattened"],
    ["a separator in a name", { ...flatten("a"), ...rename({ "a.b": "b_c" }) }, 'holds the separator "_"'],
    ["a field in a flattened one", flatten("a", "a.b"), "which is flattened down to its values"],
    ["its own name", rename({ "a.b": "b" }), "keeps its name"],
    ["a separator alone", { ...rename({ a: "b" }), separator: "-" }, "Nothing is flattened"],
    ["a path as a name", rename({ a: "b.c" }), "does not fit"],
    ["a name that sets the prototype", rename({ a: "__proto__" }), "does not fit"],
    [
      "an object as a constant",
      { constant: { "event.data.a": { b: 1 } } },
      "Expected string,number,boolean,null, got object",
    ],
    ["a number that no double holds", { constant: { "event.data.a": 1 } }, "Expected string,number,boolean,null"],
    ["a long constant", constant({ a: "x".repeat(257) }), "must NOT have more than 256 characters"],
  ])("for %s", (title, reshape, message) => {
    const text = JSON.stringify({ ...base, name: "r0", tests, reshape });
    const exact = title.startsWith("a number")
      ? text.replace('"event.data.a":1', '"event.data.a":12345678901234567890')
      : text;
    const document = `{"$schema":"x","application":"app","owner":"team","routes":[${exact}]}`;
    expect(
      parseRouteDocument(document, "app.json")
        .errors.map((fault) => fault.message)
        .join("\n"),
    ).toContain(message);
  });

  test("whose routes give the fields of one destination different names", () => {
    expect(faultsOf({ reshape: rename({ a: "b" }) }, {}).join()).toContain(
      'Route "r1" writes to stream "s" with another reshape than route "r0"',
    );
    expect(faultsOf({ reshape: rename({ a: "x", b: "y" }) }, { reshape: rename({ b: "y", a: "x" }) })).toEqual([]);
  });

  test("that says what is delivered of an event that does not match", () => {
    const [, other] = tests;
    expect(faultsOf({ tests: [tests[0], { ...other, delivers: {} }] })).toEqual([
      "test-coverage /routes/0/tests/1/delivers: The event does not match, so nothing is delivered of it.",
    ]);
  });
});

import { describe, expect, test } from "@jest/globals";
import { compileRoutes, type Route, type RouteDocument } from "../../src/index.ts";
import {
  type FieldPath,
  InvalidCompiledRoutesError,
  loadRoutes,
  projectEvent,
  samplePoint,
} from "../../src/runtime.ts";

const route = (name: string, rest: Partial<Route> = {}): Route => ({
  name,
  description: name,
  pattern: { event: { type: ["t"] } },
  destination: { stream: "s" },
  tests: [],
  ...rest,
});
const document = (...routes: Route[]): RouteDocument => ({ application: "app", owner: "team", routes });
const load = (...routes: Route[]) =>
  loadRoutes(JSON.parse(JSON.stringify(compileRoutes([document(...routes)]))) as never);
const event = (id: string, rest: object = {}) => ({
  event: { id, source: "src", type: "t", ...rest },
  validation: { status: "valid" },
});

describe("copies", () => {
  test("one per stream, with the routes it is there for", () => {
    const set = load(route("a"), route("b"), route("c", { destination: { stream: "other" } }));
    expect(set.route(event("1")).copies.map(({ destination, routes }) => [destination.name, routes])).toEqual([
      ["s", ["app/a", "app/b"]],
      ["other", ["app/c"]],
    ]);
  });

  test("the very event when nothing is left out", () => {
    const given = event("1");
    expect(load(route("a")).route(given).copies[0]?.event).toBe(given);
  });

  test("no route, no copy", () => {
    expect(load(route("a")).route({ event: { id: "1", source: "src" } })).toEqual({ matched: [], copies: [] });
  });
});

const keepFields = (given: Record<string, unknown>, paths: FieldPath[]) =>
  projectEvent(given, [{ isKeep: true, paths }]);
const dropFields = (given: Record<string, unknown>, paths: FieldPath[]) =>
  projectEvent(given, [{ isKeep: false, paths }]);

describe("projection", () => {
  const given = {
    event: {
      id: "1",
      source: "src",
      type: "t",
      data: { a: 1, b: { c: 2, d: 3 }, list: [{ x: 1, y: 2 }, { y: 3 }, 7] },
    },
    privacy: { masked: [] },
  };

  test("keep delivers what it names and the identity", () => {
    expect(keepFields(given, [["event", "data", "b", "c"]])).toEqual({
      event: { id: "1", source: "src", data: { b: { c: 2 } } },
    });
  });

  test("keep and drop leave the parts of the revision", () => {
    const event = { ...given.event, receivedat: "2026", revision: 2, replayedat: "2027" };
    const validation = { status: "valid", schema: null, errors: [] };
    const revision = { event: { id: "1", source: "src", receivedat: "2026", revision: 2, replayedat: "2027" } };
    expect(keepFields({ event, validation }, [["privacy"]])).toEqual({ ...revision, validation: { status: "valid" } });
    expect(dropFields({ event, validation }, [["event"], ["validation"]])).toEqual({
      ...revision,
      validation: { status: "valid" },
    });
  });

  test("keep looks into the elements of arrays", () => {
    expect(keepFields(given, [["event", "data", "list", "x"]])).toEqual({
      event: { id: "1", source: "src", data: { list: [{ x: 1 }, {}] } },
    });
  });

  test("drop leaves everything else as it is", () => {
    const left = dropFields(given, [["event", "data", "list", "y"], ["privacy"]]);
    expect(left).toEqual({
      event: { id: "1", source: "src", type: "t", data: { a: 1, b: { c: 2, d: 3 }, list: [{ x: 1 }, {}, 7] } },
    });
    expect(given.privacy).toEqual({ masked: [] });
  });

  test("a key with dots is as many steps, as it is for patterns", () => {
    const dotted = { event: { id: "1", source: "src", data: { "a.b": 1, "a.c": { d: 2 }, e: 3 } } };
    const dataLeft = (...paths: string[]) =>
      (
        dropFields(
          dotted,
          paths.map((path) => path.split(".")),
        ) as typeof dotted
      ).event.data;
    expect(dataLeft("event.data.a.b")).toEqual({ "a.c": { d: 2 }, e: 3 });
    expect(dataLeft("event.data.a.c.d")).toEqual({ "a.b": 1, "a.c": {}, e: 3 });
    expect(dataLeft("event.data.a")).toEqual({ e: 3 });
    expect(keepFields(dotted, [["event", "data", "a", "c"]])).toMatchObject({ event: { data: { "a.c": { d: 2 } } } });
    const pattern = { event: { data: { a: { b: [1] } } } };
    const [copy] = load(route("a", { pattern, partitionKey: "event.data.a.b" })).route(dotted).copies;
    expect(copy?.partitionKey).toBe("1");
  });

  test("the identity cannot be dropped", () => {
    expect(dropFields(given, [["event"]])).toEqual({ event: { id: "1", source: "src" }, privacy: { masked: [] } });
  });

  test("a field called __proto__ is a field", () => {
    const parsed = JSON.parse('{"event":{"id":"1","source":"s","__proto__":{"x":1},"y":2}}') as Record<string, unknown>;
    expect(JSON.stringify(dropFields(parsed, [["event", "y"]]))).toBe(
      '{"event":{"id":"1","source":"s","__proto__":{"x":1}}}',
    );
  });

  test("routes of one stream that match together deliver what any of them asks for", () => {
    const dropA = route("a", { project: { drop: ["event.data.a", "event.data.b"] } });
    const dropB = route("b", { project: { drop: ["event.data.b.c"] } });
    const keepD = route("d", { project: { keep: ["event.data.b.d"] } });
    const dataOf = (...routes: Route[]) => (load(...routes).route(given).copies[0]!.event as typeof given).event.data;
    expect(dataOf(dropA)).toEqual({ list: given.event.data.list });
    expect(dataOf(dropA, dropB)).toEqual({ a: 1, b: { d: 3 }, list: given.event.data.list });
    expect(dataOf(keepD)).toEqual({ b: { d: 3 } });
    // Not b.c: neither of the two would deliver it alone.
    expect(dataOf(dropA, keepD)).toEqual({ b: { d: 3 }, list: given.event.data.list });
    expect(dataOf(dropA, route("whole"))).toEqual(given.event.data);
  });
});

describe("sampling", () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => `id-${index}`);
  const delivered = (sample: number) => new Set(ids.filter((id) => load10[sample]!.route(event(id)).copies.length > 0));
  const load10: Record<number, ReturnType<typeof load>> = {
    0.1: load(route("a", { sample: 0.1 })),
    0.5: load(route("a", { sample: 0.5 })),
  };

  test("delivers about the share asked for, and the same events at every run", () => {
    expect(delivered(0.1).size / ids.length).toBeCloseTo(0.1, 2);
    expect(delivered(0.1)).toEqual(delivered(0.1));
  });

  test("a larger share has all events of a smaller one", () => {
    const half = delivered(0.5);
    expect([...delivered(0.1)].every((id) => half.has(id))).toBe(true);
  });

  test("an event left out by the sample has matched all the same", () => {
    const id = ids.find((candidate) => !delivered(0.1).has(candidate))!;
    expect(load10[0.1]!.route(event(id))).toEqual({ matched: ["app/a"], copies: [] });
  });

  test("points are spread evenly", () => {
    const buckets = new Array<number>(10).fill(0);
    for (const id of ids) buckets[Math.floor(samplePoint(id) * 10)]! += 1;
    expect(Math.min(...buckets)).toBeGreaterThan(1_850);
    expect(Math.max(...buckets)).toBeLessThan(2_150);
  });
});

describe("the partition key", () => {
  const set = load(route("a", { partitionKey: "event.data.key" }));
  const keyOf = (data: unknown) => set.route(event("1", { data })).copies[0]?.partitionKey;

  test.each([
    ["text", "k", "k"],
    ["a number", 12, "12"],
    ["a boolean", false, "false"],
    ["an empty text", "", undefined],
    ["null", null, undefined],
    ["an object", {}, undefined],
    ["nothing", undefined, undefined],
  ])("of %s", (_, key, expected) => {
    expect(keyOf({ key })).toBe(expected);
  });

  test("is nothing inherited", () => {
    expect(
      load(route("a", { partitionKey: "event.constructor.name" })).route(event("1")).copies[0]?.partitionKey,
    ).toBeUndefined();
  });
});

describe("the version", () => {
  const versionOf = (...routes: Route[]) => compileRoutes([document(...routes)]).version;

  test("follows what the routes mean, not how they are described or tested", () => {
    const test = { name: "t", event: {}, matches: false };
    expect(versionOf(route("a"))).toBe(versionOf(route("a", { description: "other", tests: [test] })));
    expect(versionOf(route("a"))).not.toBe(versionOf(route("a", { sample: 0.5 })));
    expect(versionOf(route("a"))).not.toBe(versionOf(route("a", { pattern: { event: { type: ["u"] } } })));
  });

  test("of another format is not loaded", () => {
    expect(() => loadRoutes({ ...compileRoutes([document(route("a"))]), format: 1 as never })).toThrow(
      InvalidCompiledRoutesError,
    );
  });
});

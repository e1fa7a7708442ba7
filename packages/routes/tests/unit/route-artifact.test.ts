import { describe, expect, test } from "@jest/globals";
import { createRouteArtifact, type RouteDocument } from "../../src/index.ts";
import { InvalidCompiledRoutesError, loadRouteArtifact } from "../../src/runtime.ts";

const documents = (type: string): RouteDocument[] => [
  {
    application: "shop",
    owner: "team",
    routes: [
      {
        name: "orders",
        description: "",
        pattern: { event: { type: [type] } },
        destination: { stream: "shop" },
        tests: [
          { name: "yes", event: { event: { type: "order" } }, matches: true },
          { name: "no", event: {}, matches: false },
        ],
      },
    ],
  },
];
const artifact = createRouteArtifact(documents("order"));
const load =
  (value: unknown, ...deployed: string[]) =>
  () =>
    loadRouteArtifact(JSON.stringify(value), new Set(deployed));

describe("an artifact from outside the bundle", () => {
  test("is taken when it is whole, its tests hold and its streams exist", () => {
    const set = load(artifact, "shop")();
    expect(set.version).toBe(artifact.compiled.version);
    expect(set.route({ event: { id: "1", source: "s", type: "order" } } as never).matched).toEqual(["shop/orders"]);
  });

  test.each([
    ["its digest is another", { ...artifact, digest: "0" }, "digest"],
    ["its content was changed", { ...artifact, compiled: { ...artifact.compiled, version: "x" } }, "digest"],
    ["a test of its own fails", createRouteArtifact(documents("other")), 'A test of route "shop/orders" fails'],
    ["it has another format", { ...artifact, format: 2 }, "format 1"],
    ["it is null", null, "format 1"],
  ])("is refused when %s", (_, value, message) => {
    expect(load(value, "shop")).toThrow(InvalidCompiledRoutesError);
    expect(load(value, "shop")).toThrow(message);
  });

  test("is refused when it writes to a stream that is not deployed", () => {
    expect(load(artifact, "another")).toThrow("Streams are not deployed yet: shop");
  });

  test("is refused when it was cut off", () => {
    expect(() => loadRouteArtifact(JSON.stringify(artifact).slice(0, -5), new Set(["shop"]))).toThrow("not JSON");
  });
});

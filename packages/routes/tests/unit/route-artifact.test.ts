import { describe, expect, test } from "@jest/globals";
import { type CompiledDestination, createRouteArtifact, type RouteDocument } from "../../src/index.ts";
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
const arn = { prod: "arn:aws:kinesis:eu-west-1:999999999999:stream/shop" };
const shop = { kind: "kinesis", name: "shop", application: "shop" } as const;
const load =
  (value: unknown, ...deployed: CompiledDestination[]) =>
  () =>
    loadRouteArtifact(JSON.stringify(value), deployed);

describe("an artifact from outside the bundle", () => {
  test("is taken when it is whole, its tests hold and its streams exist", () => {
    const set = load(artifact, shop)();
    expect(set.version).toBe(artifact.compiled.version);
    expect(set.route({ event: { id: "1", source: "s", type: "order" } } as never).matched).toEqual(["shop/orders"]);
  });

  test.each([
    ["its digest is another", { ...artifact, digest: "0" }, "digest"],
    ["its content was changed", { ...artifact, compiled: { ...artifact.compiled, version: "x" } }, "digest"],
    ["a test of its own fails", createRouteArtifact(documents("other")), 'A test of route "shop/orders" fails'],
    ["it has another format", { ...artifact, format: 1 }, "format 2"],
    ["it is null", null, "format 2"],
  ])("is refused when %s", (_, value, message) => {
    expect(load(value, shop)).toThrow(InvalidCompiledRoutesError);
    expect(load(value, shop)).toThrow(message);
  });

  test.each([
    ["is not deployed", { ...shop, name: "another" }],
    ["another application was deployed with", { ...shop, application: "another" }],
    ["was deployed in another account", { ...shop, arn }],
  ])("is refused when it writes to a stream that %s", (_, deployed) => {
    expect(load(artifact, deployed)).toThrow("Destinations are not deployed as the routes name them: shop");
  });

  test("may write to a stream that was deployed with other settings", () => {
    expect(load(artifact, { ...shop, ordering: "per-key", budgetMs: 100 })().version).toBe(artifact.compiled.version);
  });

  test("is refused when it was cut off", () => {
    expect(() => loadRouteArtifact(JSON.stringify(artifact).slice(0, -5), [shop])).toThrow("not JSON");
  });
});

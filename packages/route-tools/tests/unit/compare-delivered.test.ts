/** The news that consumers of a stream get of a change of its routes. */
import { expect, test } from "@jest/globals";
import { type JsonObject, loadRegistry } from "@millrace/contract-tools/registry";
import { loadRouteDocuments, type Route, type RouteDocument } from "@millrace/routes";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EventModel } from "../../src/analysis/event-model.ts";
import { compareDelivered } from "../../src/delivered/compare-delivered.ts";
import { describeStream } from "../../src/delivered/delivered-stream.ts";
import { run, temporaryFolder } from "../support/run.ts";

const schemas = join(import.meta.dirname, "../../../../schemas");
const model = new EventModel(loadRegistry(schemas));

const click: Route = {
  name: "clicks",
  description: "Clicks.",
  pattern: { event: { type: ["search.click"] }, validation: { status: ["valid"] } },
  destination: { stream: "shop" },
  tests: [],
};
const views: Route = {
  ...click,
  name: "views",
  pattern: { event: { type: ["page.view"] }, validation: { status: ["valid"] } },
};
const shop = (...routes: Partial<Route>[]): RouteDocument[] => [
  { application: "shop", owner: "team", routes: routes.map((route) => ({ ...click, ...route })) },
];
const told = (before: RouteDocument[], after: RouteDocument[], contracts = model): (readonly [boolean, string])[] =>
  compareDelivered({ before, after }, contracts).map(({ isBreak, text }) => [isBreak, text] as const);

test("a field that is dropped breaks consumers; one that comes back breaks nobody", () => {
  const dropped = shop({ project: { drop: ["event.data.query"] } });
  expect(told(shop({}), dropped)).toEqual([[true, "event.data.query: The field `query` is gone (search.click)"]]);
  expect(told(dropped, shop({}))).toEqual([]);
});

test("a second route that delivers less makes a required field one that may be missing", () => {
  const second = { name: "all", project: { drop: ["event.data.rank"] } };
  const [change, ...others] = told(shop({}), shop({}, second));
  expect(others).toEqual([]);
  expect(change).toEqual([true, expect.stringContaining("event.data.rank: `rank` is no longer required")]);
});

test("a field that is in every record of a branch now breaks nobody, and its end does", () => {
  const folder = temporaryFolder();
  cpSync(schemas, folder, { recursive: true });
  const branch = (kind: string): JsonObject => ({
    required: [kind],
    properties: { [kind]: { type: "string", format: "uuid" } },
  });
  const type = { type: "object", oneOf: [branch("order"), branch("refund")], additionalProperties: false };
  mkdirSync(join(folder, "events/shop/choice"), { recursive: true });
  writeFileSync(join(folder, "events/shop/choice/1-0-0.json"), JSON.stringify(type));
  const choices = { pattern: { event: { type: ["shop.choice"] }, validation: { status: ["valid"] } } };
  const [some, every] = [
    shop(choices, { ...choices, name: "less", project: { drop: ["event.data.order"] } }),
    shop(choices),
  ];
  const contracts = new EventModel(loadRegistry(folder));
  expect(told(some, every, contracts)).toEqual([]);
  expect(told(every, some, contracts)).toEqual([[true, expect.stringContaining("`anyOf` changes")]]);
});

test("events that hold no contract break consumers who have read valid ones alone", () => {
  const all = shop({ pattern: { event: { type: ["search.click"] } } });
  expect(told(shop({}), all)).toEqual([
    [true, "newly delivers events that hold no contract: nothing is sure of their `event.data`"],
  ]);
  expect(told(all, shop({}))).toEqual([]);
});

test("event types that come or go are told, and are no break", () => {
  expect(told(shop({}), shop({}, views))).toEqual([[false, "newly delivers page.view"]]);
  expect(told(shop({}, views), shop({}))).toEqual([[false, "delivers page.view no more"]]);
});

test("the repository's own routes are compatible with themselves", () => {
  const own = loadRouteDocuments(join(schemas, "routes"));
  expect(compareDelivered({ before: own, after: own }, model)).toEqual([]);
});

test("a projection that keeps some fields leaves them, identity, revision and the router's hop", () => {
  const described = describeStream("shop", shop({ project: { keep: ["event.data.rank", "event.type"] } }), model);
  const { record = {}, data = {} }: { record?: JsonObject; data?: JsonObject | undefined } = described?.valid[0] ?? {};
  expect(described?.notValid).toBeUndefined();
  const { event, validation, processing, ...rest } = record["properties"] as Record<
    string,
    { properties: object; required: string[] }
  >;
  expect(Object.keys(rest)).toEqual([]);
  expect(Object.keys(event?.properties ?? {}).toSorted()).toEqual([
    "data",
    "id",
    "receivedat",
    "replayedat",
    "revision",
    "source",
    "type",
  ]);
  expect(event?.required.toSorted()).toEqual(["data", "id", "receivedat", "source", "type"]);
  expect(Object.keys(validation?.properties ?? {})).toEqual(["status"]);
  expect([data["properties"], data["required"]]).toMatchObject([{ rank: { type: "integer" } }, ["rank"]]);
  expect(processing?.required).toEqual(["router"]);
});

test("records of several events, and an order that is kept no more, break readers that rely on them", () => {
  type Delivery = NonNullable<Route["delivery"]>;
  const compare = (before: Delivery, after: Delivery): string[] =>
    compareDelivered({ before: shop({ delivery: before }), after: shop({ delivery: after }) }, model).map(
      ({ isBreak, text }) => `${isBreak} ${text}`,
    );
  const packed: Delivery = { eventsPerRecord: "many" };
  const ordered: Delivery = { ordering: "per-key" };
  expect(compare({}, packed)).toEqual(["true a record may hold several events, a line each"]);
  expect(compare(ordered, {})).toEqual(["true events of a partition key keep their order no more"]);
  expect([...compare(packed, {}), ...compare({}, ordered), ...compare(packed, packed)]).toEqual([]);
});

test("check --base and diff name what breaks", async () => {
  const [before, after] = [temporaryFolder(), temporaryFolder()];
  const tests = [
    { name: "yes", event: { event: { type: "search.click" }, validation: { status: "valid" } }, matches: true },
    { name: "no", event: { event: { type: "page.view" } }, matches: false },
  ];
  const write = (folder: string, project: object): void =>
    writeFileSync(
      join(folder, "shop.json"),
      JSON.stringify({
        $schema: "./route-document.schema.json",
        application: "shop",
        owner: "team",
        clearance: ["url", "free-text", "ip"],
        routes: [{ ...click, tests, ...project }],
      }),
    );
  write(before, {});
  write(after, { project: { drop: ["event.data.rank"] } });
  const text = "event.data.rank: The field `rank` is gone (search.click)";
  const checked = await run("check", after, "--base", before);
  expect(checked.code).toBe(0);
  expect(checked.out).toContain(`breaks-consumers`);
  expect(checked.out).toContain(`Consumers of "shop": ${text}.`);
  const { out } = await run("diff", before, "--routes", after);
  expect(out).toContain(`consumers   shop: ${text.replaceAll("`", "")}`);
});

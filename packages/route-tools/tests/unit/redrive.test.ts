import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Delivery, PutRecord, PutRecords } from "@millrace/put-records";
import { compileRoutes, type RouteDocument } from "@millrace/routes";
import { redrive, redriveKey } from "../../src/index.ts";
import { loadRoutes } from "@millrace/routes/runtime";

const documents: RouteDocument[] = [
  {
    application: "shop",
    owner: "team",
    routes: [
      {
        name: "orders",
        description: "",
        pattern: { event: { type: ["order"] } },
        destination: { stream: "shop" },
        project: { drop: ["event.secret"] },
        tests: [],
      },
    ],
  },
  {
    application: "other",
    owner: "team",
    routes: [
      {
        name: "orders",
        description: "",
        pattern: { event: { type: ["order"] } },
        destination: { stream: "other" },
        tests: [],
      },
    ],
  },
];
const routes = loadRoutes(compileRoutes(documents));

function letter(id: string, rest: { type?: string; application?: string; stream?: string; revision?: number } = {}) {
  return {
    failure: { kind: "undeliverable", message: "" },
    enriched: {
      event: { id, source: "src", type: rest.type ?? "order", secret: 1, subject: "who", revision: rest.revision },
      processing: { enrichment: {} },
    },
    delivery: { application: rest.application ?? "shop", stream: rest.stream ?? "shop" },
  };
}

let put: PutRecord[];
let fails: (record: PutRecord) => boolean;

beforeEach(() => {
  put = [];
  fails = () => false;
});

const destination = (): PutRecords =>
  ({
    put: (records: readonly PutRecord[]) => {
      put.push(...records);
      return Promise.resolve(records.map((record) => ({ status: fails(record) ? "failed" : "delivered" }) as Delivery));
    },
  }) as PutRecords;
const lines = () =>
  put.map(({ data }) => JSON.parse(new TextDecoder().decode(data)) as Record<string, { [key: string]: unknown }>);
const options = { application: "shop", routes, destination, now: () => 0 };

describe("a redrive", () => {
  test("puts the undelivered events of the application back through the present routes", async () => {
    const rows = [letter("1"), letter("2"), letter("3", { application: "other", stream: "other" })];
    expect(await redrive(rows, options)).toEqual({
      found: 2,
      reasons: new Map(),
      unreadable: 0,
      duplicates: 0,
      unwanted: 0,
      delivered: 2,
      failed: 0,
    });
    expect(put.map(({ partitionKey }) => partitionKey)).toEqual(["who", "who"]);
    expect(lines()[0]).toEqual({
      event: { id: "1", source: "src", type: "order", subject: "who" },
      processing: {
        enrichment: {},
        router: {
          name: "routes redrive",
          version: "0.1.0",
          at: "1970-01-01T00:00:00.000Z",
          routesVersion: routes.version,
          routes: ["shop/orders"],
        },
      },
    });
  });

  test("delivers an event once, however often it is among the undelivered events", async () => {
    expect(await redrive([letter("1"), letter("1"), letter("2"), letter("1")], options)).toMatchObject({
      found: 4,
      delivered: 2,
      duplicates: 2,
    });
  });

  test("delivers a correction of an event beside it", async () => {
    const corrected = letter("1", { revision: 1 });
    expect(await redrive([letter("1"), corrected, corrected], options)).toMatchObject({ delivered: 2, duplicates: 1 });
  });

  test("does not repeat what an earlier run delivered", async () => {
    const delivered: string[] = [];
    await redrive([letter("1")], { ...options, onDelivered: (keys) => void delivered.push(...keys) });
    expect(delivered).toEqual([redriveKey("shop", { event: { source: "src", id: "1" } })]);
    expect(await redrive([letter("1"), letter("2")], { ...options, done: new Set(delivered) })).toMatchObject({
      delivered: 1,
      duplicates: 1,
    });
  });

  test("leaves out what no present route wants any more", async () => {
    expect(
      await redrive([letter("1", { type: "retired" }), letter("2", { stream: "old-stream" })], options),
    ).toMatchObject({ unwanted: 2, delivered: 0 });
  });

  test("counts what fails, and takes it again in the next run", async () => {
    fails = ({ data }) => new TextDecoder().decode(data).includes('"id":"1"');
    const done = new Set<string>();
    expect(await redrive([letter("1"), letter("2")], { ...options, done })).toMatchObject({ delivered: 1, failed: 1 });
    fails = () => false;
    expect(await redrive([letter("1"), letter("2")], { ...options, done })).toMatchObject({
      delivered: 1,
      duplicates: 1,
      failed: 0,
    });
  });

  test("tells undelivered events it cannot read", async () => {
    const broken = [
      { ...letter("1"), enriched: "!!!" },
      { ...letter("2"), enriched: { event: { id: "2" } } },
      { ...letter("3"), delivery: {} },
      { failure: { kind: "not-json" } },
    ];
    expect(await redrive(broken, options)).toMatchObject({ unreadable: 4, delivered: 0 });
  });

  test("without a destination writes nothing and counts what it would deliver", async () => {
    expect(await redrive([letter("1")], { application: "shop", routes })).toMatchObject({ delivered: 1 });
    expect(put).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { renderWarehouseViews } from "../../src/codegen.ts";
import type { Json } from "../../src/registry.ts";
import { renderSchemas } from "../../src/render/render-schemas.ts";
import { id, object } from "../support/schemas-folder.ts";
import { registryOf } from "../support/contracts-of.ts";

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run("CREATE MACRO get_path(record, path) AS json_extract_string(record, '$.' || path)");
  await connection.run(
    `CREATE TABLE events (source VARCHAR, id VARCHAR, type VARCHAR, subject VARCHAR, event_time TIMESTAMPTZ,
     received_at TIMESTAMPTZ, tenant_id VARCHAR, validation_status VARCHAR, validation_schema VARCHAR, record JSON, loaded_at TIMESTAMPTZ)`,
  );
});
afterAll(() => connection.closeSync());

const text = { type: "string", description: "Text." };
const v100 = object({
  orderId: text,
  total: { type: "number" },
  email: { type: "integer", "x-privacy": { class: "email", action: "hmac" } },
});
const v101 = object({ ...(v100["properties"] as object), couponCode: text });
const v102 = object({
  ...(v101["properties"] as object),
  shop: object({ id: { type: "integer" }, isOnline: { type: "boolean" } }),
  order: text,
});
const versions: Record<string, Json> = {
  "events/shop/order/1-0-0.json": v100,
  "events/shop/order/1-0-1.json": v101,
  "events/shop/order/1-0-2.json": v102,
};

const namesOf = (documents: Record<string, Json>): string[] =>
  renderWarehouseViews(registryOf(documents)).flatMap((view) => view.columns.map((column) => column.name));

async function insert(eventId: string, type: string, schema: string, status: string, data: object): Promise<void> {
  const record = JSON.stringify({ event: { id: eventId, type, data }, validation: { status, schema } });
  await connection.run("INSERT INTO events VALUES ('s', $1, $2, NULL, NULL, NULL, 't', $3, $4, $5, NULL)", [
    eventId,
    type,
    status,
    schema,
    record,
  ]);
}

describe("warehouse views", () => {
  test("find events whose type and fields have quotes and backslashes in their names", async () => {
    const type = "App\\Events\\O'Brien";
    const files = {
      "events/laravel/shipped/1-0-0.json": {
        $schema: "http://json-schema.org/draft-07/schema#",
        type: "object",
        properties: { total: { type: "integer" }, "it's": { type: "string" } },
      },
      "events/laravel/source.json": { events: { shipped: { type } } },
    };
    const [view] = renderWarehouseViews(registryOf(files));
    await insert("laravel", type, id("events/laravel/shipped/1-0-0.json"), "valid", { total: 3, "it's": "so" });
    const rows = await connection.runAndReadAll(view?.statement ?? "");
    expect(rows.getRowObjectsJson()).toMatchObject([{ id: "laravel", total: "3", it_s: "so" }]);
    expect(view?.statement).not.toContain("\\");
  });

  test("only ever add columns, at the end, over two ADDITIONs of one REVISION", () => {
    const [, , third] = Object.keys(versions);
    const first = namesOf({ "events/shop/order/1-0-0.json": v100 });
    const second = namesOf(Object.fromEntries(Object.entries(versions).filter(([file]) => file !== third)));
    const all = namesOf(versions);
    expect(first).toEqual(["order_id", "total", "email"]);
    expect(second).toEqual([...first, "coupon_code"]);
    expect(all).toEqual([...second, "shop_id", "shop_is_online", "data_order"]);
  });

  test("have a column once, though every ADDITION repeats it, and keep one that a later version drops", () => {
    const dropped = object({
      ...(v100["properties"] as object),
      total: { "x-privacy": { class: "money", action: "drop" } },
    });
    expect(namesOf({ "events/shop/order/1-0-0.json": v100, "events/shop/order/1-1-0.json": dropped })).toEqual([
      "order_id",
      "total",
      "email",
    ]);
  });

  test("are one per MODEL", () => {
    const views = renderWarehouseViews(
      registryOf({ ...versions, "events/shop/order/2-0-0.json": object({ number: text }) }),
    );
    expect(views.map((view) => [view.name, view.comment])).toEqual([
      ["SHOP_ORDER_1", "shop.order: valid events of 1-0-0, 1-0-1, 1-0-2"],
      ["SHOP_ORDER_2", "shop.order: valid events of 2-0-0"],
    ]);
  });

  test("do not let fields take the place of the envelope's columns, or of those of enrichment", () => {
    const fields = { id: text, type: text, select: text, "1st": text, a_b: text, aB: text };
    expect(
      namesOf({
        "events/a/b/1-0-0.json": object({ ...fields, enrichment: object({ geo: text }), enrichmentGeo: text }),
      }),
    ).toEqual([
      ...["data_id", "data_type", "data_select", "data_1st", "a_b", "a_b_2"],
      ...["data_enrichment_geo", "data_enrichment_geo_2"],
    ]);
  });

  test("close with what enrichment added, typed, and keep the columns of the data where they are", async () => {
    const enrichment = JSON.parse(renderSchemas().get("envelope/enrichment/1-0-1.json") ?? "") as Json;
    const [view] = renderWarehouseViews(
      registryOf({
        ...versions,
        "events/shop/visit/1-0-0.json": object({ page: text }),
        "envelope/enrichment/1-0-1.json": enrichment,
      }),
    ).filter(({ name }) => name === "SHOP_VISIT_1");
    expect(view?.columns.map(({ name }) => name)).toEqual(["page"]);
    await connection.run(`CREATE OR REPLACE VIEW shop_visit_1 AS ${view?.statement ?? ""}`);
    const record = {
      event: { data: { page: "p" } },
      enrichment: {
        geo: { country: "GB" },
        bot: { isBot: false },
        userAgent: { browser: { name: "Safari" } },
        clock: { derivedTime: "2026-11-20T10:00:00.000Z", basis: "corrected", skewMs: 1500 },
      },
    };
    await connection.run(
      "INSERT INTO events VALUES ('s', 'v', 'shop.visit', NULL, NULL, NULL, 't', 'valid', $1, $2, NULL)",
      [id("events/shop/visit/1-0-0.json"), JSON.stringify(record)],
    );
    const reader = await connection.runAndReadAll(
      `SELECT page, enrichment_geo_country, enrichment_bot_is_bot, enrichment_user_agent_browser_name, epoch_ms(enrichment_clock_derived_time)::DOUBLE,
       enrichment_clock_skew_ms, enrichment_campaign_source FROM shop_visit_1`,
    );
    expect(reader.getRowsJson()).toEqual([
      ["p", "GB", false, "Safari", Date.parse(record.enrichment.clock.derivedTime), 1500, null],
    ]);
    const columns = (await connection.runAndReadAll("SELECT * FROM shop_visit_1")).columnNames();
    expect(columns.slice(8, 12)).toEqual(["page", "record", "loaded_at", "enrichment_bot_is_bot"]);
  });

  test("run in DuckDB over events of every version, typed, and pass over invalid events without failing on them", async () => {
    for (const view of renderWarehouseViews(registryOf(versions))) {
      await connection.run(`CREATE OR REPLACE VIEW ${view.name} AS ${view.statement}`);
    }
    const schema = (version: string): string => id(`events/shop/order/${version}.json`);
    await insert("1", "shop.order", schema("1-0-0"), "valid", { orderId: "o-1", total: 9.5, email: "key1:abc" });
    await insert("2", "shop.order", schema("1-0-2"), "valid", {
      orderId: "o-2",
      couponCode: "X",
      shop: { id: 7, isOnline: true },
      order: "first",
    });
    await insert("3", "shop.order", schema("1-0-2"), "invalid", { orderId: 3, total: "nine", shop: { id: "seven" } });
    await insert("4", "shop.order", schema("2-0-0"), "valid", { number: "n" });
    await insert("5", "shop.return", id("events/shop/return/1-0-0.json"), "valid", { orderId: "o-5" });
    const reader = await connection.runAndReadAll(
      "SELECT id, order_id, total, email, coupon_code, shop_id, shop_is_online, data_order FROM shop_order_1 ORDER BY id",
    );
    expect(reader.getRowsJson()).toEqual([
      ["1", "o-1", 9.5, "key1:abc", null, null, null, null],
      ["2", "o-2", null, null, "X", "7", true, "first"],
    ]);
    const types = await connection.runAndReadAll(
      "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'SHOP_ORDER_1'",
    );
    expect(Object.fromEntries(types.getRowsJson() as [string, string][])).toMatchObject({
      total: "DOUBLE",
      email: "VARCHAR",
      shop_id: "DECIMAL(38,0)",
      shop_is_online: "BOOLEAN",
    });
  });

  describe("are exact", () => {
    const schema = "events/shop/ledger/1-0-0.json";
    const rowOf = async (eventId: string, data: string): Promise<unknown[]> => {
      const int64 = { type: "integer", format: "int64" };
      const fields = {
        ...{ ledgerId: int64, serial: { type: "integer" }, rank: { type: "integer", minimum: 1, maximum: 9 } },
        ...{ amount: { type: "string", "x-decimals": 4 }, price: { type: "number", "x-decimals": 2 } },
        ...{ ratio: { type: "number" }, placedAt: { type: "string", format: "date-time" } },
      };
      const [view] = renderWarehouseViews(registryOf({ [schema]: object(fields) }));
      await connection.run(`SET TimeZone = 'UTC'; CREATE OR REPLACE VIEW shop_ledger_1 AS ${view?.statement ?? ""}`);
      const record = `{"event":{"id":"${eventId}","data":${data}}}`;
      await connection.run(
        "INSERT INTO events VALUES ('s', $1, 'shop.ledger', NULL, NULL, NULL, 't', 'valid', $2, $3, NULL)",
        [eventId, id(schema), record],
      );
      const names = "ledger_id, serial, rank, amount, price, ratio, placed_at";
      const reader = await connection.runAndReadAll(`SELECT ${names} FROM shop_ledger_1 WHERE id = '${eventId}'`);
      return reader.getRowsJson()[0] ?? [];
    };

    test("for integers beyond 2^53, by `format: int64` or without bounds, and for decimals by `x-decimals`", async () => {
      const data = `{"ledgerId":9007199254740993,"serial":12345678901234567890,"rank":3,
        "amount":"12345678901234567.8901","price":19.99,"ratio":0.1}`;
      expect((await rowOf("exact", data)).slice(0, 6)).toEqual([
        ...["9007199254740993", "12345678901234567890", "3", "12345678901234567.8901", "19.99", 0.1],
      ]);
    });

    test("for sums of money that `multipleOf` says are in cents", async () => {
      const cents = object({ amount: { type: "number", multipleOf: 0.01 }, step: { type: "integer", multipleOf: 5 } });
      const [view] = renderWarehouseViews(registryOf({ "events/shop/money/1-0-0.json": cents }));
      expect(view?.columns.map(({ type }) => type)).toEqual(["DECIMAL(38, 2)", "DECIMAL(38, 0)"]);
      await connection.run(`CREATE OR REPLACE VIEW shop_money_1 AS ${view?.statement ?? ""}`);
      const money = id("events/shop/money/1-0-0.json");
      for (const amount of [0.1, 0.2]) await insert(`m-${amount}`, "shop.money", money, "valid", { amount });
      const sum = await connection.runAndReadAll("SELECT SUM(amount)::STRING, SUM(amount) = 0.3 FROM shop_money_1");
      expect(sum.getRowsJson()).toEqual([["0.30", true]]);
    });

    test("or NULL, for what no column holds", async () => {
      const data = `{"ledgerId":${"9".repeat(30)},"serial":1e400,"price":1e400,"ratio":1e400}`;
      expect((await rowOf("large", data)).slice(0, 6)).toEqual([null, null, null, null, null, null]);
      expect((await rowOf("small", '{"ratio":-1e400}'))[5]).toBeNull();
    });

    test.each([
      ["2026-01-01t00:00:00z", "2026-01-01 00:00:00+00"],
      ["2026-12-31T23:59:60Z", "2026-12-31 23:59:59+00"],
      ["2026-12-31t15:59:60.5-08:00", "2026-12-31 23:59:59.5+00"],
      ["2026-01-01 05:30:00.123456789+05:30", "2026-01-01 00:00:00.123456+00"],
      ["0001-01-01T00:00:00Z", "0001-01-01 00:00:00+00"],
      ["9999-12-31T23:59:59.999Z", "9999-12-31 23:59:59.999+00"],
    ])("for the time %s: one instant", async (time, expected) => {
      expect((await rowOf(time, `{"placedAt":"${time}"}`))[6]).toBe(expected);
    });
  });
});

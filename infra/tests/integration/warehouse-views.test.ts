import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { type Json, type PlannedResource, planOf } from "../synthesized-plan.ts";

/**
 * The statements of the plan in a second engine. Snowflake cannot run here; what both run is kept to the documented
 * subset (docs/decisions/0004).
 */
let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run("CREATE MACRO get_path(record, path) AS json_extract_string(record, '$.' || path)");
  const plan = planOf("local");
  for (const { args } of plan.each("snowflake_table")) {
    const types: Record<string, string> = {
      VARIANT: "JSON",
      VARCHAR: "VARCHAR",
      NUMBER: "BIGINT",
      TIMESTAMP_LTZ: "TIMESTAMPTZ",
    };
    const columns = args.column.map(({ name, type }: Json) => `${name} ${types[type.replace(/\(.*/, "")]}`);
    await connection.run(`CREATE TABLE ${args.name} (${columns.join(", ")})`);
  }
  // Their query is what they always hold; that DuckDB keeps it load by load is shown by its own tests.
  for (const { args } of plan.each("snowflake_dynamic_table"))
    await connection.run(`CREATE VIEW ${args.name} AS ${args.query}`);
  for (const { args } of inOrderOfDependence(plan.each("snowflake_view")))
    await connection.run(`CREATE VIEW ${args.name} AS ${args.statement}`);
});
afterAll(() => connection.closeSync());

/** As Terraform makes them: a view after the views it depends on. */
function inOrderOfDependence(views: readonly PlannedResource[]): readonly PlannedResource[] {
  const addresses = views.map(({ address }) => address);
  const depth = (view: PlannedResource): number =>
    view.args.depends_on.filter((address: string) => addresses.includes(address)).length;
  return views.toSorted((a, b) => depth(a) - depth(b));
}

let row = 0;
async function land(
  table: string,
  record: object,
  { file = "a.gz", loadedAt = "2026-01-01T00:00:00Z" } = {},
): Promise<void> {
  row += 1;
  await connection.run(`INSERT INTO ${table} VALUES ($1, $2, $3, $4::TIMESTAMPTZ)`, [
    JSON.stringify(record),
    file,
    row,
    loadedAt,
  ]);
}
const query = async (sql: string): Promise<Json[]> => (await connection.runAndReadAll(sql)).getRowObjectsJson();

const event = (source: string, id: string, more: object = {}): object => ({
  event: {
    specversion: "1.0",
    source,
    id,
    type: "page.view",
    time: "2026-01-01T02:00:00+02:00",
    tenantid: "shop",
    ...more,
  },
  validation: { status: "valid", schema: "https://millrace.example/schemas/events/page/view/1-0-0.json", errors: [] },
});

test("canaries are in no view, and are no duplicates", async () => {
  const before = await query("SELECT table_name, extra_copies FROM duplicates ORDER BY ALL");
  await land("landed_events", event("/millrace/canaries", "canary-1", { canary: true }));
  await land("landed_events", event("/millrace/canaries", "canary-1", { canary: true }));
  for (const view of ["events", "source_quality"])
    expect(await query(`SELECT source FROM ${view} WHERE source = '/millrace/canaries'`)).toEqual([]);
  expect(await query("SELECT table_name, extra_copies FROM duplicates ORDER BY ALL")).toEqual(before);
});

test("an event is one row, however often and in however many files it landed", async () => {
  await land("landed_events", event("web", "1", { subject: "later" }), {
    file: "b.gz",
    loadedAt: "2026-01-01T00:05:00Z",
  });
  await land("landed_events", event("web", "1", { subject: "first" }), { file: "a.gz" });
  await land("landed_events", event("web", "1", { subject: "same file" }), { file: "a.gz" });
  expect(await query("SELECT source, id, subject, file_name AS file FROM events WHERE id = '1'")).toEqual([
    { source: "web", id: "1", subject: "first", file: "a.gz" },
  ]);
});

test("of several revisions the latest is shown, and a copy that is not valid replaces no valid one by coming later", async () => {
  const status = (copy: object, verdict: string): object => ({ ...copy, validation: { status: verdict, errors: [] } });
  const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;
  const copies = [
    { event: status(event("web", "10", { receivedat: at(1), subject: "wrong" }), "invalid"), order: 1 },
    { event: event("web", "10", { receivedat: at(2), subject: "corrected" }), order: 3 },
    { event: status(event("web", "10", { receivedat: at(3), subject: "spoilt" }), "invalid"), order: 2 },
    { event: event("web", "11", { receivedat: at(1), subject: "processed first" }), order: 1 },
    { event: event("web", "11", { receivedat: at(1), replayedat: at(9), subject: "replayed" }), order: 2 },
    { event: event("web", "12", { receivedat: at(2), subject: "corrected" }), order: 1 },
    { event: event("web", "12", { receivedat: at(1), replayedat: at(9), subject: "replay of the wrong" }), order: 2 },
    {
      event: status(event("web", "13", { receivedat: at(1), revision: 10, subject: "taken back" }), "invalid"),
      order: 2,
    },
    { event: event("web", "13", { receivedat: at(2), revision: 9, subject: "before" }), order: 1 },
  ];
  for (const { event: copy } of copies.toSorted((a, b) => a.order - b.order)) await land("landed_events", copy);
  expect(await query("SELECT id, subject FROM events WHERE id IN ('10', '11', '12', '13') ORDER BY id")).toEqual([
    { id: "10", subject: "corrected" },
    { id: "11", subject: "replayed" },
    { id: "12", subject: "corrected" },
    { id: "13", subject: "taken back" },
  ]);
});

/** Numbers and the digits that `revisionOf` of event-contracts gives for them; its own test has the same. */
const numbers: readonly (readonly [number: unknown, digits: string])[] = [
  ...[undefined, null, 2_147_483_648, -1, 1.5, 1e21, true, {}, [1]].map((none) => [none, "0000000000"] as const),
  ...["", "7.5", " 7", "+7", "2147483648", "99999999999", "a1b2c3", "٧"].map((none) => [none, "0000000000"] as const),
  ...[7, "7", "007", "7.0"].map((seven) => [seven, "0000000007"] as const),
  ...[2_147_483_647, "2147483647"].map((largest) => [largest, "2147483647"] as const),
];

test("a revision in SQL is the text that consumers compute, whatever stands in its parts", async () => {
  const receivedat = "2026-01-01T00:00:00.000Z";
  const expected: { id: string; revision: string }[] = [];
  for (const [index, [revision, digits]] of numbers.entries()) {
    const id = `${100 + index}`;
    await land("landed_events", event("numbers", id, { revision, receivedat }));
    expected.push({ id, revision: `${digits}.1.${receivedat}` });
  }
  await land("landed_events", {
    event: { source: "numbers", id: "200", receivedat, replayedat: receivedat },
    validation: { status: "unknown" },
  });
  await land("landed_events", { event: { source: "numbers", id: "201" } });
  expected.push({ id: "200", revision: `0000000000.0.${receivedat}/${receivedat}` });
  expected.push({ id: "201", revision: "0000000000.0." });
  expect(await query("SELECT id, revision FROM events WHERE source = 'numbers' ORDER BY id")).toEqual(expected);
});

test("the same id from two sources is two events", async () => {
  await land("landed_events", event("web", "2"));
  await land("landed_events", event("app", "2"));
  expect(await query("SELECT source FROM events WHERE id = '2' ORDER BY source")).toEqual([
    { source: "app" },
    { source: "web" },
  ]);
});

test("times are instants, and a time that is none is NULL instead of a failed query", async () => {
  await land("landed_events", event("web", "3"));
  await land("landed_events", event("web", "4", { time: "yesterday" }));
  expect(
    await query("SELECT id, epoch_ms(event_time)::VARCHAR AS at FROM events WHERE id IN ('3', '4') ORDER BY id"),
  ).toEqual([
    { id: "3", at: String(Date.parse("2026-01-01T00:00:00Z")) },
    { id: "4", at: null },
  ]);
});

test("bad rows of one record stay apart when their lines or their failures differ, and duplicates do not count", async () => {
  const badRow = (more: object): object => ({
    failure: { kind: "unreadable", message: "not JSON" },
    payload: "eA==",
    processor: { name: "enrichment", version: "1" },
    origin: { stream: "raw", shardId: "shardId-0", sequenceNumber: "1" },
    ...more,
  });
  await land("landed_bad_rows", badRow({}));
  await land("landed_bad_rows", badRow({}), { file: "b.gz" });
  await land("landed_bad_rows", badRow({ payload: "eQ==" }));
  await land("landed_bad_rows", badRow({ failure: { kind: "unreadable", message: "not UTF-8" } }));
  expect(await query("SELECT failure_message, payload FROM bad_rows ORDER BY ALL")).toEqual([
    { failure_message: "not JSON", payload: "eA==" },
    { failure_message: "not JSON", payload: "eQ==" },
    { failure_message: "not UTF-8", payload: "eA==" },
  ]);
});

test("a copy of a bad row whose payload was sealed with a newer key is no second one", async () => {
  for (const payload of ["b2xkIGtleQ==", "bmV3IGtleQ=="]) {
    await land("landed_bad_rows", {
      failure: { kind: "rotated", message: "not JSON" },
      payload,
      processor: { name: "enrichment", version: "1" },
      origin: { stream: "raw", shardId: "shardId-0", sequenceNumber: "2", index: 1 },
    });
  }
  expect(await query("SELECT count(*)::INTEGER AS total FROM bad_rows WHERE failure_kind = 'rotated'")).toEqual([
    { total: 1 },
  ]);
});

test("a bad row says how many lines of its record it stands for, from which one on", async () => {
  const part = (index: number, more: object): object => ({
    failure: { kind: "too-many-lines", message: `Part ${index}` },
    payload: "eA==",
    processor: { name: "enrichment", version: "0.1.0" },
    origin: { stream: "raw", shardId: "shardId-0", sequenceNumber: "1", index, ...more },
  });
  await land("landed_bad_rows", part(0, { lines: 174_762 }));
  await land("landed_bad_rows", part(174_762, { lines: 165_238 }));
  await land("landed_bad_rows", part(7, {}));
  expect(
    await query(`SELECT sum(origin_lines)::BIGINT AS lines, max(origin_index)::BIGINT AS last FROM bad_rows
       WHERE failure_kind = 'too-many-lines'`),
  ).toEqual([{ lines: "340001", last: "174762" }]);
});

test("each contract has a view with a column for each field, over the valid events of its type alone", async () => {
  const click = (id: string, status: string): object => ({
    event: {
      ...(event("web", id) as { event: object }).event,
      type: "search.click",
      data: { queryId: "q1", query: "shoes", productId: "p1", rank: 3 },
    },
    validation: { status, schema: "https://millrace.example/schemas/events/search/click/1-0-0.json", errors: [] },
  });
  await land("landed_events", click("5", "valid"));
  await land("landed_events", click("5", "valid"), { file: "b.gz" });
  await land("landed_events", click("6", "invalid"));
  expect(await query("SELECT id, product_id, rank FROM search_click_1")).toEqual([
    { id: "5", product_id: "p1", rank: "3" },
  ]);
});

test("copies beyond the first are counted for each landing table", async () => {
  const extraCopies = async (): Promise<number[]> =>
    (await query("SELECT extra_copies::INTEGER AS n FROM duplicates ORDER BY table_name")).map(({ n }) => Number(n));
  const [badRows = 0, events = 0] = await extraCopies();
  await land("landed_events", event("web", "7"));
  await land("landed_events", event("web", "7"), { file: "b.gz" });
  await land("landed_events", event("web", "7"), { file: "c.gz" });
  await land("landed_events", event("web", "8"));
  expect(await extraCopies()).toEqual([badRows, events + 2]);
});

test("VALIDATION_ERRORS groups errors by their place, with a sample, and SOURCE_QUALITY shows a source that is broken", async () => {
  const invalid = (id: string, receivedat: string, errors: object[]) => ({
    ...event("broken", id, { receivedat }),
    validation: { status: "invalid", schema: "s", errors },
  });
  const wrong = (path: string) => ({ path, keyword: "type", message: "must be string" });
  await land("LANDED_EVENTS", invalid("b-1", "2026-01-01T00:00:00Z", [wrong("/data/items/0/a/1"), wrong("/data/b")]));
  await land("LANDED_EVENTS", invalid("b-2", "2026-01-02T00:00:00Z", [wrong("/data/items/17/a/0")]));
  const errors = await query("SELECT * FROM VALIDATION_ERRORS WHERE source = 'broken' ORDER BY path");
  expect(errors.map(({ path, event_count, sample_id }: Json) => [path, Number(event_count), sample_id])).toEqual([
    ["/data/b", 1, "b-1"],
    ["/data/items/*/a/*", 2, "b-2"],
  ]);
  const [place] = errors.slice(1);
  expect(new Date(place!.first_seen) < new Date(place!.last_seen)).toBe(true);
  const quality = await query("SELECT * FROM SOURCE_QUALITY WHERE source = 'broken'");
  expect(quality).toHaveLength(2);
  for (const { invalid_ratio } of quality) expect(Number(invalid_ratio)).toBe(1);
});

test("every column of a typed view has a comment with what became of it when it is sensitive", () => {
  const { args } = planOf("local")
    .each("snowflake_view")
    .find((view) => view.args.name === "COMMERCE_PURCHASE_1")!;
  const comments = new Map(args.column.map(({ column_name, comment }: Json) => [column_name, comment]));
  expect(comments.get("CUSTOMER_EMAIL")).toBe("E-mail address of the buyer. Sensitive (email): a pseudonym.");
  expect([...comments.values()].every((comment) => typeof comment === "string")).toBe(true);
});

test("elements of a list have rows of their own", async () => {
  const data = { orderId: "o-1", items: [{ quantity: 2, product: { name: "Shoe" } }, { quantity: 1 }] };
  const base = event("lists", "l-1", {}) as { event: object };
  const schema = "https://millrace.example/schemas/events/commerce/purchase/1-0-0.json";
  await land("LANDED_EVENTS", {
    ...base,
    event: { ...base.event, type: "commerce.purchase", data },
    validation: { status: "valid", schema, errors: [] },
  });
  const rows = await query("SELECT * FROM COMMERCE_PURCHASE_1_ITEMS WHERE source = 'lists' ORDER BY position");
  expect(rows.map(({ position, quantity, product_name }: Json) => [position, Number(quantity), product_name])).toEqual([
    [0, 2, "Shoe"],
    [1, 1, null],
  ]);
});

test("every query of the runbooks runs", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/runbooks.md"), "utf8");
  const queries = [...page.matchAll(/^```sql\n(.+?)\n```$/gms)].map(([, sql = ""]) => sql);
  expect(queries.length).toBeGreaterThan(4);
  for (const sql of queries) await expect(query(sql)).resolves.toBeInstanceOf(Array);
});

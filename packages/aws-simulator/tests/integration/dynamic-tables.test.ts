import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { DuckDbWarehouse } from "../../src/duckdb.ts";
import { best, countDifferences, landing, loadCopies } from "../fixtures/best-copies.ts";

let folder = "";
let warehouse: DuckDbWarehouse;
const open = (options: { readonly dynamicTables?: "tables" | "views" } = {}) =>
  DuckDbWarehouse.open({ path: join(folder, "warehouse.duckdb"), threads: 1, ...options });
const ids = async () => (await warehouse.query("SELECT id FROM best ORDER BY ALL")).map(({ id }) => id);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "dynamic-tables-"));
  warehouse = await open();
  await warehouse.createTable(landing);
});
afterEach(async () => {
  await warehouse.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a dynamic table is built of what an earlier version landed, and goes on in the file", async () => {
  // More than a slice, with copies in different slices.
  const copies = Array.from({ length: 21_000 }, (_, row) => ({ source: "web", id: `${row % 20_500}`, revision: "1" }));
  await loadCopies(warehouse, "a", copies);
  await warehouse.createDynamicTable(best);
  await loadCopies(warehouse, "b", [{ source: "web", id: "7", revision: "2" }]);
  await warehouse.close();
  warehouse = await open();
  await loadCopies(warehouse, "c", [{ source: "web", id: "8", revision: "2" }]);
  expect(await warehouse.query("SELECT count(*) AS n FROM best")).toEqual([{ n: 20_500 }]);
  expect(await countDifferences(warehouse)).toBe(0);
});

test("another query builds the table anew, and the same one leaves it", async () => {
  await warehouse.createDynamicTable(best);
  await loadCopies(warehouse, "a", [{ source: "web", id: "1" }]);
  await warehouse.createDynamicTable({ ...best, query: best.query.replace("AS copies", "AS all_copies") });
  expect(await ids()).toEqual(["1"]);
  await warehouse.createDynamicTable({
    ...best,
    query: best.query.replaceAll("AS id", "AS other_id").replace("id ORDER", "other_id ORDER"),
  });
  expect(await warehouse.query("SELECT other_id FROM best")).toEqual([{ other_id: "1" }]);
});

test("copies that a condition leaves out are in no table, however it is kept", async () => {
  const condition = "GET_PATH(record, 'event.canary') IS NULL";
  const query = best.query.replace(/FROM landed\b/, `FROM landed WHERE ${condition}`);
  expect(query).toContain(condition);
  await loadCopies(warehouse, "a", [
    { source: "web", id: "1" },
    { source: "web", id: "2", canary: true },
  ]);
  await warehouse.createDynamicTable({ ...best, query });
  await loadCopies(warehouse, "b", [
    { source: "web", id: "3", canary: true },
    { source: "web", id: "4" },
  ]);
  expect(await ids()).toEqual(["1", "4"]);
  await warehouse.close();
  warehouse = await open({ dynamicTables: "views" });
  await warehouse.createDynamicTable({ ...best, query });
  expect(await ids()).toEqual(["1", "4"]);
});

test("a warehouse that computes dynamic tables has them as views, and the other way round again", async () => {
  await warehouse.createDynamicTable(best);
  await loadCopies(warehouse, "a", [{ source: "web", id: "1" }]);
  for (const dynamicTables of ["views", "tables", "views"] as const) {
    await warehouse.close();
    warehouse = await open({ dynamicTables });
    await warehouse.createDynamicTable(best);
    await loadCopies(warehouse, dynamicTables, [{ source: "web", id: "2" }]);
    expect(await ids()).toEqual(["1", "2"]);
    const kept = await warehouse.query("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'dynamic_tables'");
    expect(kept).toEqual(dynamicTables === "views" ? [] : [{ table_name: "BEST" }]);
  }
});

test("a table that an earlier version kept under the name itself is built anew, or goes", async () => {
  await loadCopies(warehouse, "a", [{ source: "web", id: "1" }]);
  const keepAsBefore = async () => {
    await warehouse.execute(`DROP VIEW IF EXISTS best; DROP TABLE IF EXISTS dynamic_tables.best;
      CREATE TABLE best AS ${best.query}; DELETE FROM snowpipe.dynamic_tables;
      INSERT INTO snowpipe.dynamic_tables VALUES ('BEST', '${best.query.replaceAll("'", "''")}')`);
    await warehouse.close();
  };
  for (const dynamicTables of ["tables", "views"] as const) {
    await keepAsBefore();
    warehouse = await open({ dynamicTables });
    await warehouse.createDynamicTable(best);
    await loadCopies(warehouse, dynamicTables, [{ source: "web", id: "2" }]);
    expect(await ids()).toEqual(["1", "2"]);
    expect(await countDifferences(warehouse)).toBe(0);
  }
});

test("a query that cannot be kept load by load, and one of a table that is not there, are refused", async () => {
  const refused = (query: string) => warehouse.createDynamicTable({ name: "BEST", query });
  await expect(refused("SELECT * FROM landed")).rejects.toMatchObject({ code: "INVALID_STATEMENT" });
  await expect(refused(best.query.replace("FROM landed", "FROM lost"))).rejects.toMatchObject({
    code: "UNKNOWN_TABLE",
  });
  await warehouse.createDynamicTable(best);
});

test("statements by hand change what is kept together with their table, or nothing", async () => {
  await warehouse.createDynamicTable(best);
  await loadCopies(warehouse, "a", [
    { source: "web", id: "1" },
    { source: "web", id: "2" },
  ]);
  await warehouse.query(
    "INSERT INTO landed SELECT replace(record::VARCHAR, '\"1\"', '\"3\"'), 'by hand', 1, loaded_at FROM landed WHERE file_row_number = 1",
  );
  expect(await ids()).toEqual(["1", "2", "3"]);
  await expect(warehouse.query("DELETE FROM best; SELECT 1")).rejects.toMatchObject({ code: "INVALID_STATEMENT" });
  await warehouse.query("DELETE FROM dynamic_tables.best; SELECT 1");
  expect(await ids()).toEqual(["1", "2", "3"]);
  await expect(warehouse.query("INSERT INTO landed SELECT * FROM landed")).rejects.toThrow(
    "Rows of landed would have the same file_name and file_row_number as another row, at 3 places: give each its own.",
  );
  expect(await ids()).toEqual(["1", "2", "3"]);
  await expect(warehouse.query("DELETE FROM landed; SELECT * FROM lost")).rejects.toThrow("lost");
  expect(await ids()).toEqual(["1", "2", "3"]);
});

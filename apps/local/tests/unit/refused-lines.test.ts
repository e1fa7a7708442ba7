import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { MemoryObjectStore } from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { gzipSync } from "node:zlib";
import { listRefusedLines, readLine } from "../../src/control/refused-lines.ts";

const object = "enriched/date=2026-11-29/hour=12/a.json.gz";
const topology = { pipes: [{ bucket: "lake", prefix: "enriched/" }] } as unknown as Parameters<
  typeof readLine
>[0]["topology"];
const objectStore = new MemoryObjectStore();
let warehouse: DuckDbWarehouse;
beforeAll(async () => {
  warehouse = await DuckDbWarehouse.open();
  await warehouse.execute(
    `INSERT INTO refused_lines VALUES ('enriched_events', '${object}', 2, 'not JSON', '2026-11-29 12:00:00+00'),
       ('enriched_events', '${object}', 1, 'not JSON', '2026-11-29 11:00:00+00')`,
  );
  await objectStore.put("lake", object, gzipSync("one\ntwo\n"));
});
afterAll(() => warehouse.close());

test("refused lines are listed, the newest first, and read from their object", async () => {
  const lines = await listRefusedLines(warehouse);
  expect(lines.map(({ line, refusedAt, reason }) => [line, refusedAt, reason])).toEqual([
    [2, "2026-11-29T12:00:00.000Z", "not JSON"],
    [1, "2026-11-29T11:00:00.000Z", "not JSON"],
  ]);
  const texts = await Promise.all(lines.map((line) => readLine({ objectStore, topology }, line)));
  expect(texts).toEqual(["two", "one"]);
});

test("a line that is not there, and an object that no pipe loads, are told", async () => {
  const read = (line: number, name: string) => readLine({ objectStore, topology }, { object: name, line });
  await expect(read(9, object)).rejects.toThrow(/has no line 9/);
  await expect(read(1, "dead-letters/a.json")).rejects.toThrow(/No pipe loads "dead-letters\/a.json"/);
});

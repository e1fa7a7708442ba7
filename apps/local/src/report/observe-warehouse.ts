import { type ObjectStore, parseCopyStatement } from "@millrace/aws-simulator";
import type { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { landingOf, StackError, type Topology } from "@millrace/topology";
import type { Baseline } from "./baseline.ts";
import { linesOfObject } from "./object-lines.ts";
import { type Landing, Sightings, type WarehouseObservation } from "./observations.ts";

/**
 * The table that the enriched stream lands in and the view that shows each event once, found by how the stack wires
 * them.
 */
export interface WarehousePlaces {
  readonly table: string;
  readonly view: string;
}

/** @throws StackError when the stack leads the enriched stream into no table, or has no view of its best copies. */
export function findWarehousePlaces(topology: Topology): WarehousePlaces {
  const { pipelineStreams, dynamicTables, views } = topology;
  const { table } = landingOf(topology, pipelineStreams.enriched);
  const reads = (sql: string, name: string): boolean => new RegExp(`\\bFROM\\s+"?${name}"?\\b`, "i").test(sql);
  const best = dynamicTables.find(({ query }) => reads(query, table));
  const view = best && views.find(({ statement }) => reads(statement, best.name))?.name;
  if (view === undefined) throw new StackError(`No view shows each event of ${table} once.`);
  return { table, view };
}

/**
 * Rows of this run in the table, and in the view by identity with the time each was loaded; every landing table as a
 * whole.
 */
export async function observeWarehouse(
  warehouse: DuckDbWarehouse,
  objectStore: ObjectStore,
  topology: Topology,
  { startedAtMs }: Baseline,
  unreadable: string[],
): Promise<WarehouseObservation> {
  const { table, view } = findWarehousePlaces(topology);
  const isOfThisRun = `epoch_ms(loaded_at) >= ${startedAtMs}`;
  const [count] = await warehouse.query(`SELECT count(*)::INTEGER AS total FROM "${table}" WHERE ${isOfThisRun}`);
  const rows = await warehouse.query(
    `SELECT source, id, epoch_ms(loaded_at)::DOUBLE AS loaded_ms FROM "${view}" WHERE ${isOfThisRun}`,
  );
  const sightings = new Sightings();
  for (const { source, id, loaded_ms: loadedMs } of rows) sightings.add(JSON.stringify([source, id]), Number(loadedMs));
  const landings: Landing[] = [];
  for (const pipe of topology.pipes) landings.push(await observeLanding(warehouse, objectStore, pipe, unreadable));
  return { rows: Number(count?.["total"] ?? 0), view: sightings, landings };
}

async function observeLanding(
  warehouse: DuckDbWarehouse,
  objectStore: ObjectStore,
  { bucket, prefix, copyStatement }: Topology["pipes"][number],
  unreadable: string[],
): Promise<Landing> {
  const table = parseCopyStatement(copyStatement).table.split(".").at(-1)?.replaceAll('"', "") ?? "";
  let lines = 0;
  for (const { key } of await objectStore.list(bucket, prefix)) {
    const { bytes } = await objectStore.get(bucket, key);
    const own = linesOfObject(key, bytes);
    if (own === undefined) unreadable.push(`s3://${bucket}/${key}`);
    lines += own?.length ?? 0;
  }
  const [count] = await warehouse.query(`SELECT count(*)::INTEGER AS total FROM "${table}"`);
  const [copies] = await warehouse.query("SELECT extra_copies::INTEGER AS n FROM duplicates WHERE table_name = $1", [
    table.toUpperCase(),
  ]);
  const refused = await warehouse.refusedLines(table);
  return { table, lines, rows: Number(count?.["total"] ?? 0), refused, duplicates: Number(copies?.["n"] ?? 0) };
}

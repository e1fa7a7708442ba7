import type { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { landingOf, StackError, type Topology } from "@millrace/topology";
import { Sightings, type WarehouseObservation } from "./observations.ts";

/** The table that the enriched stream lands in and the view that shows each event once, found by how the stack wires them. */
export interface WarehousePlaces {
  readonly table: string;
  readonly view: string;
}

/** @throws StackError when the stack leads the enriched stream into no table, or has no view that dedupes it. */
export function findWarehousePlaces(topology: Topology): WarehousePlaces {
  const { pipelineStreams, views } = topology;
  const { table } = landingOf(topology, pipelineStreams.enriched);
  const reads = new RegExp(`\\bFROM\\s+"?${table}"?\\b`, "i");
  const view = views.find(({ statement }) => reads.test(statement) && /\bQUALIFY\b/i.test(statement))?.name;
  if (view === undefined) throw new StackError(`No view shows each event of ${table} once.`);
  return { table, view };
}

/** Rows of the table as loaded, and of the view by identity with the time each was loaded. */
export async function observeWarehouse(
  warehouse: DuckDbWarehouse,
  { table, view }: WarehousePlaces,
): Promise<WarehouseObservation> {
  const [count] = await warehouse.query(`SELECT count(*)::INTEGER AS total FROM "${table}"`);
  const rows = await warehouse.query(`SELECT source, id, epoch_ms(loaded_at)::DOUBLE AS loaded_ms FROM "${view}"`);
  const sightings = new Sightings();
  for (const { source, id, loaded_ms: loadedMs } of rows) sightings.add(JSON.stringify([source, id]), Number(loadedMs));
  return { rows: Number(count?.["total"] ?? 0), view: sightings };
}

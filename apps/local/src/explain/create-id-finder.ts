import { parseCopyStatement } from "@millrace/aws-simulator";
import type { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { landingOf, StackError, type Topology } from "@millrace/topology";

/** Lets the warehouse find events by their ids without reading all of them. The table has to be there. */
export async function createIdFinder(topology: Topology, warehouse: DuckDbWarehouse): Promise<void> {
  const { pipe, table } = landingOf(topology, topology.pipelineStreams.enriched);
  const { columns } = parseCopyStatement(pipe.copyStatement);
  const record = columns.find(({ source }) => source === "$1")?.name;
  const loadedAt = columns.find(({ source }) => source === "METADATA$START_SCAN_TIME")?.name;
  if (record === undefined || loadedAt === undefined) {
    throw new StackError(`The pipe of ${table} has no column for the line itself, or for the time of the load.`);
  }
  await warehouse.createFinder({ table, path: "event.id", record, loadedAt });
}

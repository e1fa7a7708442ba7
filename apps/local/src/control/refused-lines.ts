import { Readable } from "node:stream";
import type { ObjectStore } from "@millrace/aws-simulator";
import type { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import type { LinePlace, RefusedLine } from "@millrace/pipeline-source";
import type { Topology } from "@millrace/topology";

const MOST_LINES = 100;

interface Row {
  readonly table_name: string;
  readonly file_name: string;
  readonly line: number;
  readonly reason: string;
  readonly refused_ms: number;
}

/** The newest lines of the lake that became no row. */
export async function listRefusedLines(warehouse: Pick<DuckDbWarehouse, "query">): Promise<readonly RefusedLine[]> {
  const rows = (await warehouse.query(
    `SELECT table_name, file_name, file_row_number::INTEGER AS line, reason, epoch_ms(refused_at)::DOUBLE AS refused_ms
     FROM refused_lines ORDER BY refused_at DESC LIMIT ${MOST_LINES}`,
  )) as unknown as readonly Row[];
  return rows.map(({ table_name: table, file_name: object, line, reason, refused_ms: ms }) => {
    return { table, object, line, reason, refusedAt: new Date(ms).toISOString() };
  });
}

/** Returns a line as it lies in the lake. @throws RangeError when there is none at the place */
export async function readLine(
  { objectStore, topology }: { readonly objectStore: ObjectStore; readonly topology: Pick<Topology, "pipes"> },
  place: LinePlace,
): Promise<string> {
  // Loaded when it is asked for: a start needs none of it.
  const { readRefusedLine } = await import("@millrace/pipeline-source");
  const get = async (bucket: string, object: string): Promise<Readable> =>
    Readable.from([Buffer.from((await objectStore.get(bucket, object)).bytes)]);
  return readRefusedLine(topology.pipes, get, place);
}

import { gunzipSync } from "node:zlib";
import { type ObjectStore, parseCopyStatement } from "@millrace/aws-simulator";
import type { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import type { RefusedLine } from "@millrace/pipeline-source";
import type { Topology } from "@millrace/topology";

const mostLines = 100;

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
     FROM refused_lines ORDER BY refused_at DESC LIMIT ${mostLines}`,
  )) as unknown as readonly Row[];
  return rows.map(({ table_name: table, file_name: object, line, reason, refused_ms: ms }) => {
    return { table, object, line, reason, refusedAt: new Date(ms).toISOString() };
  });
}

/**
 * A refused line as it lies in the lake.
 * @throws RangeError when no pipe loads the table, or the object has no such line
 */
export async function readRefusedLine(
  { objectStore, topology }: { readonly objectStore: ObjectStore; readonly topology: Pick<Topology, "pipes"> },
  { table, object, line }: Pick<RefusedLine, "table" | "object" | "line">,
): Promise<string> {
  const nameOf = (path: string): string | undefined => path.replaceAll('"', "").split(".").at(-1)?.toUpperCase();
  const pipe = topology.pipes.find(
    ({ copyStatement }) => nameOf(parseCopyStatement(copyStatement).table) === nameOf(table),
  );
  if (pipe === undefined) throw new RangeError(`No pipe loads the table "${table}".`);
  const { bytes } = await objectStore.get(pipe.bucket, object);
  const text = new TextDecoder().decode(object.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  const found = text.split("\n")[line - 1];
  if (found === undefined) throw new RangeError(`s3://${pipe.bucket}/${object} has no line ${line}.`);
  return found;
}

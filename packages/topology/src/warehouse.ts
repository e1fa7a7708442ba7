import { parseCopyStatement } from "@millrace/aws-simulator";
import { StackError } from "./errors.ts";
import type { DynamicTableSettings, PipeSettings, TableSettings, Topology, ViewSettings } from "./stack/topology.ts";

/** A warehouse in which tables and views can be made: DuckDB's. */
export interface WarehouseSchema {
  createTable(table: TableSettings): Promise<void>;
  createDynamicTable(table: DynamicTableSettings): Promise<void>;
  createView(view: ViewSettings): Promise<void>;
}

/**
 * Makes the tables, dynamic tables and views of a stack. Views may read other views, in whatever order the stack lists
 * them: a view that fails is tried again after all others.
 *
 * @throws StackError with the warehouse's own words when it refuses a view
 */
export async function createWarehouseObjects(
  { tables, dynamicTables, views }: Pick<Topology, "tables" | "dynamicTables" | "views">,
  warehouse: WarehouseSchema,
): Promise<void> {
  for (const table of tables) await warehouse.createTable(table);
  for (const table of dynamicTables) await warehouse.createDynamicTable(table);
  let waiting = [...views];
  while (waiting.length > 0) {
    const failed: { readonly view: ViewSettings; readonly error: unknown }[] = [];
    for (const view of waiting) {
      await warehouse.createView(view).catch((error: unknown) => failed.push({ view, error }));
    }
    const [first] = failed;
    if (first !== undefined && failed.length === waiting.length) {
      throw new StackError(`The warehouse refuses view ${first.view.name}: ${(first.error as Error).message}`, {
        cause: first.error,
      });
    }
    waiting = failed.map(({ view }) => view);
  }
}

/** Where what a stream holds lands: the bucket and folder of its objects, the pipe that loads them, its table. */
export interface Landing {
  readonly bucket: string;
  /** Folder of the objects; ends in `/`. */
  readonly prefix: string;
  readonly pipe: PipeSettings;
  /** Name of the table, without qualifiers. */
  readonly table: string;
}

/** @throws StackError when no delivery stream and pipe lead the stream into a table */
export function landingOf(topology: Topology, streamName: string): Landing {
  const arn = topology.streams.find(({ name }) => name === streamName)?.arn;
  const delivery = topology.deliveryStreams.find(({ sourceStreamArn }) => sourceStreamArn === arn);
  const pipe = topology.pipes.find(
    ({ bucket, prefix }) => bucket === delivery?.bucket && delivery.prefix.startsWith(prefix),
  );
  if (pipe === undefined) throw new StackError(`No delivery stream and pipe lead ${streamName} into a table.`);
  const table = parseCopyStatement(pipe.copyStatement).table.split(".").at(-1)?.replaceAll('"', "") ?? "";
  return { bucket: pipe.bucket, prefix: pipe.prefix, pipe, table };
}

import { DiskStreamStore, Kinesis } from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { linesOfData } from "@millrace/packed-records";
import { stateFolders } from "../../src/runtime/folders.ts";

/** Content of an ended run's folder. */
export interface FinalState {
  /** Ids in the view of events, each as often as it is there. */
  readonly view: readonly string[];
  /** Copies beyond the first of a line, in all streams together. */
  readonly doubledInStreams: number;
  /** Damage that the store found. */
  readonly warnings: readonly string[];
}

export async function readFinalState(root: string): Promise<FinalState> {
  const { streams, warehouse: path } = stateFolders(root);
  const warehouse = await DuckDbWarehouse.open({ path });
  const rows = await warehouse.query("SELECT id FROM events");
  await warehouse.close();
  const warnings: string[] = [];
  let doubledInStreams = 0;
  for (const lines of (await readLines(streams, (text) => warnings.push(text))).values())
    doubledInStreams += countCopies(lines);
  return { view: rows.map(({ id }) => id as string), doubledInStreams, warnings };
}

/** The lines of all records that an ended run left, by stream. */
export async function readLines(
  folder: string,
  onWarning: (text: string) => void,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const store = DiskStreamStore.open({ folder, onWarning });
  const kinesis = new Kinesis({ store });
  const lines = new Map<string, readonly string[]>();
  for (const streamName of store.unopened()) {
    const { shards = [] } = store.retained(streamName) ?? {};
    const shardCount = shards.filter(({ closedMs }) => closedMs === undefined).length;
    kinesis.createStream({ streamName, shardCount });
    lines.set(
      streamName,
      Array.from(kinesis.readRecords(streamName), ({ record }) =>
        linesOfData(record.Data).toString().trimEnd(),
      ).flatMap((text) => text.split("\n")),
    );
  }
  await store.close();
  return lines;
}

function countCopies(lines: readonly string[]): number {
  const seen = new Set<string>();
  let copies = 0;
  for (const line of lines) {
    const identity = identityOf(line);
    if (identity === undefined) continue;
    if (seen.has(identity)) copies += 1;
    seen.add(identity);
  }
  return copies;
}

/** Raw and enriched events have an id; stray bytes have none. */
function identityOf(line: string): string | undefined {
  const { id, event } = JSON.parse(line) as { readonly id?: string; readonly event?: { readonly id: string } };
  return event?.id ?? id;
}

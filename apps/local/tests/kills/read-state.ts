import { DiskStreamStore, Kinesis } from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
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
  const store = DiskStreamStore.open({ folder: streams, onWarning: (text) => warnings.push(text) });
  const kinesis = new Kinesis({ store });
  let doubledInStreams = 0;
  for (const streamName of store.unopened()) {
    const { shards = [] } = store.retained(streamName) ?? {};
    const shardCount = shards.filter(({ closedMs }) => closedMs === undefined).length;
    kinesis.createStream({ streamName, shardCount });
    doubledInStreams += countCopies(kinesis, streamName);
  }
  await store.close();
  return { view: rows.map(({ id }) => id as string), doubledInStreams, warnings };
}

function countCopies(kinesis: Kinesis, streamName: string): number {
  const seen = new Set<string>();
  let copies = 0;
  for (const { record } of kinesis.readRecords(streamName)) {
    for (const line of Buffer.from(record.Data).toString().trimEnd().split("\n")) {
      const identity = identityOf(line);
      if (identity === undefined) continue;
      if (seen.has(identity)) copies += 1;
      seen.add(identity);
    }
  }
  return copies;
}

/** Raw and enriched events have an id; stray bytes have none. */
function identityOf(line: string): string | undefined {
  const { id, event } = JSON.parse(line) as { readonly id?: string; readonly event?: { readonly id: string } };
  return event?.id ?? id;
}

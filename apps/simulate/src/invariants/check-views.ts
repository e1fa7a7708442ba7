import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { parseCopyStatement } from "@millrace/aws-simulator";
import { createWarehouseObjects, type Landing } from "@millrace/topology";
import { identityOf } from "../identity.ts";
import type { Evidence } from "./evidence.ts";

/**
 * Loads the lake into a real database and asks the views of the stack, as they are: every event is in them once, with
 * what the enriched stream says of it, and every bad row of the bad-row stream is. Only schedules that drew it pay for it.
 */
export async function checkViews(evidence: Evidence): Promise<string[]> {
  const { plan, pipeline } = evidence.run;
  if (!plan.hasViews) return [];
  const warehouse = await DuckDbWarehouse.open({ threads: 1 });
  try {
    await createWarehouseObjects(pipeline.topology, warehouse);
    for (const landing of [evidence.places.enrichedLanding, evidence.places.badRowLanding]) {
      await loadLake(evidence, landing, warehouse);
    }
    return [...(await checkEvents(evidence, warehouse)), ...(await checkBadRows(evidence, warehouse))];
  } finally {
    await warehouse.close();
  }
}

async function loadLake(
  { run: { pipeline } }: Evidence,
  { bucket, prefix, pipe }: Landing,
  warehouse: DuckDbWarehouse,
): Promise<void> {
  const { table, columns, onError } = parseCopyStatement(pipe.copyStatement);
  for (const { key } of await pipeline.objectStore.list(bucket, prefix)) {
    const { object, bytes } = await pipeline.objectStore.get(bucket, key);
    const { sizeBytes, etag, lastModified } = object;
    const file = { fileName: key, sizeBytes, etag, lastModified, loadedAt: lastModified, bytes };
    await warehouse.loadFile({ ...file, table, columns, onError });
  }
}

async function checkEvents(evidence: Evidence, warehouse: DuckDbWarehouse): Promise<string[]> {
  const rows = await warehouse.query("SELECT source, id, type, subject FROM events");
  const seen = new Map(rows.map((row) => [identityOf(row as { source: string; id: string }), row]));
  const violations: string[] = [];
  if (seen.size !== rows.length) violations.push(`the view EVENTS has ${rows.length} rows for ${seen.size} events`);
  const known = new Map(evidence.enriched.map(({ identity, value }) => [identity, value.event]));
  for (const [identity, { type, subject = null }] of known) {
    const row = seen.get(identity);
    if (row === undefined) violations.push(`${identity} is enriched and not in the view EVENTS`);
    else if (row["type"] !== type || row["subject"] !== subject) {
      violations.push(`${identity} has the type ${type} and is ${JSON.stringify(row["type"])} in the view EVENTS`);
    }
  }
  for (const identity of seen.keys()) {
    if (!known.has(identity)) violations.push(`${identity} is in the view EVENTS and nowhere else`);
  }
  return violations;
}

async function checkBadRows(evidence: Evidence, warehouse: DuckDbWarehouse): Promise<string[]> {
  const [count] = await warehouse.query("SELECT count(*)::INTEGER AS total FROM bad_rows");
  const rows = new Set(evidence.badRows.map(({ source, index, message }) => `${source} ${index} ${message}`));
  const total = Number(count?.["total"]);
  return total === rows.size ? [] : [`the view BAD_ROWS has ${total} rows for ${rows.size} bad rows`];
}

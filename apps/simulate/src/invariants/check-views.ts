import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { createRandom, type LoadFileResult, parseCopyStatement } from "@millrace/aws-simulator";
import { createWarehouseObjects, type Landing } from "@millrace/topology";
import { expectedInstant, propertyFaultsOf } from "@millrace/truth";
import { identityOf } from "../identity.ts";
import type { Evidence, StoredEvent } from "./evidence.ts";
import { latestOf } from "./revision.ts";

/** The contract of events of odd JSON. */
const oddType = "custom.event";

const instant = "strftime(event_time, '%Y-%m-%dT%H:%M:%S.%f') AS instant";

/**
 * Loads the lake into a real database and asks the views of the stack, unchanged: every event is in them once, with the
 * content that the enriched stream has, and so is every bad row of the bad-row stream. Only schedules that drew this
 * check pay for it.
 */
export async function checkViews(evidence: Evidence): Promise<string[]> {
  const { plan, pipeline } = evidence.run;
  if (!plan.hasViews) return [];
  const warehouse = await DuckDbWarehouse.open({ threads: 1 });
  try {
    const types = drawTypes(evidence);
    const names = new Set(["EVENTS", "BAD_ROWS", "DUPLICATES", ...types.map(viewOf)].map((name) => name.toUpperCase()));
    const views = pipeline.topology.views.filter(({ name }) => names.has(lastName(name)));
    await createWarehouseObjects({ ...pipeline.topology, views }, warehouse);
    for (const landing of [evidence.places.enrichedLanding, evidence.places.badRowLanding]) {
      await loadLake(evidence, landing, warehouse);
    }
    return [
      ...(await checkDynamicTables(evidence, warehouse)),
      ...(await checkEvents(evidence, warehouse)),
      ...(await checkTypedViews(evidence, warehouse, types)),
      ...(await checkBadRows(evidence, warehouse)),
      ...(await checkCopies(evidence, warehouse)),
      ...(await checkRefusal(evidence, warehouse)),
    ];
  } finally {
    await warehouse.close();
  }
}

/** Each view reads the whole table; the contracts take turns, but for the one that odd events have. */
const TYPES_PER_SCHEDULE = 3;

function drawTypes({ enriched, run }: Evidence): string[] {
  const random = createRandom(`${run.plan.seed}/views`);
  const types = new Set(enriched.filter(isValid).map(({ value }) => value.event.type));
  types.delete(oddType);
  const drawn = [...types].sort().map((type) => ({ type, order: random() }));
  drawn.sort((a, b) => a.order - b.order);
  return [oddType, ...drawn.slice(0, TYPES_PER_SCHEDULE).map(({ type }) => type)];
}

function isValid({ value }: StoredEvent): boolean {
  return value.validation.status === "valid";
}

function viewOf(type: string): string {
  return `${type.replaceAll(/[.-]/gu, "_")}_1`;
}

/** `"DB"."SCHEMA"."NAME"` and `NAME` are one view. */
function lastName(name: string): string {
  return (name.split(".").at(-1) ?? name).replaceAll('"', "").toUpperCase();
}

/** Objects that the lake's lines are joined into: a transaction for each file would take longer than all the rest. */
const LOADS_PER_LAKE = 3;

/** Files come in a drawn order, so that of some events a later revision is loaded first. */
async function loadLake(evidence: Evidence, landing: Landing, warehouse: DuckDbWarehouse): Promise<void> {
  const { plan, pipeline } = evidence.run;
  const random = createRandom(`${plan.seed}/loads`);
  const files = [...(await evidence.lakeFiles(landing)).values()].map((lines) => ({ lines, order: random() }));
  const lines = files.toSorted((a, b) => a.order - b.order).flatMap((file) => file.lines);
  const perLoad = Math.ceil(lines.length / LOADS_PER_LAKE);
  for (let first = 0; first < lines.length; first += perLoad) {
    const text = lines.slice(first, first + perLoad).map((line) => `${line}\n`);
    const key = `joined/${landing.prefix}lines-${first}.json`;
    await pipeline.objectStore.put(landing.bucket, key, Buffer.from(text.join("")));
    await loadObject(evidence, landing, key, warehouse);
  }
}

/** The rows that loads kept of the landing tables are those that the queries give now. */
async function checkDynamicTables({ run }: Evidence, warehouse: DuckDbWarehouse): Promise<string[]> {
  const violations: string[] = [];
  for (const { name, query } of run.pipeline.topology.dynamicTables) {
    const kept = `SELECT * FROM ${name}`;
    const [row] = await warehouse.query(
      `SELECT count(*)::INTEGER AS rows FROM ((${kept} EXCEPT ALL (${query})) UNION ALL ((${query}) EXCEPT ALL ${kept}))`,
    );
    const rows = Number(row?.["rows"]);
    if (rows !== 0) violations.push(`the dynamic table ${name} and its query differ in ${rows} rows`);
  }
  return violations;
}

async function loadObject(
  { run: { pipeline } }: Evidence,
  { bucket, pipe }: Landing,
  key: string,
  warehouse: DuckDbWarehouse,
): Promise<LoadFileResult> {
  const { table, columns, onError } = parseCopyStatement(pipe.copyStatement);
  const { object, bytes } = await pipeline.objectStore.get(bucket, key);
  const { sizeBytes, etag, lastModified } = object;
  const file = { fileName: key, sizeBytes, etag, lastModified, loadedAt: lastModified, bytes };
  return warehouse.loadFile({ ...file, table, columns, onError });
}

async function checkEvents(evidence: Evidence, warehouse: DuckDbWarehouse): Promise<string[]> {
  const rows = await warehouse.query(`SELECT source, id, type, subject, revision, ${instant} FROM events`);
  const seen = new Map(rows.map((row) => [identityOf(row as { source: string; id: string }), row]));
  const violations: string[] = [];
  if (seen.size !== rows.length) violations.push(`the view EVENTS has ${rows.length} rows for ${seen.size} events`);
  const known = latestOf(evidence.enriched);
  const { odd } = evidence.run.source;
  for (const [identity, { value }] of known) {
    const { type, subject = null } = value.event;
    const row = seen.get(identity);
    if (row === undefined) violations.push(`${identity} is enriched and not in the view EVENTS`);
    else if (row["type"] !== type || row["subject"] !== subject) {
      violations.push(`${identity} has the type ${type} and is ${JSON.stringify(row["type"])} in the view EVENTS`);
    }
    if (row !== undefined && row["revision"] !== revisionText(value)) {
      const shown = JSON.stringify(row["revision"]);
      violations.push(`the latest revision of ${identity} is ${revisionText(value)}, the view EVENTS shows ${shown}`);
    }
    const time = odd.get(identity)?.time;
    if (time !== undefined && row !== undefined && row["instant"] !== expectedInstant(time)) {
      violations.push(`${identity} is of ${time} and of ${JSON.stringify(row["instant"])} in the view EVENTS`);
    }
  }
  for (const identity of seen.keys()) {
    if (!known.has(identity)) violations.push(`${identity} is in the view EVENTS and nowhere else`);
  }
  return violations;
}

/** The text of decision 0132, of events whose `revision` is a good one. */
function revisionText({ event, validation }: StoredEvent["value"]): string {
  const number = String(event.revision ?? 0).padStart(10, "0");
  const replayed = event.replayedat === undefined ? "" : `/${event.replayedat}`;
  return `${number}.${validation.status === "valid" ? 1 : 0}.${event.receivedat}${replayed}`;
}

interface CustomEventRow {
  readonly source: string;
  readonly id: string;
  readonly properties: string;
}

/** Typed views have the valid events of their contract, and that of odd events has their properties. */
async function checkTypedViews(
  evidence: Evidence,
  warehouse: DuckDbWarehouse,
  types: readonly string[],
): Promise<string[]> {
  const violations: string[] = [];
  const valid = [...latestOf(evidence.enriched).values()].filter(isValid);
  const expected = Map.groupBy(valid, ({ value }) => value.event.type);
  for (const type of types) {
    const view = viewOf(type);
    const events = expected.get(type) ?? [];
    const [row] = await warehouse.query(`SELECT count(*)::INTEGER AS total FROM ${view}`);
    const total = Number(row?.["total"]);
    if (total !== events.length) violations.push(`the view ${view} has ${total} rows for ${events.length} events`);
  }
  const rows = await warehouse.query("SELECT source, id, properties::VARCHAR AS properties FROM custom_event_1");
  for (const { source, id, properties } of rows as unknown as readonly CustomEventRow[]) {
    const identity = identityOf({ source, id });
    const sent = evidence.run.source.odd.get(identity);
    if (sent === undefined) continue;
    for (const fault of propertyFaultsOf(sent.properties, properties)) {
      violations.push(`${identity} in the view custom_event_1: ${fault}`);
    }
  }
  return violations;
}

/** A file with a line that no table takes: the other one becomes a row, and the line is told. */
async function checkRefusal(evidence: Evidence, warehouse: DuckDbWarehouse): Promise<string[]> {
  const { run, places } = evidence;
  const { bucket } = places.enrichedLanding;
  const key = "refused/lines.json";
  await run.pipeline.objectStore.put(bucket, key, Buffer.from('{"event":{"id":"\\ud83d"}}\n{"event":{}}\n'));
  const { rows, refusedLines } = await loadObject(evidence, places.enrichedLanding, key, warehouse);
  const told = await warehouse.query("SELECT file_row_number::INTEGER AS line FROM refused_lines");
  const isRight = rows === 1 && refusedLines === 1 && told.length === 1 && told[0]?.["line"] === 1;
  return isRight ? [] : [`of two lines ${rows} became rows, ${refusedLines} were refused and ${told.length} told`];
}

async function checkBadRows(evidence: Evidence, warehouse: DuckDbWarehouse): Promise<string[]> {
  const [count] = await warehouse.query("SELECT count(*)::INTEGER AS total FROM bad_rows");
  const rows = new Set(evidence.badRows.map(({ source, index, message }) => `${source} ${index} ${message}`));
  const total = Number(count?.["total"]);
  return total === rows.size ? [] : [`the view BAD_ROWS has ${total} rows for ${rows.size} bad rows`];
}

/** Every copy of an event that crashes left in the lake is counted. */
async function checkCopies(evidence: Evidence, warehouse: DuckDbWarehouse): Promise<string[]> {
  const rows = await warehouse.query(
    "SELECT extra_copies::INTEGER AS copies FROM duplicates WHERE table_name = 'LANDED_EVENTS'",
  );
  const files = await evidence.lakeFiles(evidence.places.enrichedLanding);
  const lines = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const copies = lines - new Set(evidence.enriched.map(({ identity }) => identity)).size;
  const told = Number(rows[0]?.["copies"]);
  return told === copies ? [] : [`the view DUPLICATES counts ${told} copies of events where there are ${copies}`];
}

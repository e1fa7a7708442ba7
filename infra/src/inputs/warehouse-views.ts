import { instantExpression } from "@millrace/contract-tools/codegen";

/** A view of the warehouse, in the SQL that Snowflake and DuckDB share. */
export interface WarehouseView {
  readonly name: string;
  readonly comment: string;
  readonly statement: string;
}

/** Landing table of enriched events. */
export const LANDED_EVENTS = "LANDED_EVENTS";
/** Landing table of bad rows. */
export const LANDED_BAD_ROWS = "LANDED_BAD_ROWS";
/** Lines of the lake that became no row of a landing table. */
export const REFUSED_LINES = "REFUSED_LINES";

const text = (path: string): string => `GET_PATH(record, '${path}')::STRING`;
/** What is no time (only another writer than ingest sends such) is NULL, and a note of the enrichment `clock` says so. */
const time = (path: string): string => instantExpression(text(path));

/** First copy wins: a duplicate that lands later changes no row that somebody has read already. */
const once = (identity: readonly string[]): string =>
  `QUALIFY ROW_NUMBER() OVER (PARTITION BY ${identity.join(", ")} ORDER BY loaded_at, file_name, file_row_number) = 1`;

const lines = (columns: readonly (readonly [name: string, expression: string])[]): string =>
  columns.map(([name, expression]) => `  ${expression === name ? name : `${expression} AS ${name}`}`).join(",\n");

const landing = [
  ["record", "record"],
  ["file_name", "file_name"],
  ["file_row_number", "file_row_number"],
  ["loaded_at", "loaded_at"],
] as const;

const events: WarehouseView = {
  name: "EVENTS",
  comment: "Every enriched event once, by its identity (source, id)",
  statement: `SELECT
${lines([
  ["source", text("event.source")],
  ["id", text("event.id")],
  ["type", text("event.type")],
  ["subject", text("event.subject")],
  ["event_time", time("event.time")],
  ["received_at", time("event.receivedat")],
  ["tenant_id", text("event.tenantid")],
  ["validation_status", text("validation.status")],
  ["validation_schema", text("validation.schema")],
  ["fidelity", "GET_PATH(record, 'fidelity')"],
  ["processing_version", text("processing.enrichment.version")],
  ["processing_contracts", text("processing.enrichment.contracts")],
  ...landing,
])}
FROM ${LANDED_EVENTS.toLowerCase()}
${once([text("event.source"), text("event.id")])}`,
};

/** One record can give several bad rows, a line each of what it holds. They differ in what failed or in their bytes. */
const badRowIdentity = [
  "origin.stream",
  "origin.shardId",
  "origin.sequenceNumber",
  "origin.index",
  "failure.kind",
  "failure.message",
  "payload",
];

const badRows: WarehouseView = {
  name: "BAD_ROWS",
  comment: "Every bad row once, by its place in the stream it came from",
  statement: `SELECT
${lines([
  ["failure_kind", text("failure.kind")],
  ["failure_message", text("failure.message")],
  ["payload", text("payload")],
  ["processor_name", text("processor.name")],
  ["processor_version", text("processor.version")],
  ["origin_stream", text("origin.stream")],
  ["origin_shard_id", text("origin.shardId")],
  ["origin_sequence_number", text("origin.sequenceNumber")],
  ...landing,
])}
FROM ${LANDED_BAD_ROWS.toLowerCase()}
${once(badRowIdentity.map(text))}`,
};

/** Copies beyond the first: what producers, crashes and Firehose made twice, and the views above leave out. */
export const duplicates: WarehouseView = {
  name: "DUPLICATES",
  comment: "Rows of each landing table beyond the first of an identity",
  statement: (
    [
      [LANDED_EVENTS, events.name],
      [LANDED_BAD_ROWS, badRows.name],
    ] as const
  )
    .map(
      ([table, view]) => `SELECT
  '${table}' AS table_name,
  landed.row_count AS row_count,
  landed.row_count - shown.row_count AS extra_copies
FROM (SELECT COUNT(*) AS row_count FROM ${table.toLowerCase()}) AS landed
CROSS JOIN (SELECT COUNT(*) AS row_count FROM ${view.toLowerCase()}) AS shown`,
    )
    .join("\nUNION ALL\n"),
};

/** The views that do not depend on any contract. */
export const baseViews: readonly WarehouseView[] = [events, badRows];

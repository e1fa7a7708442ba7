import { instantExpression } from "@millrace/contract-tools/codegen";

/** A view of the warehouse, in the SQL that Snowflake and DuckDB share. */
export interface WarehouseView {
  readonly name: string;
  readonly comment: string;
  readonly statement: string;
  /** All columns in order, with what they hold. */
  readonly columnComments?: readonly { readonly name: string; readonly comment: string }[];
}

/** A table that the warehouse keeps equal to its query while the table that it reads changes. */
export interface DynamicWarehouseTable {
  readonly name: string;
  readonly comment: string;
  /** In the SQL that Snowflake and DuckDB share. */
  readonly query: string;
}

/** Landing table of enriched events. */
export const LANDED_EVENTS = "LANDED_EVENTS";
/** Landing table of bad rows. */
export const LANDED_BAD_ROWS = "LANDED_BAD_ROWS";
/** Lines of the lake that became no row of a landing table. */
export const REFUSED_LINES = "REFUSED_LINES";

const text = (path: string): string => `GET_PATH(record, '${path}')::STRING`;
const wholeNumber = (path: string): string => `TRY_CAST(${text(path)} AS BIGINT)`;
/**
 * A text that is no time becomes NULL, and the enrichment `clock` notes it. Only another writer than ingest sends such
 * a text.
 */
const time = (path: string): string => instantExpression(text(path));

/**
 * The best copy of each identity. Among equals the first one wins: a duplicate that lands later changes no row that
 * somebody has read already. Both engines keep a query of this form by what is new, as long as nothing stands around it
 * (https://docs.snowflake.com/en/user-guide/dynamic-tables/refresh-optimization).
 */
const bestCopies = (copies: string, identity: readonly string[], ...best: readonly string[]): string =>
  `SELECT *\nFROM (\n${copies}\n) AS copies
QUALIFY ROW_NUMBER() OVER (PARTITION BY ${identity.join(", ")} ORDER BY ${[...best, "loaded_at", "file_name", "file_row_number"].join(", ")}) = 1`;

/** The sender's number of a revision as digits; anything that is no whole number of 32 bits is 0. */
const revisionNumber = (() => {
  const digits = `REGEXP_REPLACE(${text("event.revision")}, '[.]0+$', '')`;
  const isNumber = `TRANSLATE(${digits}, '0123456789', '') = '' AND LENGTH(${digits}) BETWEEN 1 AND 10`;
  return `CASE WHEN ${isNumber} AND TRY_CAST(${digits} AS BIGINT) <= 2147483647 THEN ${digits} ELSE '0' END`;
})();

/** `revisionOf` of event-contracts in SQL: the greater text is the later revision (decision 0132). */
const revision = [
  `LPAD(${revisionNumber}, 10, '0')`,
  `CASE WHEN ${text("validation.status")} = 'valid' THEN '.1.' ELSE '.0.' END`,
  `COALESCE(${text("event.receivedat")}, '')`,
  `COALESCE('/' || ${text("event.replayedat")}, '')`,
].join(" || ");

type Columns = readonly (readonly [name: string, expression: string])[];

const lines = (columns: Columns): string =>
  columns.map(([name, expression]) => `  ${expression === name ? name : `${expression} AS ${name}`}`).join(",\n");

const landing: Columns = [
  ["record", "record"],
  ["file_name", "file_name"],
  ["file_row_number", "file_row_number"],
  ["loaded_at", "loaded_at"],
];

const select = (columns: Columns, from: string): string => `SELECT\n${lines(columns)}\nFROM ${from.toLowerCase()}`;

/** Leaves canary events out: they measure the pipeline, and are no facts of a source. */
const withoutCanaries = "GET_PATH(record, 'event.canary') IS NULL";

/** A view with some columns of a table, under their names. */
const viewOf = (columns: Columns, table: string): string =>
  select(
    columns.map(([name]) => [name, name]),
    table,
  );

const eventColumns: Columns = [
  ["source", text("event.source")],
  ["id", text("event.id")],
  ["type", text("event.type")],
  ["subject", text("event.subject")],
  ["event_time", time("event.time")],
  ["received_at", time("event.receivedat")],
  ["tenant_id", text("event.tenantid")],
  ["validation_status", text("validation.status")],
  ["validation_schema", text("validation.schema")],
  ["revision", revision],
  ["fidelity", "GET_PATH(record, 'fidelity')"],
  ["processing_version", text("processing.enrichment.version")],
  ["processing_contracts", text("processing.enrichment.contracts")],
  ...landing,
];

const uniqueEvents: DynamicWarehouseTable = {
  name: "UNIQUE_EVENTS",
  comment: "What the view EVENTS shows; query that",
  query: bestCopies(
    `${select(eventColumns, LANDED_EVENTS)}\nWHERE ${withoutCanaries}`,
    ["source", "id"],
    "revision DESC",
  ),
};

const events: WarehouseView = {
  name: "EVENTS",
  comment: "The latest revision of every enriched event but canaries, by its identity (source, id)",
  statement: viewOf(eventColumns, uniqueEvents.name),
};

/**
 * One record can give several bad rows, one a line: they differ in their index. A payload tells them apart only where
 * older rows have no index: a copy that is made after the privacy keys were rotated has other bytes.
 */
const lineIdentity = ["line_identity", `COALESCE(${text("origin.index")}, ${text("payload")})`] as const;

const badRowColumns: Columns = [
  ["failure_kind", text("failure.kind")],
  ["failure_message", text("failure.message")],
  ["payload", text("payload")],
  ["processor_name", text("processor.name")],
  ["processor_version", text("processor.version")],
  ["origin_stream", text("origin.stream")],
  ["origin_shard_id", text("origin.shardId")],
  ["origin_sequence_number", text("origin.sequenceNumber")],
  ["origin_index", wholeNumber("origin.index")],
  // Only the row of a record that was set aside has the number of its lines.
  ["origin_lines", `COALESCE(${wholeNumber("origin.lines")}, 1)`],
  ...landing,
];

const uniqueBadRows: DynamicWarehouseTable = {
  name: "UNIQUE_BAD_ROWS",
  comment: "What the view BAD_ROWS shows; query that",
  query: bestCopies(select([...badRowColumns, lineIdentity], LANDED_BAD_ROWS), [
    ...["origin_stream", "origin_shard_id", "origin_sequence_number", "failure_kind", "failure_message"],
    lineIdentity[0],
  ]),
};

const badRows: WarehouseView = {
  name: "BAD_ROWS",
  comment: "Every bad row once, by its place in the stream it came from",
  statement: viewOf(badRowColumns, uniqueBadRows.name),
};

/** Rows beyond one for each identity: copies of producers, crashes and Firehose, and earlier revisions. */
export const duplicates: WarehouseView = {
  name: "DUPLICATES",
  comment: "Rows of each landing table beyond the one of an identity that its view shows",
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
FROM (SELECT COUNT(*) AS row_count FROM ${table.toLowerCase()} WHERE ${withoutCanaries}) AS landed
CROSS JOIN (SELECT COUNT(*) AS row_count FROM ${view.toLowerCase()}) AS shown`,
    )
    .join("\nUNION ALL\n"),
};

/** Errors that enrichment writes onto an event: `MAX_VALIDATION_ERRORS` of its limits. */
const MAX_ERRORS = 20;

/** A path with `*` for the places of lists, up to three: one engine replaces the first it finds, the other all. */
const placeOf = (path: string): string =>
  [1, 2, 3].reduce((replaced) => `REGEXP_REPLACE(${replaced}, '/[0-9]+', '/*')`, path);

const positions = Array.from({ length: MAX_ERRORS }, (_, position) => `(${position})`).join(", ");

const commented = (
  columns: readonly (readonly [name: string, expression: string, comment: string])[],
): { selected: string; columnComments: NonNullable<WarehouseView["columnComments"]> } => ({
  selected: lines(columns.map(([name, expression]) => [name, expression] as const)),
  columnComments: columns.map(([name, , comment]) => ({ name, comment })),
});

const errorColumns = commented([
  ["source", "source", "Producer of the events."],
  ["type", "type", "Type of the events."],
  ["validation_schema", "validation_schema", "Schema that the events break."],
  ["path", "path", "Where in the event, as a JSON Pointer, with * for the places of lists."],
  ["keyword", "keyword", "Keyword of the schema that is broken."],
  ["first_seen", "MIN(received_at)", "When the first such event was received."],
  ["last_seen", "MAX(received_at)", "When the last such event was received."],
  ["event_count", "COUNT(DISTINCT id)", "Events with this error."],
  ["sample_id", "MAX(id)", "Id of one of them, the largest: those of version 7 are the latest."],
]);

/** Errors of sources by place and keyword, to be told to their owners. */
export const validationErrors: WarehouseView = {
  name: "VALIDATION_ERRORS",
  comment:
    "Validation errors by source, type, schema, path and keyword, with when they were seen, how often, and a sample",
  columnComments: errorColumns.columnComments,
  statement: `SELECT
${errorColumns.selected}
FROM (
  SELECT source, type, validation_schema, id, received_at,
    ${placeOf("GET_PATH(error, 'path')::STRING")} AS path,
    GET_PATH(error, 'keyword')::STRING AS keyword
  FROM (
    SELECT source, type, validation_schema, id, received_at,
      GET_PATH(record, 'validation.errors[' || position || ']') AS error
    FROM events
    CROSS JOIN (VALUES ${positions}) AS positions (position)
    WHERE validation_status = 'invalid'
  ) AS errors
  WHERE error IS NOT NULL
) AS places
GROUP BY source, type, validation_schema, path, keyword`,
};

const count = (status: string): string => `COUNT(CASE WHEN validation_status = '${status}' THEN 1 END)`;

const sourceColumns = commented([
  ["source", "source", "Producer of the events."],
  ["hour", "DATE_TRUNC('hour', received_at)", "Hour in which they were received."],
  ["event_count", "COUNT(*)", "Events of the source in this hour."],
  ["valid_count", count("valid"), "Those that follow their contract."],
  ["invalid_count", count("invalid"), "Those that break it."],
  ["unknown_count", count("unknown"), "Those of a type or version that nobody described."],
  [
    "invalid_ratio",
    `${count("invalid")} / NULLIF(COUNT(*), 0)::DOUBLE`,
    "Share of those that break it: 1 is a source that is broken.",
  ],
]);

/** How well each source keeps to its contracts, by the hour. */
export const sourceQuality: WarehouseView = {
  name: "SOURCE_QUALITY",
  comment: "Valid, invalid and unknown events by source and hour",
  columnComments: sourceColumns.columnComments,
  statement: `SELECT
${sourceColumns.selected}
FROM events
GROUP BY source, DATE_TRUNC('hour', received_at)`,
};

/** One row for each thing that landed, kept as rows land. */
export const dynamicTables: readonly DynamicWarehouseTable[] = [uniqueEvents, uniqueBadRows];

/** The views that do not depend on any contract. */
export const baseViews: readonly WarehouseView[] = [events, badRows];

import type { Person } from "../person/person.ts";
import type { BadRowOrigin } from "../sighting.ts";

/**
 * The landing tables (`infra/src/inputs/warehouse-views.ts`). Rows deleted in them also go from the dynamic tables,
 * which every view reads: in DuckDB with the statement, in Snowflake with the next refresh.
 */
export const landedEvents = "landed_events";
export const landedBadRows = "landed_bad_rows";
export const uniqueEvents = "unique_events";
export const uniqueBadRows = "unique_bad_rows";

/** How an engine writes a member and the text of a record. */
export interface Dialect {
  readonly name: "duckdb" | "snowflake";
  readonly text: (column: string) => string;
  readonly member: (path: string) => string;
}

export const duckdb: Dialect = {
  name: "duckdb",
  text: (column) => `CAST(${column} AS VARCHAR)`,
  member: (path) => `json_extract_string(record, '$.${path}')`,
};

export const snowflake: Dialect = {
  name: "snowflake",
  text: (column) => `TO_JSON(${column})`,
  member: (path) => `GET_PATH(record, '${path}')::STRING`,
};

/** Of one landing table: the rows of the person. */
export interface Condition {
  readonly table: string;
  readonly where: string;
}

/**
 * The rows of enriched events that are the person's: by pseudonym anywhere, or by subject in clear.
 * @param subjects identifiers that may stand in clear as a subject
 */
export function eventsOf(person: Person, subjects: readonly string[], dialect: Dialect): Condition {
  const text = dialect.text("record");
  const conditions = [
    ...person.pseudonyms.map(({ value }) => `CONTAINS(${text}, ${literal(value)})`),
    ...subjects.map((subject) => `${dialect.member("event.subject")} = ${literal(subject)}`),
  ];
  const any = conditions.join("\n  OR ");
  if (person.receivedUntil === undefined) return { table: landedEvents, where: any };
  // Ingest writes all of them alike, so that their texts are in the order of time.
  const received = `COALESCE(${dialect.member("event.receivedat")}, '')`;
  return { table: landedEvents, where: `(${any}) AND ${received} <= ${literal(person.receivedUntil)}` };
}

/** The bad rows of the person, by the place of the record: their payload is sealed. */
export function badRowsOf(origins: readonly BadRowOrigin[], dialect: Dialect): Condition | undefined {
  if (origins.length === 0) return undefined;
  const { member } = dialect;
  const key = `${member("origin.stream")} || ' ' || ${member("origin.shardId")} || ' ' || ${member("origin.sequenceNumber")} || ' ' || COALESCE(${member("origin.index")}, '0')`;
  const places = new Set(
    origins.map(({ stream, shardId, sequenceNumber, index }) => `${stream} ${shardId} ${sequenceNumber} ${index}`),
  );
  return { table: landedBadRows, where: `${key} IN (${[...places].map(literal).join(", ")})` };
}

/** Counts rows, with the times of the first and the last. */
export function countStatement({ table, where }: Condition): string {
  return `SELECT COUNT(*) AS row_count, CAST(MIN(loaded_at) AS VARCHAR) AS first_at, CAST(MAX(loaded_at) AS VARCHAR) AS last_at FROM ${table} WHERE ${where}`;
}

export function deleteStatement({ table, where }: Condition): string {
  return `DELETE FROM ${table} WHERE ${where}`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

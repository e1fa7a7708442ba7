import { WarehouseError } from "./errors.ts";

/** A table that the warehouse keeps equal to its query, as a dynamic table of Snowflake. */
export interface DynamicTableDefinition {
  /** Qualifiers are dropped: everything lies in one schema. */
  readonly name: string;
  /** Of the form that {@link readDynamicTable} reads. */
  readonly query: string;
}

/** A dynamic table whose rows are the best copy of each identity in another table. */
export interface DynamicTable extends DynamicTableDefinition {
  /** The table whose rows are copies, as the query writes it. */
  readonly base: string;
  /**
   * `SELECT <columns> FROM <relation> [WHERE <condition>]`: the columns of each copy, of a relation with the columns of
   * the base.
   */
  readonly copiesOf: (relation: string) => string;
  /** True if the copies have the base's column `record` as it is. */
  readonly hasRecord: boolean;
  /** Columns that copies of one thing have alike. */
  readonly identity: readonly string[];
  /** Terms of the order, the best copy first; they leave no two copies equal. */
  readonly order: readonly string[];
}

/** Columns that tell a row of a landing table from all others. */
export const place: readonly string[] = ["file_name", "file_row_number"];

const queryPattern =
  /^\s*SELECT\s+\*\s+FROM\s+\((?<copies>.+)\)\s+AS\s+\w+\s+QUALIFY\s+ROW_NUMBER\(\)\s+OVER\s+\(PARTITION\s+BY\s+(?<identity>[\w\s,]+?)\s+ORDER\s+BY\s+(?<order>[\w\s,]+?)\)\s+=\s+1\s*$/is;

/** The end of the query of the copies, behind their columns. */
const basePattern = /\bFROM\s+(?<base>\w+)(?:\s+WHERE\s+(?<condition>.+?))?\s*$/is;

/**
 * Reads `SELECT * FROM (SELECT … FROM <table> [WHERE …]) AS copies
 * QUALIFY ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) = 1`.
 *
 * @throws WarehouseError `INVALID_STATEMENT` for any other query: its table could not be kept load by load
 */
export function readDynamicTable({ name, query }: DynamicTableDefinition): DynamicTable {
  const { copies = "", identity = "", order = "" } = queryPattern.exec(query)?.groups ?? {};
  const { base, condition } = basePattern.exec(copies)?.groups ?? {};
  const terms = listOf(order);
  if (base === undefined || !place.every((column) => terms.includes(column))) {
    throw new WarehouseError(
      "INVALID_STATEMENT",
      `The query of dynamic table ${name} is not SELECT * FROM (SELECT … FROM <table> [WHERE …]) AS copies QUALIFY ROW_NUMBER() OVER (PARTITION BY <columns> ORDER BY …, ${place.join(", ")}) = 1.`,
    );
  }
  return {
    name,
    query,
    base,
    hasRecord: /(?:^\s*SELECT|,)\s*record\s*(?:,|$)/i.test(copies.replace(basePattern, "")),
    copiesOf: gatherMembers(copies.replace(basePattern, ""), condition),
    identity: listOf(identity),
    order: terms,
  };
}

function listOf(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

/**
 * Has DuckDB parse a record once for all members that a statement takes from it. Otherwise DuckDB parses it for each
 * call of `GET_PATH`, which took nine times as long for the columns of an event.
 *
 * @param columns `SELECT …`, without its `FROM`
 * @param condition of the `WHERE`
 */
function gatherMembers(columns: string, condition: string | undefined): (relation: string) => string {
  const call = /\bGET_PATH\(record, '((?:[^']|'')*)'\)/gi;
  const where = condition === undefined ? "" : ` WHERE ${condition}`;
  const paths = [...new Set([...`${columns}${where}`.matchAll(call)].map(([, path = ""]) => path))];
  if (paths.length < 2) return (relation) => `${columns} FROM ${relation}${where}`;
  const gather = (sql: string): string =>
    sql.replaceAll(call, (_, path: string) => `members[${paths.indexOf(path) + 1}]`);
  const members = `json_extract_string(record, [${paths.map((path) => `'$.${path}'`).join(", ")}])`;
  return (relation) => `${gather(columns)} FROM (SELECT *, ${members} AS members FROM ${relation})${gather(where)}`;
}

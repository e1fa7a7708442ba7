import { WarehouseError } from "./errors.ts";
import type { ColumnMapping, ColumnSource, OnError } from "./warehouse.ts";

/** A pipe's COPY statement, as far as the simulator can run it. */
export interface CopyStatement {
  /** Name of the table as written, qualifiers included. */
  readonly table: string;
  readonly columns: readonly ColumnMapping[];
  /** Name of the stage as written, without the `@`. */
  readonly stage: string;
  /** Path below the stage; empty for all of it. */
  readonly path: string;
  readonly onError: OnError;
}

const sources: Readonly<Record<string, ColumnSource>> = {
  $1: "$1",
  METADATA$FILENAME: "METADATA$FILENAME",
  METADATA$FILE_ROW_NUMBER: "METADATA$FILE_ROW_NUMBER",
  METADATA$FILE_LAST_MODIFIED: "METADATA$FILE_LAST_MODIFIED",
  METADATA$START_SCAN_TIME: "METADATA$START_SCAN_TIME",
  "CURRENT_TIMESTAMP()": "CURRENT_TIMESTAMP()",
  CURRENT_TIMESTAMP: "CURRENT_TIMESTAMP()",
  "SYSDATE()": "CURRENT_TIMESTAMP()",
};

const statementPattern =
  /^\s*COPY\s+INTO\s+(?<table>[\w."$]+)\s*(?:\((?<columns>[^)]*)\))?\s*FROM\s+(?:\(\s*SELECT\s+(?<select>.+?)\s+FROM\s+@(?<stage>[\w."$]+)(?<path>\/[^\s)]*)?(?:\s+(?:AS\s+)?\w+)?\s*\)|@(?<bareStage>[\w."$]+)(?<barePath>\/\S*)?)(?<rest>.*)$/is;

/**
 * Reads a pipe's COPY INTO: `COPY INTO t (a, b) FROM (SELECT $1, METADATA$FILENAME FROM @stage/path) …`. Without a
 * SELECT the line goes to the column `MATCH_BY_COLUMN_NAME` would not need: the first one named, or `record`.
 * @throws WarehouseError `INVALID_STATEMENT` for what the simulator cannot do; it never guesses.
 */
export function parseCopyStatement(sql: string): CopyStatement {
  const groups = statementPattern.exec(sql.replace(/;\s*$/, ""))?.groups;
  const { table, select, rest = "" } = groups ?? {};
  const stage = groups?.stage ?? groups?.bareStage;
  if (table === undefined || stage === undefined) {
    throw invalid(sql, "expected COPY INTO <table> [(columns)] FROM (SELECT … FROM @<stage>)");
  }
  const names = groups?.columns?.split(",").map((name) => unquote(name.trim()));
  const expressions = splitTopLevel(select ?? "$1");
  if (names !== undefined && names.length !== expressions.length) {
    throw invalid(sql, `${names.length} columns and ${expressions.length} selected values`);
  }
  if (names === undefined && expressions.length > 1)
    throw invalid(sql, "several selected values and no list of columns");
  return {
    table,
    columns: expressions.map((expression, index) => ({
      name: names?.[index] ?? "record",
      source: sourceOf(expression, sql),
    })),
    stage,
    path: (groups?.path ?? groups?.barePath ?? "").replace(/^\//, ""),
    onError: onErrorOf(rest, sql),
  };
}

function sourceOf(expression: string, sql: string): ColumnSource {
  // `t.$1`, `$1::VARIANT` and `$1 AS record` all mean the line.
  const plain = expression
    .trim()
    .replace(/\s+AS\s+\w+$/i, "")
    .replace(/::\w+(\(\d+\))?$/, "")
    .replace(/^[a-z_]\w*\.(?=\$1$|METADATA)/i, "");
  const source = sources[plain.toUpperCase()];
  if (source === undefined)
    throw invalid(
      sql,
      `the value ${JSON.stringify(expression.trim())} is not one of ${Object.keys(sources).join(", ")}`,
    );
  return source;
}

/** Snowpipe's default is SKIP_FILE. https://docs.snowflake.com/en/sql-reference/sql/copy-into-table */
function onErrorOf(rest: string, sql: string): OnError {
  const value = /ON_ERROR\s*=\s*'?(\w+)'?/i.exec(rest)?.[1]?.toUpperCase();
  if (value === undefined || value === "SKIP_FILE") return "SKIP_FILE";
  if (value === "CONTINUE") return value;
  throw invalid(sql, `ON_ERROR = ${value} is not CONTINUE or SKIP_FILE`);
}

function splitTopLevel(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of list) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  parts.push(part);
  return parts;
}

function unquote(name: string): string {
  return name.startsWith('"') && name.endsWith('"') ? name.slice(1, -1) : name;
}

function invalid(sql: string, reason: string): WarehouseError {
  return new WarehouseError(
    "INVALID_STATEMENT",
    `Cannot read the pipe's statement: ${reason}. Statement: ${sql.trim()}`,
  );
}

import type { DuckDBType, Json } from "@duckdb/node-api";
import { DuckDBTypeId } from "@duckdb/node-api";
import { WarehouseError } from "./errors.ts";

/**
 * Snowflake's types and their nearest relatives in DuckDB.
 * https://docs.snowflake.com/en/sql-reference/intro-summary-data-types
 */
const types: Readonly<Record<string, string>> = {
  // JSON and not DuckDB's own VARIANT: loading that took six times as long, and queries over it 25 times.
  VARIANT: "JSON",
  OBJECT: "JSON",
  ARRAY: "JSON",
  VARCHAR: "VARCHAR",
  STRING: "VARCHAR",
  TEXT: "VARCHAR",
  CHAR: "VARCHAR",
  BOOLEAN: "BOOLEAN",
  FLOAT: "DOUBLE",
  DOUBLE: "DOUBLE",
  REAL: "DOUBLE",
  INT: "BIGINT",
  INTEGER: "BIGINT",
  BIGINT: "BIGINT",
  DATE: "DATE",
  TIME: "TIME",
  TIMESTAMP: "TIMESTAMP",
  DATETIME: "TIMESTAMP",
  TIMESTAMP_NTZ: "TIMESTAMP",
  TIMESTAMP_LTZ: "TIMESTAMPTZ",
  TIMESTAMP_TZ: "TIMESTAMPTZ",
  BINARY: "BLOB",
};

const numberTypes = ["NUMBER", "DECIMAL", "NUMERIC"];

/** The DuckDB type for a Snowflake column type such as `NUMBER(38,0)`. @throws WarehouseError `INVALID_STATEMENT` */
export function duckDbType(snowflakeType: string): string {
  const [, name = "", , scale = "0"] =
    /^(\w+)(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/.exec(snowflakeType.trim().toUpperCase()) ?? [];
  // Whole numbers of 38 digits do not occur in what is loaded here, and BIGINT is what reads well.
  if (numberTypes.includes(name)) return scale === "0" ? "BIGINT" : `DECIMAL(38,${scale})`;
  const type = types[name];
  if (type === undefined) {
    throw new WarehouseError("INVALID_STATEMENT", `There is no DuckDB type for ${JSON.stringify(snowflakeType)}.`);
  }
  return type;
}

/** A value of a result as JSON shows it best: numbers as numbers where they fit, JSON as itself, times as ISO 8601. */
export function toJsonValue(value: Json, type: DuckDBType): Json {
  if (typeof value !== "string") return value;
  if (type.alias === "JSON") return JSON.parse(value) as Json;
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case DuckDBTypeId.DECIMAL:
      return isExactNumber(value) ? Number(value) : value;
    case DuckDBTypeId.TIMESTAMP_TZ:
      return value.replace(" ", "T").replace(/\+00$/, "Z");
    default:
      return value;
  }
}

/** True if a double has all digits of a decimal: fifteen significant ones always do. */
function isExactNumber(decimal: string): boolean {
  return decimal.replace(/^-?0*\.?0*/, "").replace(".", "").length <= 15;
}

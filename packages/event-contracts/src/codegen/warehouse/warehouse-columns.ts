import type { Registry } from "../../registry/registry.ts";
import type { Contract } from "../../registry/schema-document.ts";
import { describeFields, type Field } from "../fields/describe-fields.ts";
import { reservedWords } from "./reserved-words.ts";

export interface WarehouseColumn {
  name: string;
  type: "STRING" | "BIGINT" | "DOUBLE" | "BOOLEAN" | "TIMESTAMPTZ" | "DATE" | "JSON";
  expression: string;
  /** Field of `data` it comes from, e.g. `context.pageUrl`. */
  field: string;
}

/** Columns the views take over from `events` as they are. */
export const envelopeColumns: readonly string[] = [
  "source",
  "id",
  "type",
  "subject",
  "event_time",
  "received_at",
  "tenant_id",
  "validation_schema",
];

/** Columns that close every view: the enriched event itself, and when it arrived. */
export const closingColumns: readonly string[] = ["record", "loaded_at"];

/** The columns of the versions of one MODEL, oldest version first. */
export function columnsOf(registry: Registry, versions: Contract[]): WarehouseColumn[] {
  const columns = new Map<string, WarehouseColumn>();
  const names = new Set<string>();
  for (const version of versions) {
    for (const field of columnFields(describeFields(version, registry.resources))) {
      const path = field.path.join(".");
      if (columns.has(path)) continue;
      const name = unusedName(columnName(field.path), names);
      names.add(name);
      columns.set(path, { name, type: columnType(field), expression: expressionOf(field), field: path });
    }
  }
  return [...columns.values()];
}

/** `context.pageUrl` → `context_page_url`. */
export function columnName(path: readonly string[]): string {
  const name = path
    .map((step) => step.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(/[^A-Za-z0-9]+/g, "_"))
    .join("_")
    .toLowerCase();
  const isFree = !reservedWords.has(name) && !envelopeColumns.includes(name) && !closingColumns.includes(name);
  return isFree && /^[a-z]/.test(name) ? name : `data_${name}`;
}

function unusedName(name: string, names: ReadonlySet<string>): string {
  let unused = name;
  for (let count = 2; names.has(unused); count += 1) unused = `${name}_${count}`;
  return unused;
}

/** A field has a column unless it is dropped, an element of an array, or split into the columns of its own fields. */
export function columnFields(fields: Field[]): Field[] {
  const dropped = fields.filter((field) => field.privacy?.action === "drop").map((field) => field.path);
  return fields.filter((field) => {
    const isUnder = dropped.some((path) => path.every((step, index) => field.path[index] === step));
    const isSplit = field.hasFields && field.types.every((type) => type === "object");
    return !isUnder && !isSplit && !field.path.includes("[]");
  });
}

function columnType({ types, format, privacy }: Field): WarehouseColumn["type"] {
  // What masking leaves of a value is a text.
  if (privacy !== undefined && privacy.action !== "scan") return "STRING";
  const [type, ...others] = types.filter((name) => name !== "null");
  if (type === "number" && others.length === 1 && others[0] === "integer") return "DOUBLE";
  if (type === undefined || others.length > 0) return "JSON";
  if (type === "string") return format === "date-time" ? "TIMESTAMPTZ" : format === "date" ? "DATE" : "STRING";
  const byType: Record<string, WarehouseColumn["type"]> = { integer: "BIGINT", number: "DOUBLE", boolean: "BOOLEAN" };
  return byType[type] ?? "JSON";
}

/**
 * TRY_CAST from text, which both engines have: an engine may evaluate a column before the filter on valid events, and a
 * failing cast would then fail the query.
 */
function expressionOf(field: Field): string {
  const type = columnType(field);
  const value = `GET_PATH(record, '${["event", "data", ...field.path].map(pathStep).join(".").replaceAll("'", "''")}')`;
  if (type === "JSON") return value;
  return type === "STRING" ? `${value}::STRING` : `TRY_CAST(${value}::STRING AS ${type})`;
}

function pathStep(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '\\"')}"`;
}

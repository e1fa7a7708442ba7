import type { Contract } from "@millrace/schema-graph";
import type { Registry } from "../../registry/registry.ts";
import { formatVersion, schemaBaseUrl } from "../../schema-id.ts";
import {
  closingColumns,
  columnsOf,
  enrichmentColumns,
  envelopeColumns,
  type WarehouseColumn,
} from "./warehouse-columns.ts";
import { groupBy } from "../../group-by.ts";

/** A typed view over the events of one contract and MODEL. */
export interface WarehouseView {
  /** E.g. `SEARCH_CLICK_1`. */
  name: string;
  /** Event type of its events. */
  type: string;
  /** MODEL of their contract. */
  model: number;
  comment: string;
  /** `SELECT …`, in the SQL that Snowflake and DuckDB share. */
  statement: string;
  /** The columns that come from `data`, after those of the envelope. */
  columns: WarehouseColumn[];
  /** The columns of what enrichment added; they close the view. */
  enrichmentColumns: WarehouseColumn[];
}

export interface WarehouseViewOptions {
  /** The view or table with one row an event: the envelope columns, and `record` with the enriched event. `events` by default. */
  from?: string;
}

/**
 * One view per contract and MODEL, over the events that are valid against any version of that MODEL. Within a MODEL columns
 * are only ever added, at the end: they are collected over all its versions, oldest first, and keep the type they had first.
 */
export function renderWarehouseViews(registry: Registry, options: WarehouseViewOptions = {}): WarehouseView[] {
  const byModel = groupBy(registry.contracts, ({ type, version }) => `${type} ${version.model}`);
  return [...byModel.values()].map((versions) => renderView(registry, versions, options.from ?? "events"));
}

function renderView(registry: Registry, versions: Contract[], from: string): WarehouseView {
  const [first] = versions;
  if (first === undefined) throw new Error("A view needs at least one version.");
  const columns = columnsOf(registry, versions);
  const added = enrichmentColumns(registry);
  const select = ({ expression, name }: WarehouseColumn) => `${expression} AS ${name}`;
  const prefix = `${schemaBaseUrl}events/${first.name}/${first.version.model}-`;
  const selected = [...envelopeColumns, ...columns.map(select), ...closingColumns, ...added.map(select)];
  const title = typeof first.schema["title"] === "string" ? first.schema["title"] : first.type;
  return {
    name: `${first.type.replaceAll(/[^a-z0-9]/g, "_")}_${first.version.model}`.toUpperCase(),
    type: first.type,
    model: first.version.model,
    comment: `${title}: valid events of ${versions.map(({ version }) => formatVersion(version)).join(", ")}`,
    statement: `SELECT\n${selected.map((column) => `  ${column}`).join(",\n")}\nFROM ${from}
WHERE type = '${first.type}'
  AND validation_status = 'valid'
  AND LEFT(validation_schema, ${prefix.length}) = '${prefix}'`,
    columns,
    enrichmentColumns: added,
  };
}

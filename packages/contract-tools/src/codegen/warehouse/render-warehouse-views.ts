import type { Contract } from "@millrace/schema-graph";
import type { Registry } from "../../registry/registry.ts";
import { formatVersion, schemaBaseUrl } from "../../schema-id.ts";
import {
  closingColumns,
  columnsOf,
  type ElementColumns,
  elementColumnsOf,
  enrichmentColumns,
  envelopeColumns,
  envelopeComments,
  getPath,
  positionColumn,
  type WarehouseColumn,
} from "./warehouse-columns.ts";
import { sqlText, viewName } from "./sql.ts";
import { unusedName } from "../unused-name.ts";
import { groupBy } from "../../group-by.ts";

/** A typed view over the events of one contract and MODEL. */
export interface WarehouseView {
  /** E.g. `SEARCH_CLICK_1`. */
  name: string;
  /** Folders of the contract: `search/click`. */
  contract: string;
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
  /** All columns in order, with what they hold. */
  columnComments: { name: string; comment: string }[];
}

export interface WarehouseViewOptions {
  /**
   * The view or table with one row an event: the envelope columns, and `record` with the enriched event. `events` by
   * default.
   */
  from?: string;
}

/**
 * One view per contract and MODEL, over the events that are valid against any version of that MODEL. Within a MODEL
 * columns are only ever added, at the end: they are collected over all its versions, oldest first, and keep the type
 * they had first.
 */
export function renderWarehouseViews(registry: Registry, options: WarehouseViewOptions = {}): WarehouseView[] {
  const byModel = groupBy(registry.contracts, ({ name, version }) => `${name} ${version.model}`);
  const added = enrichmentColumns(registry);
  return [...byModel.values()].flatMap((versions) => {
    const view = renderView(versions, { columns: columnsOf(registry, versions), added }, options.from ?? "events");
    const names = new Set([view.name]);
    const lists = elementColumnsOf(registry, versions).map((list) => {
      const words = list.path.map((step) => step.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2"));
      const name = unusedName(viewName([view.name, ...words].join("_")), names);
      names.add(name);
      return { ...renderElements(view, list), name };
    });
    return [view, ...lists];
  });
}

const digits = (name: string): string =>
  `(VALUES ${[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `(${digit})`).join(", ")}) AS ${name} (digit)`;
/** Elements of a list that have rows: both engines can count to it, and each has another way to flatten lists. */
const MAX_ELEMENTS = 1_000;
const positions = `(SELECT ones.digit + 10 * tens.digit + 100 * hundreds.digit AS position FROM ${digits("ones")} CROSS JOIN ${digits("tens")} CROSS JOIN ${digits("hundreds")}) AS positions`;

/** Columns of an event that the rows of its elements repeat. */
const repeatedColumns = ["source", "id", "type", "subject", "event_time", "received_at", "tenant_id"];

/** A view with a row for each element of a list of objects, by its position. */
function renderElements(view: WarehouseView, { path, columns }: ElementColumns): Omit<WarehouseView, "name"> {
  const selected = [
    ...repeatedColumns,
    positionColumn,
    ...columns.map(({ expression, name }) => `${expression} AS ${name}`),
  ];
  const [, filter = ""] = view.statement.split("\nWHERE ");
  const [, from = ""] = /\nFROM (.*)/.exec(view.statement) ?? [];
  const element = `GET_PATH(record, ${sqlText(`${getPath(["event", "data", ...path])}[`)} || position || ']')`;
  return {
    ...view,
    comment: `Elements of ${path.join(".")}, a row each, the first ${MAX_ELEMENTS}; ${view.comment}`,
    statement: `SELECT\n${selected.map((column) => `  ${column}`).join(",\n")}\nFROM (
  SELECT *, ${element} AS element
  FROM (SELECT * FROM ${from} WHERE ${filter.replaceAll("\n", "\n  ")}) AS events_of_type
  CROSS JOIN ${positions}
) AS elements
WHERE element IS NOT NULL`,
    columns: [...columns],
    enrichmentColumns: [],
    columnComments: [
      ...repeatedColumns.map((name) => ({ name, comment: envelopeComments[name] ?? "" })),
      { name: positionColumn, comment: `Place of the element in ${path.join(".")}, from 0.` },
      ...columns.map(({ name, comment }) => ({ name, comment })),
    ],
  };
}

/** @param added the columns of what enrichment adds, which all views have */
function renderView(
  versions: Contract[],
  { columns, added }: { readonly columns: WarehouseColumn[]; readonly added: WarehouseColumn[] },
  from: string,
): WarehouseView {
  const [first] = versions;
  if (first === undefined) throw new Error("A view needs at least one version.");
  const select = ({ expression, name }: WarehouseColumn) => `${expression} AS ${name}`;
  const prefix = `${schemaBaseUrl}events/${first.name}/${first.version.model}-`;
  const selected = [...envelopeColumns, ...columns.map(select), ...closingColumns, ...added.map(select)];
  const title = typeof first.schema["title"] === "string" ? first.schema["title"] : first.type;
  return {
    name: viewName(`${first.name.replaceAll(/[^a-z0-9]/g, "_")}_${first.version.model}`),
    contract: first.name,
    type: first.type,
    model: first.version.model,
    comment: `${title}: valid events of ${versions.map(({ version }) => formatVersion(version)).join(", ")}`,
    statement: `SELECT\n${selected.map((column) => `  ${column}`).join(",\n")}\nFROM ${from}
WHERE type = ${sqlText(first.type)}
  AND validation_status = 'valid'
  AND LEFT(validation_schema, ${prefix.length}) = '${prefix}'`,
    columns,
    enrichmentColumns: added,
    columnComments: [
      ...envelopeColumns.map((name) => ({ name, comment: envelopeComments[name] ?? "" })),
      ...columns.map(({ name, comment }) => ({ name, comment })),
      ...closingColumns.map((name) => ({ name, comment: envelopeComments[name] ?? "" })),
      ...added.map(({ name, comment }) => ({ name, comment })),
    ],
  };
}

import { type Contract, pointerStep } from "@millrace/schema-graph";
import { RegistryError } from "../../errors.ts";
import type { Fault } from "../../registry/fault.ts";
import type { Registry } from "../../registry/registry.ts";
import { sensitiveNote } from "../../privacy/sensitive-note.ts";
import { describeFields, type Field } from "../fields/describe-fields.ts";
import { unusedName } from "../unused-name.ts";
import { reservedWords } from "./reserved-words.ts";
import { MAX_NAME_CHARACTERS, sqlText } from "./sql.ts";

export interface WarehouseColumn {
  name: string;
  type: "STRING" | "BIGINT" | `DECIMAL(38, ${number})` | "DOUBLE" | "BOOLEAN" | "TIMESTAMPTZ" | "DATE" | "JSON";
  expression: string;
  /** Field of `data`, or of what enrichment added, that it comes from, e.g. `context.pageUrl`. */
  field: string;
  /** Description, unit, and the masking of a sensitive value. */
  comment: string;
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

/** Columns after those of the data: the enriched event itself, and when it arrived. */
export const closingColumns: readonly string[] = ["record", "loaded_at"];

/** Column of the views of elements: the place of one in its list. */
export const positionColumn = "position";

/** Comments of the columns that every view has. */
export const envelopeComments: Readonly<Record<string, string>> = {
  source: "Producer of the event; unique together with id.",
  id: "Identity of the event within its source.",
  type: "Type of the event, which names its contract.",
  subject: "What the event is about; a pseudonym where it was somebody's address.",
  event_time: "When the event happened, as its producer says.",
  received_at: "When ingest took the event.",
  tenant_id: "Tenant whose key sent the event.",
  validation_schema: "Schema that the event follows.",
  record: "The enriched event, whole.",
  loaded_at: "When the row was loaded.",
};

const enrichmentPrefix = "enrichment_";

/** The fields of what enrichment adds, with the file that has them, over all versions of its schema. */
function enrichmentFields(registry: Registry): { file: string; field: Field }[] {
  return [...registry.documents.values()]
    .filter(({ kind, name }) => kind === "envelope" && name === "enrichment")
    .flatMap((version) =>
      columnFields(describeFields(version, registry.resources)).map((field) => ({ file: version.file, field })),
    );
}

const enrichmentColumn = ({ path }: Field): string =>
  `${enrichmentPrefix}${snakeCase(path)}`.slice(0, MAX_NAME_CHARACTERS);

/**
 * Fields of two enrichments, or of one, that would share a column: `geo.countryCode` and `code` of `geoCountry`. A
 * field of a contract never does, as its column never begins as theirs.
 */
export function enrichmentCollisions(registry: Registry): Fault[] {
  const places = new Map<string, { path: string; file: string }>();
  return enrichmentFields(registry).flatMap(({ file, field }): Fault[] => {
    const path = field.path.join(".");
    const column = enrichmentColumn(field);
    const other = places.get(column) ?? { path, file };
    places.set(column, other);
    if (other.path === path) return [];
    const where = other.file === file ? "" : ` of ${other.file}`;
    const message = `\`${path}\` and \`${other.path}\`${where} would both be the column \`${column}\` of the warehouse.`;
    const pointer = field.path.map((step) => `/properties${pointerStep(step)}`).join("");
    const fix = "Give one of the enrichments, or its field, another name.";
    return [{ file, pointer, rule: "column-collision", message, fix }];
  });
}

/**
 * The columns of what enrichment adds, e.g. `enrichment_geo_country`, over all versions of its schema. They stand last,
 * so that those of the data keep their places when an enrichment comes.
 *
 * @throws RegistryError when two fields would share a column
 */
export function enrichmentColumns(registry: Registry): WarehouseColumn[] {
  const faults = enrichmentCollisions(registry);
  if (faults.length > 0) throw new RegistryError(faults);
  const byPath = new Map(enrichmentFields(registry).map(({ field }) => [field.path.join("."), field]));
  return [...byPath].map(([path, field]) => ({
    name: enrichmentColumn(field),
    type: columnType(field),
    expression: expressionOf(field, ["enrichment", ...field.path]),
    field: path,
    comment: commentOf(field),
  }));
}

/** The columns of the versions of one MODEL, oldest version first. */
export function columnsOf(registry: Registry, versions: Contract[]): WarehouseColumn[] {
  const columns = new Map<string, WarehouseColumn>();
  const names = new Set<string>();
  for (const version of versions) {
    for (const field of columnFields(describeFields(version, registry.resources))) {
      // A name may hold a point, so that two fields may be written alike.
      const key = JSON.stringify(field.path);
      if (columns.has(key)) continue;
      const name = unusedName(columnName(field.path), names);
      names.add(name);
      const expression = expressionOf(field, ["event", "data", ...field.path]);
      const comment = commentOf(field);
      columns.set(key, { name, type: columnType(field), expression, field: field.path.join("."), comment });
    }
  }
  return [...columns.values()];
}

/** A list of objects in the data, and the columns of its elements. */
export interface ElementColumns {
  readonly path: readonly string[];
  readonly columns: readonly WarehouseColumn[];
}

/** The lists of objects in the versions of one MODEL, oldest version first. Lists inside of elements stay JSON. */
export function elementColumnsOf(registry: Registry, versions: Contract[]): ElementColumns[] {
  const lists = new Map<string, { path: string[]; columns: Map<string, WarehouseColumn> }>();
  for (const version of versions) {
    const fields = describeFields(version, registry.resources);
    const hidden = fields.filter((field) => isMaskedWhole(field)).map(({ path }) => JSON.stringify(path).slice(0, -1));
    const elements = fields.flatMap((field) => {
      const at = field.path.indexOf("[]");
      const path = field.path.slice(0, at);
      const rest = field.path.slice(at + 1);
      const isNamed = at > 0 && rest.length > 0 && [...path, ...rest].every((step) => !isFree(step));
      const isHidden = hidden.some((each) => JSON.stringify(path).startsWith(each));
      return isNamed && !isHidden ? [{ list: path, field: { ...field, path: rest, isNamed: true } }] : [];
    });
    for (const [key, inList] of Object.entries(Object.groupBy(elements, ({ list }) => JSON.stringify(list)))) {
      const path = inList?.[0]?.list ?? [];
      const list = lists.get(key) ?? { path, columns: new Map<string, WarehouseColumn>() };
      lists.set(key, list);
      for (const field of columnFields((inList ?? []).map((each) => each.field))) {
        const fieldPath = field.path.join(".");
        if (list.columns.has(fieldPath)) continue;
        const names = [positionColumn, ...[...list.columns.values()].map((each) => each.name)];
        const name = unusedName(columnName(field.path), new Set(names));
        const expression = expressionOf(field, field.path, "element");
        list.columns.set(fieldPath, {
          name,
          type: columnType(field),
          expression,
          field: fieldPath,
          comment: commentOf(field),
        });
      }
    }
  }
  return [...lists.values()].map(({ path, columns }) => ({ path, columns: [...columns.values()] }));
}

/** Steps of a path that stand for elements and for names that are free. */
const isFree = (step: string): boolean => step === "[]" || step === "*" || /^\/.*\/$/.test(step);

/** Path of a value, in the syntax of `GET_PATH`. */
export function getPath(steps: readonly string[]): string {
  return steps.map(pathStep).join(".");
}

/** E.g. `Time to load. Unit: ms.` and `E-mail address of the buyer. Sensitive (email): a pseudonym.` */
function commentOf({ description, unit, privacy }: Field): string {
  return [
    description,
    ...(unit === undefined ? [] : [`Unit: ${unit}.`]),
    ...(privacy === undefined ? [] : [sensitiveNote(privacy)]),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** `context.pageUrl` → `context_page_url`. */
export function columnName(path: readonly string[]): string {
  const name = snakeCase(path);
  const isFree =
    !reservedWords.has(name) &&
    !envelopeColumns.includes(name) &&
    !closingColumns.includes(name) &&
    !name.startsWith(enrichmentPrefix);
  return (isFree && /^[a-z]/.test(name) ? name : `data_${name}`).slice(0, MAX_NAME_CHARACTERS);
}

function snakeCase(path: readonly string[]): string {
  return path
    .map((step) => step.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(/[^A-Za-z0-9]+/g, "_"))
    .join("_")
    .toLowerCase();
}

/**
 * A field has a column unless it is dropped, has a name that is free, or is split into the columns of its own fields. A
 * field that is masked as a whole is one text and has one column.
 */
export function columnFields(fields: Field[]): Field[] {
  const whole = fields.filter(isMaskedWhole).map(({ path }) => path);
  return fields.filter((field) => {
    const isInside = whole.some(
      (path) => path.length < field.path.length && path.every((step, index) => field.path[index] === step),
    );
    const isSplit = field.hasFields && field.types.every((type) => type === "object") && !isMaskedWhole(field);
    return field.isNamed && field.privacy?.action !== "drop" && !isInside && !isSplit;
  });
}

/** `scan` looks inside; every other action takes the value as it is. */
function isMaskedWhole({ privacy }: Field): boolean {
  return privacy !== undefined && privacy.action !== "scan";
}

function columnType(field: Field): WarehouseColumn["type"] {
  const { types, format } = field;
  // Masking leaves a text of a value.
  if (isMaskedWhole(field)) return "STRING";
  const [type, ...others] = types.filter((name) => name !== "null");
  if (type === "number" && others.length === 1 && others[0] === "integer") {
    return field.decimals === undefined ? "DOUBLE" : `DECIMAL(38, ${field.decimals})`;
  }
  if (type === undefined || others.length > 0) return "JSON";
  if (field.decimals !== undefined && (type === "string" || type === "number")) return `DECIMAL(38, ${field.decimals})`;
  if (type === "string") return format === "date-time" ? "TIMESTAMPTZ" : format === "date" ? "DATE" : "STRING";
  if (type === "integer") return isInt64(field) ? "BIGINT" : "DECIMAL(38, 0)";
  if (type === "number") return "DOUBLE";
  return type === "boolean" ? "BOOLEAN" : "JSON";
}

/** True if every value has 64 bits: by `format`, or by bounds. Other integers get all digits that both engines have. */
function isInt64({ format, range: [least, most] }: Field): boolean {
  return format === "int32" || format === "int64" || (least >= -(2 ** 63) && most < 2 ** 63);
}

/**
 * The instant of an RFC 3339 time, in both engines: they know no lower-case `t` and `z` and no second 60, which counts
 * as the second before it. Nowhere else in such a time can `:60` stand.
 */
export function instantExpression(text: string): string {
  return `TRY_CAST(REPLACE(UPPER(${text}), ':60', ':59') AS TIMESTAMPTZ)`;
}

/** Engines differ on 1e400: infinite in one, no number in the other. It is NULL, and the event has a note of it. */
function doubleExpression(text: string): string {
  return `NULLIF(NULLIF(TRY_CAST(${text} AS DOUBLE), 'inf'::DOUBLE), '-inf'::DOUBLE)`;
}

/**
 * TRY_CAST from text, which both engines have: an engine may evaluate a column before the filter on valid events, and a
 * failing cast would then fail the query.
 */
function expressionOf(field: Field, path: readonly string[], root = "record"): string {
  const type = columnType(field);
  const value = `GET_PATH(${root}, ${sqlText(getPath(path))})`;
  if (type === "JSON") return value;
  const text = `${value}::STRING`;
  if (type === "STRING") return text;
  if (type === "TIMESTAMPTZ") return instantExpression(text);
  return type === "DOUBLE" ? doubleExpression(text) : `TRY_CAST(${text} AS ${type})`;
}

function pathStep(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '\\"')}"`;
}

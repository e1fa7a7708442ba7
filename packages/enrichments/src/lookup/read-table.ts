import { MAX_OWN_RESULT_LENGTH } from "../limits.ts";
import { LookupTableError } from "../errors.ts";
import type { LookupColumn, LookupOptions } from "./lookup-options.ts";

/** Rows of a table by their key. */
export interface LookupTable {
  readonly rows: number;
  /** Rows that did not fit, and were left out. */
  readonly badRows: number;
  /** The columns of a row as the JSON of an object. */
  find(key: string): string | undefined;
}

/** A row before its cells have the types of their columns. */
export interface SourceRow {
  /** From 1. */
  readonly line: number;
  /** By the table's own names. Cells of CSV are text. */
  readonly cells: Readonly<Record<string, unknown>>;
  /** Why nothing can be made of it. */
  readonly fault?: string;
}

/**
 * Reads the rows of a text in turn, until `onRow` gives false.
 *
 * @returns why the text is no such table
 */
export type ReadRows = (
  text: string,
  options: Pick<LookupOptions, "delimiter">,
  onRow: (row: SourceRow) => boolean,
) => string | undefined;

/** Why a row does not follow its schema: the column's name, and Ajv's words, which quote no value. */
export type CheckRow = (row: object) => { readonly column: string; readonly message: string } | undefined;

export interface ReadTableParts {
  readonly readRows: ReadRows;
  readonly checkRow: CheckRow;
}

const DEFAULT_MAX_ROWS = 100_000;
/** Longest key, in UTF-16 units. */
const MAX_KEY_LENGTH = 512;

/**
 * Reads a table whole.
 *
 * @throws LookupTableError for one that cannot be used: it names line and column, and quotes no cell
 */
export function readTable(text: string, options: LookupOptions, { readRows, checkRow }: ReadTableParts): LookupTable {
  const { maxRows = DEFAULT_MAX_ROWS, maxBadRows = 0, duplicates = "refuse" } = options;
  const columns = Object.entries(options.columns).map(([name, column]) => ({
    name,
    from: column.from ?? name,
    column,
  }));
  const rows = new Map<string, string>();
  let badRows = 0;
  let problem: string | undefined;
  let isFirst = true;

  const missing = (cells: SourceRow["cells"]): string | undefined =>
    [options.key, ...columns.filter(({ column }) => column.required).map(({ from }) => from)].find(
      (name) => !Object.hasOwn(cells, name),
    );

  const faultOf = ({ cells, fault }: SourceRow): string | undefined => {
    if (fault !== undefined) return fault;
    const key = keyOf(cells[options.key]);
    if (key === undefined)
      return `column "${options.key}": must be a text, or a number that is exact, of 1 to ${MAX_KEY_LENGTH} characters`;
    const row: Record<string, unknown> = {};
    for (const { name, from, column } of columns) {
      const value = cells[from];
      if (value !== undefined && value !== null)
        row[name] = typeof value === "string" ? readCell(value, column) : value;
    }
    const wrong = checkRow(row);
    if (wrong !== undefined) return `column "${options.columns[wrong.column]?.from ?? wrong.column}": ${wrong.message}`;
    const json = JSON.stringify(row);
    if (json.length > MAX_OWN_RESULT_LENGTH) return `has more than ${MAX_OWN_RESULT_LENGTH} characters`;
    if (rows.has(key)) {
      if (duplicates === "refuse") return `column "${options.key}": the key came before`;
      if (duplicates === "first") return undefined;
    }
    rows.set(key, json);
    return undefined;
  };

  const cause = readRows(text, options, (row) => {
    if (isFirst && row.fault === undefined) {
      isFirst = false;
      const name = missing(row.cells);
      if (name !== undefined) problem = `line ${row.line}: there is no column "${name}"`;
    }
    const fault = problem === undefined ? faultOf(row) : undefined;
    if (fault !== undefined) {
      badRows += 1;
      if (badRows > maxBadRows) problem = `line ${row.line}: ${fault}`;
    }
    if (rows.size > maxRows) problem = `line ${row.line}: there are more than ${maxRows} rows`;
    return problem === undefined;
  });
  const why = problem ?? cause;
  if (why !== undefined) throw new LookupTableError(why);
  return { rows: rows.size, badRows, find: (key) => rows.get(key) };
}

/**
 * The text that a key is compared by; `undefined` for what is no key. A number beyond 2⁵³ is none: it has lost
 * digits, and would find the row of another.
 */
export function keyOf(value: unknown): string | undefined {
  if (typeof value === "number") return isExact(value) ? String(value) : undefined;
  if (typeof value !== "string" || value.length === 0 || value.length > MAX_KEY_LENGTH) return undefined;
  return value;
}

function isExact(value: number): boolean {
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;

/** Returns the value of a cell of CSV. A cell of another type stays a text, which the schema of rows then refuses. */
function readCell(text: string, { type }: LookupColumn): unknown {
  if (type === "string") return text.toWellFormed();
  const trimmed = text.trim();
  if (type === "boolean") return /^true$/iu.test(trimmed) ? true : /^false$/iu.test(trimmed) ? false : text;
  if (!jsonNumber.test(trimmed)) return text;
  const value = Number(trimmed);
  return Number.isFinite(value) && (type === "number" || Number.isSafeInteger(value)) ? value : text;
}

/** Reads the rows of NDJSON: an object a line. */
export const readNdjsonRows: ReadRows = (text, _options, onRow) => {
  let line = 0;
  for (let from = text.startsWith("\uFEFF") ? 1 : 0; from < text.length; ) {
    const found = text.indexOf("\n", from);
    const to = found < 0 ? text.length : found;
    const part = text.slice(from, to).trim();
    from = to + 1;
    line += 1;
    if (part !== "" && !onRow(parseLine(line, part))) return undefined;
  }
  return undefined;
};

function parseLine(line: number, text: string): SourceRow {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { line, cells: value as SourceRow["cells"] };
    }
  } catch {
    // The message of JSON.parse quotes the text.
  }
  return { line, cells: {}, fault: "is no JSON object" };
}

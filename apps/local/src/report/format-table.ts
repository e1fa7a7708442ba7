const MAX_CELL_CHARACTERS = 120;

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const oneLine = text.replace(/\s+/g, " ");
  return oneLine.length > MAX_CELL_CHARACTERS ? `${oneLine.slice(0, MAX_CELL_CHARACTERS - 1)}…` : oneLine;
}

/** Rows as a text table, columns as wide as their widest cell; numbers to the right. */
export function formatTable(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const [first] = rows;
  if (first === undefined) return "(no rows)";
  const columns = Object.keys(first);
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => cell(row[column]).length)));
  const line = (cells: readonly string[], isNumber: readonly boolean[]): string =>
    cells
      .map((text, index) =>
        isNumber[index] === true ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const isNumber = columns.map((column) => typeof first[column] === "number");
  return [
    line(columns, isNumber),
    line(
      widths.map((width) => "─".repeat(width)),
      [],
    ),
    ...rows.map((row) =>
      line(
        columns.map((column) => cell(row[column])),
        isNumber,
      ),
    ),
  ].join("\n");
}

/** One row in full, a column a line; JSON text is laid out. */
export function formatRow(row: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(row).map((column) => column.length));
  return Object.entries(row)
    .map(([column, value]) => `${column.padEnd(width)}  ${layOut(value)}`)
    .join("\n");
}

function layOut(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return JSON.stringify(value, undefined, 2);
  if (!/^[{[]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), undefined, 2);
  } catch {
    return value;
  }
}

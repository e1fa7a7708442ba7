import Papa from "papaparse";
import type { ReadRows } from "./read-table.ts";

/**
 * Reads the rows of CSV (RFC 4180) below a line of names. A separate module: only bundles with such a table have it.
 */
export const readCsvRows: ReadRows = (text, { delimiter = "," }, onRow) => {
  let names: readonly string[] | undefined;
  let fault: string | undefined;
  let line = 1;
  let readTo = 0;
  Papa.parse<string[]>(text, {
    delimiter,
    step: ({ data: cells, errors, meta }, parser) => {
      const at = line;
      for (; readTo < meta.cursor; readTo++) if (text.charCodeAt(readTo) === 10) line += 1;
      const isBlank = cells.length === 1 && cells[0]?.trim() === "";
      const [error] = errors;
      if (error !== undefined) fault = `line ${at}: ${error.message}`;
      else if (isBlank) return;
      else if (names === undefined) {
        names = cells.map((name, index) => (index === 0 ? name.replace(/^\uFEFF/u, "") : name).trim());
        const twice = names.find((name, index) => names?.indexOf(name) !== index);
        if (twice !== undefined) fault = `line ${at}: the column "${twice}" is named twice`;
      } else {
        const row = Object.fromEntries(
          names.map((name, index) => [name, cells[index] === "" ? undefined : cells[index]]),
        );
        const isOdd = cells.length !== names.length;
        const cause = `has ${cells.length} cells, and the first line names ${names.length} columns`;
        if (onRow({ line: at, cells: row, ...(isOdd ? { fault: cause } : {}) })) return;
        parser.abort();
        return;
      }
      if (fault !== undefined) parser.abort();
    },
  });
  return fault ?? (names === undefined ? "line 1: there is no line of names" : undefined);
};

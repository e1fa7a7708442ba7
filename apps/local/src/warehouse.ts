/**
 * `pnpm warehouse "<SQL>"`: queries the warehouse of the running pipeline and prints a table, a single row in full, or
 * JSON with --json.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createProgram, parseProgram } from "@millrace/command-line";
import { findRun } from "./control/run-file.ts";
import { runCommand } from "./control/run-command.ts";
import { UsageError } from "./errors.ts";
import { formatRow, formatTable } from "./report/format-table.ts";
import { defaultStateFolder, stateFolders } from "./runtime/folders.ts";

async function exportWarehouse(controlUrl: string, file: string): Promise<void> {
  if (existsSync(file)) throw new UsageError(`${file} exists already. Give a file that does not.`);
  const response = await fetch(new URL("/warehouse/export", controlUrl), { method: "POST", body: file });
  if (!response.ok) throw new UsageError(await response.text());
  console.log(`Wrote ${file}. It holds what was loaded up to now.`);
}

await runCommand(async () => {
  const program = createProgram("warehouse")
    .description("Queries the warehouse of the running pipeline.")
    .argument("[SQL...]", 'such as "show tables"')
    .option("--export <file>", "write a copy of the warehouse that any tool with DuckDB can open")
    .option("--json", "the rows as JSON, not as a table")
    .option("--state <folder>", "of the pipeline to ask (default .local)");
  if (!parseProgram(program, process.argv.slice(2))) return;
  const values = program.opts();
  const sql = program.processedArgs[0].join(" ").trim();
  if (sql === "" && values.export === undefined) {
    throw new UsageError('Expected an SQL query, such as pnpm warehouse "show tables", or --export <file>.');
  }
  const { controlUrl } = await findRun(stateFolders(resolve(values.state ?? defaultStateFolder)));
  if (values.export !== undefined) {
    await exportWarehouse(controlUrl, resolve(values.export));
    return;
  }
  const response = await fetch(new URL("/warehouse", controlUrl), { method: "POST", body: sql });
  const text = await response.text();
  if (!response.ok) throw new UsageError(text);
  const rows = JSON.parse(text) as Record<string, unknown>[];
  const [onlyRow, ...others] = rows;
  if (values.json === true) console.log(JSON.stringify(rows, undefined, 2));
  else console.log(onlyRow !== undefined && others.length === 0 ? formatRow(onlyRow) : formatTable(rows));
});

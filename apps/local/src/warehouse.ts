/** `pnpm warehouse "<SQL>"`: queries the warehouse of the running pipeline and prints a table, or JSON with --json. */
import { parseArgs } from "node:util";
import { readRunFile } from "./control/run-file.ts";
import { runCommand } from "./control/run-command.ts";
import { UsageError } from "./errors.ts";
import { formatTable } from "./report/format-table.ts";
import { folders } from "./runtime/folders.ts";

await runCommand(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
  const sql = positionals.join(" ").trim();
  if (sql === "") throw new UsageError('Usage: pnpm warehouse [--json] "<SQL>", e.g. pnpm warehouse "show tables"');
  const { controlUrl } = readRunFile(folders.runFile);
  const response = await fetch(new URL("/warehouse", controlUrl), { method: "POST", body: sql });
  const text = await response.text();
  if (!response.ok) throw new UsageError(text);
  const rows = JSON.parse(text) as Record<string, unknown>[];
  console.log(values.json === true ? JSON.stringify(rows, undefined, 2) : formatTable(rows));
});

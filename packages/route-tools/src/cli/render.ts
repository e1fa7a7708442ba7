import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command, End, Output } from "@millrace/command-line";
import { routeDocumentSchema } from "@millrace/routes";
import { folders } from "./folders.ts";

/** The text of `schemas/routes/route-document.schema.json`. */
export function renderRouteDocumentSchema(): string {
  return `${JSON.stringify(routeDocumentSchema, null, 2)}\n`;
}

/** Adds `routes render`. */
export function addRender(program: Command, end: End, output: Output): void {
  program
    .command("render")
    .summary("writes the documents' JSON Schema")
    .option("--check", "write nothing, and say whether it is fresh")
    .action(({ check }) => end(render(check === true, output)));
}

function render(isCheck: boolean, output: Output): number {
  const file = join(folders.routes, "route-document.schema.json");
  if (!isCheck) {
    writeFileSync(file, renderRouteDocumentSchema());
    return 0;
  }
  if (readFileSync(file, "utf8") === renderRouteDocumentSchema()) return 0;
  output.err(`${file} is stale; run "routes render"`);
  return 1;
}

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { routeDocumentSchema } from "@millrace/routes";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";

/** The text of `schemas/routes/route-document.schema.json`. */
export function renderRouteDocumentSchema(): string {
  return `${JSON.stringify(routeDocumentSchema, null, 2)}\n`;
}

export const render: Command = {
  usage: "render [--check]",
  summary: "writes the documents' JSON Schema; with --check says whether it is fresh",
  async run(args, output) {
    const { values } = parseArgs({ args: [...args], options: { check: { type: "boolean" } } });
    const file = join(folders.routes, "route-document.schema.json");
    if (!values.check) {
      writeFileSync(file, renderRouteDocumentSchema());
      return 0;
    }
    if (readFileSync(file, "utf8") === renderRouteDocumentSchema()) return 0;
    output.err(`${file} is stale; run "routes render"`);
    return 1;
  },
};

/** `pnpm explain <id>`: what happened to an event of the running pipeline, hop by hop, and why it is where it is. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type EventTraces, explainEvent, formatExplanation } from "@millrace/pipeline-source";
import { loadRouteDocuments } from "@millrace/routes";
import { findRun } from "./control/run-file.ts";
import { runCommand } from "./control/run-command.ts";
import { UsageError } from "./errors.ts";
import { defaultStateFolder, routesFolder, stateFolders } from "./runtime/folders.ts";

const usage = `Usage: pnpm explain [options] <event id>
  --json            the explanation as JSON
  --state <folder>  of the pipeline to ask (default .local)`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, state: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true) {
    console.log(usage);
    return;
  }
  const [id, ...others] = positionals;
  if (id === undefined || others.length > 0) throw new UsageError(usage);
  const { controlUrl } = await findRun(stateFolders(resolve(values.state ?? defaultStateFolder)));
  const response = await fetch(new URL(`/events?id=${encodeURIComponent(id)}`, controlUrl));
  const text = await response.text();
  if (!response.ok) throw new UsageError(text);
  const explained = explainEvent(id, JSON.parse(text) as EventTraces, loadRouteDocuments(routesFolder));
  console.log(values.json === true ? JSON.stringify(explained, undefined, 2) : formatExplanation(explained));
});

/** `pnpm explain <id>`: what happened to an event of the running pipeline, hop by hop, and why it is where it is. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type EventTraces, explainEvent, exportSpans, formatExplanation } from "@millrace/pipeline-source";
import { loadRouteDocuments } from "@millrace/routes";
import { findRun } from "./control/run-file.ts";
import { runCommand } from "./control/run-command.ts";
import { UsageError } from "./errors.ts";
import { defaultStateFolder, routesFolder, stateFolders } from "./runtime/folders.ts";

const usage = `Usage: pnpm explain [options] <event id>
  --json            the explanation as JSON
  --otlp            its hops as spans, in OTLP's JSON: pipe it to a collector's /v1/traces
  --routes <folder> the route documents (default schemas/routes)
  --state <folder>  of the pipeline to ask (default .local)`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      otlp: { type: "boolean" },
      routes: { type: "string" },
      state: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
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
  const explained = explainEvent(
    id,
    JSON.parse(text) as EventTraces,
    loadRouteDocuments(resolve(values.routes ?? routesFolder)),
  );
  if (values.otlp === true) console.log(JSON.stringify(exportSpans(explained)));
  else console.log(values.json === true ? JSON.stringify(explained, undefined, 2) : formatExplanation(explained));
});

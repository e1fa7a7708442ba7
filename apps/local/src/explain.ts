/**
 * `pnpm explain <id>`: what happened to an event of the running pipeline, or of an environment, hop by hop, and why it
 * is where it is.
 */
import { resolve } from "node:path";
import { createProgram, parseProgram } from "@millrace/command-line";
import {
  type EventTraces,
  explainEvent,
  exportSpans,
  formatExplanation,
  type SearchRange,
} from "@millrace/pipeline-source";
import { loadRouteDocuments } from "@millrace/routes";
import { findRun } from "./control/run-file.ts";
import { runCommand } from "./control/run-command.ts";
import { RuntimeError, UsageError } from "./errors.ts";
import { defaultStateFolder, routesFolder, stateFolders } from "./runtime/folders.ts";

const QUARTER_HOUR_MS = 900_000;

await runCommand(async () => {
  const program = createProgram("explain")
    .description("Says what happened to an event, hop by hop, and why it is where it is.")
    .argument("<event id>")
    .option("--json", "the explanation as JSON")
    .option("--otlp", "its hops as spans, in OTLP's JSON: pipe it to a collector's /v1/traces")
    .option("--routes <folder>", "the route documents (default schemas/routes)")
    .option("--state <folder>", "of the pipeline to ask (default .local)")
    .option(
      "--stage <name>",
      'an environment instead, read with your own credentials; its names are those of "pnpm synth"',
    )
    .option(
      "--from <time>",
      "of an environment: when the event came at the earliest, such as 2026-11-29T12:00:00Z (default the time in an id " +
        "of UUID version 7, else a day ago)",
    )
    .option("--to <time>", "at the latest (default 15 minutes after --from)");
  if (!parseProgram(program, process.argv.slice(2))) return;
  const values = program.opts();
  const [id] = program.processedArgs;
  const folder = resolve(values.routes ?? routesFolder);
  const traces =
    values.stage === undefined || values.stage === "local"
      ? await askRun(id, values.state)
      : await askEnvironment(id, values.stage, folder, rangeOf(values.from, values.to));
  const explained = explainEvent(id, traces, loadRouteDocuments(folder));
  if (values.otlp === true) console.log(JSON.stringify(exportSpans(explained)));
  else console.log(values.json === true ? JSON.stringify(explained, undefined, 2) : formatExplanation(explained));
});

async function askRun(id: string, state: string | undefined): Promise<EventTraces> {
  const { controlUrl } = await findRun(stateFolders(resolve(state ?? defaultStateFolder)));
  const response = await fetch(new URL(`/events?id=${encodeURIComponent(id)}`, controlUrl));
  const text = await response.text();
  if (!response.ok) throw new UsageError(text);
  return JSON.parse(text) as EventTraces;
}

async function askEnvironment(
  id: string,
  stage: string,
  folder: string,
  range: SearchRange | undefined,
): Promise<EventTraces> {
  // Loaded for an environment alone: the pipeline on this machine is asked without the clients of AWS.
  const { openEnvironmentSource } = await import("@millrace/pipeline-source/environment");
  try {
    const source = await openEnvironmentSource({
      ...{ stage, routesFolder: folder },
      onSlowSearch: (reason) => console.error(reason),
    });
    return await source.traces(id, undefined, range);
  } catch (cause) {
    const { message } = cause as Error;
    throw new RuntimeError(
      `${message}\nThe environment is read with your own credentials, of a role that may do what ` +
        `\`pnpm --filter @millrace/infra run operator-policy ${stage} console\` prints.`,
      { cause },
    );
  }
}

function rangeOf(from: string | undefined, to: string | undefined): SearchRange | undefined {
  if (from === undefined && to === undefined) return undefined;
  const toMs = to === undefined ? Math.min(Date.now(), Date.parse(from ?? "") + QUARTER_HOUR_MS) : Date.parse(to);
  const fromMs = from === undefined ? toMs - QUARTER_HOUR_MS : Date.parse(from);
  if (fromMs < toMs) return { fromMs, toMs };
  throw new UsageError("Expected --from and --to to be times such as 2026-11-29T12:00:00Z, in order.");
}

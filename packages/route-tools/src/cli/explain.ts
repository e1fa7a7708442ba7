import { parseEventText } from "@millrace/event-pattern";
import { existsSync, readFileSync, statSync } from "node:fs";
import type { Command, End, Output } from "@millrace/command-line";
import { describeExplanation, loadRouteDocuments } from "@millrace/routes";
import { UsageError } from "../errors.ts";
import { explainRoutes } from "../explain/explain-routes.ts";
import { sharedOptions } from "./shared-options.ts";
import { readLines } from "./read-events.ts";

interface ExplainOptions {
  readonly events?: string | undefined;
  readonly routes: string;
  readonly route?: string | undefined;
  readonly json?: true | undefined;
}

/** Adds `routes explain`. */
export function addExplain(program: Command, end: End, output: Output): void {
  program
    .command("explain")
    .summary("says for each route if an event matches, or the first criterion that failed with the value seen")
    .argument("<event>", "file of an enriched event, or its id among --events")
    .option("--events <place>", "file of NDJSON, folder or s3://bucket/prefix to look the id up in")
    .addOption(sharedOptions.routes)
    .option("--route <application/route>", "this route alone")
    .option("--json", "one line of JSON for each route")
    .action((subject, options) => end(explain(subject, options, output)));
}

async function explain(subject: string, options: ExplainOptions, output: Output): Promise<number> {
  const event = await findEvent(subject, options.events);
  const explained = explainRoutes(loadRouteDocuments(options.routes), event);
  const asked = explained.filter(({ route }) => options.route === undefined || route === options.route);
  if (asked.length === 0) throw new UsageError(`There is no route ${options.route ?? ""}`);
  for (const { explanation, ...decided } of asked) {
    const { route, destination, isSampledOut, sample, reshape } = decided;
    if (options.json === true) {
      output.out(JSON.stringify({ route, destination, isSampledOut, reshape, ...explanation }));
    } else {
      const matches = isSampledOut
        ? `matches, but the sample of ${sample} leaves this event out`
        : `matches → ${destination}`;
      output.out(`${route}: ${explanation.matches ? matches : "no"}\n    ${describeExplanation(explanation)}`);
      if (explanation.matches && reshape !== undefined) output.out(`    delivered with ${reshape}`);
    }
  }
  return 0;
}

/** An enriched event from its own file, or by its id among others. */
async function findEvent(subject: string, events: string | undefined): Promise<object> {
  if (existsSync(subject)) {
    if (!statSync(subject).isFile())
      throw new UsageError(`${subject} is a folder: name the file of one enriched event, or an id with --events`);
    const value = parseEventText(readFileSync(subject, "utf8"));
    if (typeof value !== "object" || value === null) throw new UsageError(`${subject} holds no JSON object`);
    return value;
  }
  if (events === undefined)
    throw new UsageError(`There is no file ${subject}; to look an id up, say where with --events`);
  for await (const { value } of readLines(events, () => undefined)) {
    if ((value["event"] as { id?: unknown } | undefined)?.id === subject) return value;
  }
  throw new UsageError(`No event in ${events} has the id ${subject}`);
}

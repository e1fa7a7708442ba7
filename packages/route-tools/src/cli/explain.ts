import { parseEventText } from "@millrace/event-pattern";
import { existsSync, readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeExplanation, loadRouteDocuments } from "@millrace/routes";
import { UsageError } from "../errors.ts";
import { explainRoutes } from "../explain/explain-routes.ts";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";
import { readLines } from "./read-events.ts";

export const explain: Command = {
  usage:
    "explain <event.json | id --events file, folder or s3://bucket/prefix> [--routes folder] [--route application/route] [--json]",
  summary: "for each route: matched, or the first criterion that failed with the value seen",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        routes: { type: "string" },
        route: { type: "string" },
        events: { type: "string" },
        json: { type: "boolean" },
      },
    });
    const [subject] = positionals;
    if (subject === undefined) throw new UsageError(`Usage: ${explain.usage}`);
    const event = await findEvent(subject, values.events);
    const explained = explainRoutes(loadRouteDocuments(values.routes ?? folders.routes), event);
    const asked = explained.filter(({ route }) => values.route === undefined || route === values.route);
    if (asked.length === 0) throw new UsageError(`There is no route ${values.route ?? ""}`);
    for (const { explanation, ...decided } of asked) {
      const { route, destination, isSampledOut, sample, reshape } = decided;
      if (values.json) {
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
  },
};

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

import { eventIdentity } from "@millrace/event-contracts";
import { explainPattern, parseEventText } from "@millrace/event-pattern";
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeExplanation, loadRouteDocuments, nameDestination } from "@millrace/routes";
import { samplePoint } from "@millrace/routes/runtime";
import { UsageError } from "../errors.ts";

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
    const explained = loadRouteDocuments(values.routes ?? folders.routes).flatMap(({ application, routes }) =>
      routes.map((route) => ({
        id: `${application}/${route.name}`,
        route,
        explanation: explainPattern(route.pattern, event),
      })),
    );
    const asked = explained.filter(({ id }) => values.route === undefined || id === values.route);
    if (asked.length === 0) throw new UsageError(`There is no route ${values.route ?? ""}`);
    for (const { id, route, explanation } of asked) {
      const isSampledOut = explanation.matches && isLeftOut(event, route.sample);
      if (values.json) {
        output.out(
          JSON.stringify({
            route: id,
            destination: nameDestination(route.destination).name,
            isSampledOut,
            ...explanation,
          }),
        );
      } else {
        const { sample = 1, destination } = route;
        const matches = isSampledOut
          ? `matches, but the sample of ${sample} leaves this event out`
          : `matches → ${nameDestination(destination).name}`;
        const verdict = explanation.matches ? matches : "no";
        output.out(`${id}: ${verdict}\n    ${describeExplanation(explanation)}`);
      }
    }
    return 0;
  },
};

/** As the router decides, by the identity; an event without one is in no sample and out of none. */
function isLeftOut(enriched: object, sample = 1): boolean {
  const { id, source } = (enriched as { event?: { id?: unknown; source?: unknown } }).event ?? {};
  return typeof id === "string" && typeof source === "string" && samplePoint(eventIdentity({ source, id })) >= sample;
}

/** An enriched event from its own file, or by its id among others. */
async function findEvent(subject: string, events: string | undefined): Promise<object> {
  if (existsSync(subject)) {
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

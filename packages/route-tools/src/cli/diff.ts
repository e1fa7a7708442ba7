import { readRegistry } from "@millrace/contract-tools/registry";
import { eventIdentity } from "@millrace/event-contracts";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { parseArgs } from "node:util";
import { EventModel } from "../analysis/event-model.ts";
import { compareMeaning } from "../diff/compare-meaning.ts";
import { RoutesDiffer, type RoutesDiff } from "../diff/diff-routes.ts";
import { eventsNear, testEventsOfBoth, withoutSampling } from "../diff/example-events.ts";
import { renderReviewMarkdown, renderReviewText, type Review } from "../diff/render-review.ts";
import { UsageError } from "../errors.ts";
import { baseDocuments } from "./base-documents.ts";
import type { Command } from "./command.ts";
import { readEnvironmentPlaces } from "./environment-places.ts";
import { folders } from "./folders.ts";
import { readLines } from "./read-events.ts";

export const diff: Command = {
  usage:
    "diff <base: git ref or folder> [--events ndjson file, folder or s3://bucket/prefix] [--routes folder] [--schemas folder] [--environments file] [--rate events/s] [--headroom n] [--samples n] [--format text|markdown|json]",
  summary: "old against new documents: what they mean, and what they do with examples, generated and recorded events",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        events: { type: "string" },
        routes: { type: "string" },
        schemas: { type: "string" },
        environments: { type: "string" },
        rate: { type: "string" },
        headroom: { type: "string" },
        samples: { type: "string" },
        format: { type: "string" },
      },
    });
    const [base] = positionals;
    if (base === undefined) throw new UsageError(`Usage: ${diff.usage}`);
    const documents = { before: baseDocuments(base), after: loadRouteDocuments(values.routes ?? folders.routes) };
    const model = new EventModel(readRegistry(values.schemas ?? folders.schemas).registry);
    const places = readEnvironmentPlaces(values.environments);
    const unsampled = {
      before: compileRoutes(withoutSampling(documents.before)),
      after: compileRoutes(withoutSampling(documents.after)),
    };
    const samples = numberOption("samples", values.samples);
    const compare = (events: Iterable<Readonly<Record<string, unknown>>>): RoutesDiff => {
      const differ = new RoutesDiffer(unsampled.before, unsampled.after, { samples });
      for (const event of events) differ.add(event);
      return differ.result();
    };
    const near = new Map(eventsNear(documents, model).map((event) => [eventIdentity(event.event), event]));
    const recorded = values.events === undefined ? undefined : await diffRecorded(values.events);
    const review: Review = {
      meaning: compareMeaning(documents, model, places),
      examples: compare(testEventsOfBoth(documents)),
      generated: { diff: compare(near.values()), events: near },
      recorded: recorded?.diff,
    };
    const { format = "text" } = values;
    if (format === "json") output.out(JSON.stringify({ ...review, generated: review.generated.diff }, null, 2));
    else output.out(format === "markdown" ? renderReviewMarkdown(review) : renderReviewText(review));
    if (recorded !== undefined) output.err(recorded.note);
    return 0;

    async function diffRecorded(location: string): Promise<{ diff: RoutesDiff; note: string }> {
      const differ = new RoutesDiffer(compileRoutes(documents.before), compileRoutes(documents.after), {
        ratePerSecond: numberOption("rate", values.rate),
        headroom: numberOption("headroom", values.headroom),
        samples,
      });
      const started = performance.now();
      let bad = 0;
      for await (const { value } of readLines(location, () => (bad += 1))) if (!differ.add(value)) bad += 1;
      const diff = differ.result();
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      const note = `${diff.events} events in ${seconds} s${bad > 0 ? `; ${bad} lines are no enriched event` : ""}`;
      return { diff, note };
    }
  },
};

function numberOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new UsageError(`Expected --${name} to be a number above 0, got ${text}`);
  return value;
}

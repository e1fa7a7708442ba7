import { type Command, type End, Option, type Output, positiveNumber, wholeNumber } from "@millrace/command-line";
import { readRegistry } from "@millrace/contract-tools/registry";
import { eventIdentity } from "@millrace/event-contracts";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { EventModel } from "../analysis/event-model.ts";
import { compareMeaning } from "../diff/compare-meaning.ts";
import { RoutesDiffer, type RoutesDiff } from "../diff/diff-routes.ts";
import { eventsNear, testEventsOfBoth, withoutSampling } from "../diff/example-events.ts";
import { renderReviewMarkdown, renderReviewText, type Review } from "../diff/render-review.ts";
import { baseDocuments } from "./base-documents.ts";
import { readEnvironmentPlaces } from "./environment-places.ts";
import { sharedOptions } from "./shared-options.ts";
import { readLines } from "./read-events.ts";

const formats = ["text", "markdown", "json"] as const;

interface DiffOptions {
  readonly events?: string | undefined;
  readonly routes: string;
  readonly schemas: string;
  readonly environments: string;
  readonly rate?: number | undefined;
  readonly headroom?: number | undefined;
  readonly samples?: number | undefined;
  readonly format: (typeof formats)[number];
}

/** Adds `routes diff`. */
export function addDiff(program: Command, end: End, output: Output): void {
  program
    .command("diff")
    .summary("compares new documents with old ones by what they mean and do")
    .description(
      "Compares new documents with old ones: what they mean, and what they do with examples, generated and recorded " +
        "events.",
    )
    .argument("<base>", "git ref or folder of the old documents")
    .option("--events <place>", "recorded events: file of NDJSON, folder or s3://bucket/prefix")
    .addOption(sharedOptions.routes)
    .addOption(sharedOptions.schemas)
    .addOption(sharedOptions.environments)
    .option("--rate <n>", "events a second that the recorded ones stand for", positiveNumber)
    .option("--headroom <n>", "times the rate that shards are sized for", positiveNumber)
    .option("--samples <n>", "identities that are named of each route", wholeNumber(1))
    .addOption(new Option("--format <form>", "form of the answer").choices(formats).default("text" as const))
    .action((base, options) => end(diff(base, options, output)));
}

async function diff(base: string, options: DiffOptions, output: Output): Promise<number> {
  const documents = { before: baseDocuments(base), after: loadRouteDocuments(options.routes) };
  const model = new EventModel(readRegistry(options.schemas).registry);
  const places = readEnvironmentPlaces(options.environments);
  const unsampled = {
    before: compileRoutes(withoutSampling(documents.before)),
    after: compileRoutes(withoutSampling(documents.after)),
  };
  const { samples, format } = options;
  const compare = (events: Iterable<Readonly<Record<string, unknown>>>): RoutesDiff => {
    const differ = new RoutesDiffer(unsampled.before, unsampled.after, { samples });
    for (const event of events) differ.add(event);
    return differ.result();
  };
  const near = new Map(eventsNear(documents, model).map((event) => [eventIdentity(event.event), event]));
  const recorded = options.events === undefined ? undefined : await diffRecorded(options.events);
  const review: Review = {
    meaning: compareMeaning(documents, model, places),
    examples: compare(testEventsOfBoth(documents)),
    generated: { diff: compare(near.values()), events: near },
    recorded: recorded?.diff,
  };
  if (format === "json") output.out(JSON.stringify({ ...review, generated: review.generated.diff }, null, 2));
  else output.out(format === "markdown" ? renderReviewMarkdown(review) : renderReviewText(review));
  if (recorded !== undefined) output.err(recorded.note);
  return 0;

  async function diffRecorded(location: string): Promise<{ diff: RoutesDiff; note: string }> {
    const differ = new RoutesDiffer(compileRoutes(documents.before), compileRoutes(documents.after), {
      ratePerSecond: options.rate,
      headroom: options.headroom,
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
}

import { askedIdentity, type GeneratedEvent } from "../generate/generate-events.ts";
import type { MeaningChange } from "./compare-meaning.ts";
import type { RoutesDiff } from "./diff-routes.ts";
import { renderDiffText, renderRoutes, renderTraffic } from "./render-diff.ts";

/** Renders the meaning of a change of the documents, and its effect on three kinds of events. */
export interface Review {
  readonly meaning: readonly MeaningChange[];
  readonly examples: RoutesDiff;
  readonly generated: { readonly diff: RoutesDiff; readonly events: ReadonlyMap<string, GeneratedEvent> };
  /** Absent without a recording. */
  readonly recorded: RoutesDiff | undefined;
}

const MAX_SHOWN = 3;
const NOTHING = "Nothing but spelling, tests or descriptions.";
const NO_TRAFFIC = "None was given, so nothing is said of rates, shards and prices.";

/** The review as Markdown for a comment on a pull request. */
export function renderReviewMarkdown({ meaning, examples, generated, recorded }: Review): string {
  const lines = meaning.map(({ kind, subject, text }) => `- **${kind}** \`${subject}\`: ${text}`);
  return `${[
    "### What this change of the routes means",
    "",
    ...(lines.length === 0 ? [NOTHING] : lines),
    "",
    "### What it does with events",
    "",
    `**Inline tests of both sides** (${examples.events} events; they are no traffic)`,
    "",
    renderRoutes(examples),
    "",
    `**Generated events** (made up near the patterns; these are delivered by exactly one side)`,
    "",
    ...differences(generated).map((line) => `- ${line}`),
    "",
    "**Recorded sample**",
    "",
    recorded === undefined ? NO_TRAFFIC : renderTraffic(recorded),
  ].join("\n")}\n`;
}

/** The review for a terminal. */
export function renderReviewText({ meaning, examples, generated, recorded }: Review): string {
  const plain = (text: string): string => text.replaceAll(/\*\*|`/g, "");
  const width = Math.max(0, ...meaning.map(({ kind }) => kind.length));
  return [
    "What the change means",
    ...(meaning.length === 0
      ? [NOTHING]
      : meaning.map(({ kind, subject, text }) => `${kind.padEnd(width)}  ${subject}: ${plain(text)}`)
    ).map((line) => `  ${line}`),
    "",
    `Inline tests of both sides: ${examples.events} events, no traffic`,
    ...moved(examples).map((line) => `  ${line}`),
    "",
    "Generated events that exactly one side delivers",
    ...differences(generated).map((line) => `  ${plain(line)}`),
    "",
    "Recorded sample",
    recorded === undefined ? `  ${NO_TRAFFIC}` : renderDiffText(recorded),
  ].join("\n");
}

function moved({ routes }: RoutesDiff): string[] {
  const changed = routes.filter(({ gained, lost }) => gained + lost > 0);
  if (changed.length === 0) return ["No route gains or loses one of these."];
  return changed.map(({ route, gained, lost }) => `${route}: +${gained} −${lost}`);
}

/** Which generated events a route gains or loses, each by the values that the patterns look at. */
function differences({ diff, events }: Review["generated"]): string[] {
  const lines = diff.routes.flatMap(({ route, gained, lost, gainedIds, lostIds }) => [
    ...(lost === 0 ? [] : [`lost by \`${route}\`: ${shown(lost, lostIds, events)}`]),
    ...(gained === 0 ? [] : [`gained by \`${route}\`: ${shown(gained, gainedIds, events)}`]),
  ]);
  return lines.length === 0 ? ["No route gains or loses one of these."] : lines;
}

function shown(count: number, ids: readonly string[], events: ReadonlyMap<string, GeneratedEvent>): string {
  const texts = new Set(ids.map((id) => `\`${JSON.stringify(essence(events.get(id)))}\``));
  return `${count}, such as ${[...texts].slice(0, MAX_SHOWN).join(", ")}`;
}

/** The parts of a made-up event that say something; the rest is the same in all. */
function essence(event: GeneratedEvent | undefined): object {
  const type = event?.event["type"];
  const data = event?.event["data"];
  const status = (event?.["validation"] as { status?: unknown } | undefined)?.status;
  const enrichment = event?.["enrichment"] as object | undefined;
  return {
    ...(event && askedIdentity(event)),
    ...{ type, status, data: scalarsOf(data) },
    ...(Object.keys(enrichment ?? {}).length > 0 && { enrichment }),
  };
}

function scalarsOf(data: unknown): object {
  return Object.fromEntries(Object.entries(data ?? {}).filter(([, value]) => typeof value !== "object"));
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nameDestination } from "@millrace/routes";
import { type EventCopy, explainEvent, type PipelineSource, type SearchRange } from "@millrace/pipeline-source";
import type { ApplicationFigures, EventsAnswer, ExplainAnswer, PipelineAnswer } from "../api.ts";
import type { EventFeed } from "../events/event-feed.ts";
import { parseEventQuery } from "../events/event-query.ts";
import { maxCopies, maxCopyText, maxSearchLimit } from "../events/limits.ts";
import { searchEvents } from "../events/search-events.ts";

const runbooks = join(import.meta.dirname, "..", "..", "..", "..", "docs", "runbooks.md");

/** Everything that answers read from. */
export interface AnswerSources {
  readonly source: PipelineSource;
  readonly feed: EventFeed;
}

export async function answerPipeline({ source }: AnswerSources, signal: AbortSignal): Promise<PipelineAnswer> {
  const [description, hops, history, changes, alarms, objectives] = await Promise.all([
    source.describe(signal),
    source.hops(signal),
    source.history(signal),
    source.changes(signal),
    source.alarms(signal),
    source.objectives(signal),
  ]);
  const { writeKey: _secret, ...shown } = description;
  return { nowMs: Date.now(), description: shown, hops, history, changes, alarms, objectives: objectives ?? null };
}

export async function answerEvents(
  { source, feed }: AnswerSources,
  params: URLSearchParams,
  signal: AbortSignal,
): Promise<EventsAnswer> {
  const limit = Math.min(maxSearchLimit, wholeNumber(params, "limit", 100));
  const query = parseEventQuery(params.get("q") ?? "", Date.now());
  const [before, after] = [params.get("before") ?? undefined, params.get("after") ?? undefined];
  const found = await searchEvents(source, query, { limit, before, after, signal });
  return { ...found, totals: await feed.totals() };
}

/** The newest events, oldest first: what a live tail begins with. */
export async function answerRecent({ feed }: AnswerSources): Promise<Pick<EventsAnswer, "events" | "totals">> {
  return { events: await feed.recent(), totals: await feed.totals() };
}

export async function answerExplain(
  { source }: AnswerSources,
  params: URLSearchParams,
  signal: AbortSignal,
): Promise<ExplainAnswer> {
  const id = params.get("id") ?? "";
  if (id === "") throw new RangeError("GET api/explain?id=<event id> takes the id of an event.");
  const startedMs = performance.now();
  const traces = await source.traces(id, signal, rangeOf(params));
  const explained = explainEvent(id, traces, source.routes());
  const isRawShown = params.get("raw") === "1";
  return {
    explained,
    enriched: traces.enriched.slice(-maxCopies).map(cutCopy),
    delivered: traces.delivered.slice(-maxCopies).map(cutCopy),
    raw: isRawShown ? traces.raw.slice(-maxCopies).map(cutCopy) : null,
    tookMs: Math.round(performance.now() - startedMs),
  };
}

/** @throws RangeError for a time that is none */
function rangeOf(params: URLSearchParams): SearchRange | undefined {
  const [from, to] = [params.get("from"), params.get("to")];
  if (from === null) return undefined;
  const range = { fromMs: Date.parse(from), toMs: to === null ? Date.now() : Date.parse(to) };
  if (range.fromMs < range.toMs) return range;
  throw new RangeError("Expected `from` and `to` to be times such as 2026-11-29T12:00:00Z, in order.");
}

const cutCopy = (copy: EventCopy): EventCopy =>
  copy.text.length <= maxCopyText ? copy : { ...copy, text: copy.text.slice(0, maxCopyText).toWellFormed() };

export function answerRoutes({ source }: AnswerSources): readonly ApplicationFigures[] {
  return source.routes().map(({ application, owner, description, clearance, routes }) => ({
    application,
    owner,
    description: description ?? "",
    clearance: clearance ?? [],
    routes: routes.map(({ name, description: about, destination, pattern, sample, tests }) => {
      const { kind, name: destinationName } = nameDestination(destination);
      return {
        name,
        description: about,
        destination: destinationName,
        kind: kind.kind,
        pattern,
        sample: sample ?? null,
        tests: tests.length,
      };
    }),
  }));
}

/** A section of the runbooks. @throws RangeError when there is none of the name */
export async function answerRunbook(params: URLSearchParams): Promise<{ readonly text: string }> {
  const name = params.get("section") ?? "";
  const sections = (await readFile(runbooks, "utf8")).split(/^## /m).slice(1);
  const found = sections.find((section) => section.split("\n", 1)[0]?.trim() === name);
  if (found === undefined) throw new RangeError(`docs/runbooks.md has no section "${name.slice(0, 60)}".`);
  return { text: found.slice(found.indexOf("\n") + 1).trim() };
}

function wholeNumber(params: URLSearchParams, name: string, otherwise: number): number {
  const text = params.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`Expected \`${name}\` to be a whole number above 0, got "${text.slice(0, 40)}".`);
  }
  return value;
}

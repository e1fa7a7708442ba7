import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nameDestination, type Route } from "@millrace/routes";
import {
  type Change,
  type EventCopy,
  explainEvent,
  type PipelineSource,
  type SearchRange,
} from "@millrace/pipeline-source";
import type {
  ApplicationFigures,
  BadRowAnswer,
  ContractFigures,
  EventsAnswer,
  ExplainAnswer,
  PipelineAnswer,
  RouteFigures,
} from "../api.ts";
import { listContracts } from "../contracts/list-contracts.ts";
import type { EventFeed } from "../events/event-feed.ts";
import { parseEventQuery } from "../events/event-query.ts";
import { MAX_COPIES, MAX_COPY_TEXT, MAX_SEARCH_LIMIT } from "../events/limits.ts";
import { searchEvents } from "../events/search-events.ts";
import type { RouteFlows } from "../routes/route-flows.ts";

const runbooks = join(import.meta.dirname, "..", "..", "..", "..", "docs", "runbooks.md");

/** Everything that answers read from. */
export interface AnswerSources {
  readonly source: PipelineSource;
  readonly feed: EventFeed;
  readonly flows: RouteFlows;
}

/** Changes as the pipeline tells them; an environment tells none of its deployments, but its events do. */
export async function readChanges({ source, feed }: AnswerSources, signal: AbortSignal): Promise<readonly Change[]> {
  const [told, { stepMs }] = await Promise.all([source.changes(signal), source.describe(signal)]);
  if (stepMs === undefined) return told;
  const seen = feed
    .changes()
    .map(({ atMs, text }, index): Change => ({ number: -1 - index, atMs, kind: "takeover", text }));
  return [...told, ...seen].sort((one, other) => one.atMs - other.atMs);
}

export async function answerPipeline(sources: AnswerSources, signal: AbortSignal): Promise<PipelineAnswer> {
  const { source } = sources;
  const [description, hops, history, changes, alarms, objectives] = await Promise.all([
    source.describe(signal),
    source.hops(signal),
    source.history(signal),
    readChanges(sources, signal),
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
  const limit = Math.min(MAX_SEARCH_LIMIT, wholeNumber(params, "limit", 100));
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
    enriched: traces.enriched.slice(-MAX_COPIES).map(cutCopy),
    delivered: traces.delivered.slice(-MAX_COPIES).map(cutCopy),
    raw: isRawShown ? traces.raw.slice(-MAX_COPIES).map(cutCopy) : null,
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
  copy.text.length <= MAX_COPY_TEXT ? copy : { ...copy, text: copy.text.slice(0, MAX_COPY_TEXT).toWellFormed() };

export async function answerRoutes(
  { source, flows }: AnswerSources,
  signal: AbortSignal,
): Promise<readonly ApplicationFigures[]> {
  const [hops, nowMs] = [await source.hops(signal), Date.now()];
  const describeRoute = async (application: string, route: Route): Promise<RouteFigures> => {
    const { name, description, destination, pattern, sample, tests } = route;
    const { kind, name: destinationName } = nameDestination(destination);
    const [flow, unread] = await flows.of(`${application}/${name}`, destinationName, hops, nowMs).then(
      (found) => [found, null] as const,
      (error: unknown) => [null, (error as Error).message] as const,
    );
    return {
      ...{ name, description, destination: destinationName, kind: kind.kind, pattern, sample: sample ?? null },
      ...{ tests: tests.length, flow, unread },
    };
  };
  return Promise.all(
    source.routes().map(async ({ application, owner, description, clearance, routes }) => ({
      ...{ application, owner, description: description ?? "", clearance: clearance ?? [] },
      routes: await Promise.all(routes.map((route) => describeRoute(application, route))),
    })),
  );
}

export async function answerContracts({ source, feed }: AnswerSources): Promise<readonly ContractFigures[]> {
  return listContracts(source.routes(), await feed.quality());
}

/** A bad row by the sequence number of the record that it was made of, which lists name it by. */
export async function answerBadRow(
  { source }: AnswerSources,
  params: URLSearchParams,
  signal: AbortSignal,
): Promise<BadRowAnswer> {
  const id = params.get("id") ?? "";
  if (!/^\d{1,60}$/.test(id)) throw new RangeError("GET api/bad-row?id=<sequence number> takes that of its record.");
  const { streams } = await source.describe(signal);
  const { lines } = await source.readLines({ stream: streams.badRows, limit: 1, contains: [`"${id}"`] }, signal);
  const [row] = lines;
  if (row === undefined || params.get("raw") !== "1")
    return { row: row === undefined ? null : cutCopy(row), raw: null };
  const { origin } = JSON.parse(row.text) as { readonly origin: { readonly stream: string; readonly shardId: string } };
  const place = { streamName: origin.stream, shardId: origin.shardId, sequenceNumber: id };
  const raw = await source.readRecord(place, signal);
  return { row: cutCopy(row), raw: raw.length === 0 ? null : raw.slice(0, MAX_COPIES).map(cutCopy) };
}

export async function answerRefusedLine(
  { source }: AnswerSources,
  params: URLSearchParams,
  signal: AbortSignal,
): Promise<{ readonly text: string }> {
  const place = { object: params.get("object") ?? "", line: wholeNumber(params, "line", 1) };
  const text = await source.readRefusedLine(place, signal);
  return { text: text.slice(0, MAX_COPY_TEXT).toWellFormed() };
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

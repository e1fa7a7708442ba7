import { revisionOf } from "@millrace/event-contracts";
import type { Findings, FoundCopy, PlaceFinding } from "./find.ts";
import type { PersonPseudonym } from "./person/person.ts";
import { readObject } from "@millrace/stored-events";
import type { Sighting } from "./sighting.ts";

/** Everything the pipeline holds of a person, for the person. */
export interface AccessReport {
  readonly stage: string;
  readonly at: string;
  /** The names under which they were looked for, without the values. */
  readonly classes: readonly string[];
  readonly keyIds: readonly string[];
  readonly places: readonly PlaceFinding[];
  readonly bySourceAndType: readonly TypeCount[];
  /** Each event once, the best copy of it, from the oldest. */
  readonly events: readonly ReportedEvent[];
}

interface TypeCount {
  readonly source: string;
  readonly type: string;
  readonly events: number;
  readonly first: string | undefined;
  readonly last: string | undefined;
}

interface ReportedEvent extends Omit<Sighting, "text" | "origin"> {
  /** Places that have a copy. */
  readonly stores: readonly string[];
  /** The event as the pipeline holds it; its text where it is no JSON. */
  readonly event: unknown;
}

/** Makes the report of an access request. It holds data of the person: keep it as you would keep their events. */
export function accessReport(
  { places, copies }: Findings,
  {
    stage,
    at,
    pseudonyms,
  }: { readonly stage: string; readonly at: string; readonly pseudonyms: readonly PersonPseudonym[] },
): AccessReport {
  const events = eventsOf(copies);
  return {
    stage,
    at,
    classes: distinct(pseudonyms.map((pseudonym) => pseudonym.class)),
    keyIds: distinct(pseudonyms.map(({ keyId }) => keyId)),
    places,
    bySourceAndType: countTypes(events),
    events,
  };
}

/** One for each identity; bad rows and other texts without one by their text. */
function eventsOf(copies: readonly FoundCopy[]): readonly ReportedEvent[] {
  const byEvent = new Map<string, FoundCopy[]>();
  for (const copy of copies) {
    const { source, id, text } = copy.sighting;
    const key = source === undefined || id === undefined ? text : JSON.stringify([source, id]);
    byEvent.set(key, [...(byEvent.get(key) ?? []), copy]);
  }
  const events = [...byEvent.values()].map((group): ReportedEvent => {
    const [{ sighting: best } = group[0] as FoundCopy] = group.toSorted((a, b) => compareText(rank(b), rank(a)));
    const { source, id, type, at, status, text } = best;
    return {
      source,
      id,
      type,
      at,
      status,
      stores: distinct(group.map(({ store }) => store)),
      event: readObject(text) ?? text,
    };
  });
  return events.toSorted((a, b) => compareText(a.at ?? "", b.at ?? ""));
}

/** Whole enriched events before copies of destinations and raw events; among them the better revision. */
function rank({ sighting: { status, text } }: FoundCopy): string {
  const value = readObject(text);
  const isEnriched = ["valid", "invalid", "unknown"].includes(status);
  if (!isEnriched) return `0${status === "raw" ? "1" : "0"}`;
  return `1${revisionOf(value as unknown as Parameters<typeof revisionOf>[0])}`;
}

function countTypes(events: readonly ReportedEvent[]): readonly TypeCount[] {
  const groups = new Map<string, ReportedEvent[]>();
  for (const event of events) {
    const key = JSON.stringify([event.source ?? "?", event.type ?? "?"]);
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups]
    .map(([key, group]) => {
      const [source, type] = JSON.parse(key) as [string, string];
      return { source, type, events: group.length, first: group[0]?.at, last: group.at(-1)?.at };
    })
    .toSorted((a, b) => compareText(a.source + a.type, b.source + b.type));
}

/** The places as a table of text, for a terminal and for Markdown alike. */
export function placeTable(places: readonly PlaceFinding[]): string {
  return table(
    ["store", "place", "copies", "in", "first", "last", "note"],
    places.map(({ store, place, copies, containers, first = "", last = "", unreadable, agesOutAt }) => [
      store,
      place,
      String(copies),
      copies === 0 || containers.length === 0 ? "" : String(containers.length),
      first,
      last,
      [
        ...(agesOutAt === undefined ? [] : [`gone by ${agesOutAt}`]),
        ...(unreadable === 0 ? [] : [`${unreadable} cannot be read`]),
      ].join(", "),
    ]),
  );
}

/** The report as a person reads it. */
export function renderReport({ stage, at, classes, keyIds, places, bySourceAndType, events }: AccessReport): string {
  return [
    "# Your data in the event pipeline",
    "",
    `Looked up on ${at} in the environment \`${stage}\`, by ${classes.join(", ")}, under the keys ${keyIds.join(", ")}.`,
    "Masked values are shown as they are stored: nobody can turn them back.",
    "",
    "## Where it is",
    placeTable(places),
    "",
    `## What it is: ${events.length} events`,
    table(
      ["source", "type", "events", "first", "last"],
      bySourceAndType.map(({ source, type, events: count, first = "", last = "" }) => [
        source,
        type,
        String(count),
        first,
        last,
      ]),
    ),
    ...events.flatMap(({ at: time = "no time", type = "unreadable", source = "?", status, stores, event }) => [
      "",
      `### ${time} · ${type}`,
      `From ${source}, ${status}; in: ${stores.join(", ")}.`,
      "```json",
      typeof event === "string" ? event : JSON.stringify(event, undefined, 2),
      "```",
    ]),
    "",
  ].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n");
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

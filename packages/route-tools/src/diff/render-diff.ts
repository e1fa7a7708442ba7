import { destinationKinds } from "@millrace/destinations/kinds";
import type { RouteDiff, RoutesDiff, StreamDiff } from "./diff-routes.ts";
import type { Sizing } from "./stream-load.ts";

const MAX_FIELDS_SHOWN = 12;

const count = (value: number): string => value.toLocaleString("en-US");
const rate = (value: number): string =>
  value >= 100 ? count(Math.round(value)) : String(Math.round(value * 100) / 100);
const dollars = (value: number): string => `$${count(Math.round(value))}`;

const ROUTE_HEADS = ["route", "change", "before", "after", "gained", "lost"];
const STREAM_HEADS = ["destination", "records/s", "shards", "provisioned $/month", "on-demand $/month", "new fields"];

function routeRow({ route, change, before, after, gained, lost }: RouteDiff): string[] {
  return [
    route,
    change,
    count(before),
    count(after),
    gained === 0 ? "" : `+${count(gained)}`,
    lost === 0 ? "" : `−${count(lost)}`,
  ];
}

function streamRow({ stream, kind, before, after, newFields }: StreamDiff): string[] {
  const both = (show: (sizing: Sizing) => string): string => {
    const [was, is] = [before, after].map((sizing) => (sizing === undefined ? "–" : show(sizing)));
    return was === is ? (is ?? "") : `${was ?? ""} → ${is ?? ""}`;
  };
  const onlyOfStreams = (value: number | undefined, show: (value: number) => string): string =>
    value === undefined ? "–" : show(value);
  return [
    `${destinationKinds[kind].property} ${stream}`,
    both(({ recordsPerSecond }) => rate(recordsPerSecond)),
    both(({ shards }) => onlyOfStreams(shards, String)),
    both(({ provisionedPerMonth }) => onlyOfStreams(provisionedPerMonth, dollars)),
    both(({ onDemandPerMonth }) => dollars(onDemandPerMonth)),
    newFields.length === 0 ? "" : `${newFields.length}`,
  ];
}

function summary({ events, copies, seconds, unmatchedBefore, unmatchedAfter }: RoutesDiff): string {
  const left = copies === 0 ? "" : ` (${count(copies)} copies left out)`;
  return `${count(events)} events${left}, taken as ${rate(events / seconds)} a second; matched by no route: ${count(unmatchedBefore)} → ${count(unmatchedAfter)}.`;
}

/** The difference as tables for a terminal. */
export function renderDiffText(diff: RoutesDiff): string {
  const routes = alignColumns([ROUTE_HEADS, ...diff.routes.map(routeRow)]);
  const streams = alignColumns([STREAM_HEADS, ...diff.streams.map(streamRow)]);
  const samples = diff.routes.flatMap(({ route, gainedIds, lostIds }) => [
    ...gainedIds.map((id) => `  + ${route}  ${id}`),
    ...lostIds.map((id) => `  − ${route}  ${id}`),
  ]);
  const fields = diff.streams
    .filter(({ newFields, before }) => newFields.length > 0 && before !== undefined)
    .map(({ stream, newFields }) => `  ${stream}: ${newFields.join(", ")}`);
  return [
    summary(diff),
    "",
    routes,
    "",
    streams,
    ...(fields.length === 0 ? [] : ["", "Fields newly delivered", ...fields]),
    ...(samples.length === 0 ? [] : ["", "Sample identities", ...samples]),
  ].join("\n");
}

/**
 * Renders the findings of a recorded sample as Markdown: the only events that are traffic, and so have a rate and a
 * price.
 */
export function renderTraffic(diff: RoutesDiff): string {
  const sections = [
    summary(diff),
    "",
    renderRoutes(diff),
    "",
    markdownTable(STREAM_HEADS, diff.streams.map(streamRow)),
  ];
  for (const { stream, newFields: fields } of diff.streams.filter(({ newFields }) => newFields.length > 0)) {
    const shown = fields
      .slice(0, MAX_FIELDS_SHOWN)
      .map((field) => `\`${field}\``)
      .join(", ");
    const more = fields.length > MAX_FIELDS_SHOWN ? ` and ${fields.length - MAX_FIELDS_SHOWN} more` : "";
    sections.push("", `**Newly delivered to \`${stream}\`:** ${shown}${more}`);
  }
  const samples = diff.routes.flatMap(({ route, gainedIds, lostIds }) => [
    ...gainedIds.map((id) => `- gained by \`${route}\`: \`${id}\``),
    ...lostIds.map((id) => `- lost by \`${route}\`: \`${id}\``),
  ]);
  if (samples.length > 0)
    sections.push("", "<details><summary>Sample events</summary>", "", ...samples, "", "</details>");
  return sections.join("\n");
}

/** The routes that gain or lose some of the events, as a table. */
export function renderRoutes({ routes }: RoutesDiff): string {
  const changed = routes.filter(({ change }) => change !== "same");
  if (changed.length === 0) return "No route gains or loses one of these.";
  const same = routes.length - changed.length;
  const rest = same === 0 ? "" : `\n\n${same} other route(s) deliver the same of these as before.`;
  return markdownTable(ROUTE_HEADS, changed.map(routeRow)) + rest;
}

function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    )
    .join("\n");
}

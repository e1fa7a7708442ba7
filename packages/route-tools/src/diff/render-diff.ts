import type { RouteDiff, RoutesDiff, StreamDiff } from "./diff-routes.ts";
import type { Sizing } from "./stream-load.ts";

const MAX_FIELDS_SHOWN = 12;

const count = (value: number): string => value.toLocaleString("en-US");
const rate = (value: number): string =>
  value >= 100 ? count(Math.round(value)) : String(Math.round(value * 100) / 100);
const dollars = (value: number): string => `$${count(Math.round(value))}`;

const ROUTE_HEADS = ["route", "change", "before", "after", "gained", "lost"];
const STREAM_HEADS = ["stream", "records/s", "shards", "provisioned $/month", "on-demand $/month", "new fields"];

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

function streamRow({ stream, before, after, newFields }: StreamDiff): string[] {
  const both = (show: (sizing: Sizing) => string): string => {
    const [was, is] = [before, after].map((sizing) => (sizing === undefined ? "–" : show(sizing)));
    return was === is ? (is ?? "") : `${was ?? ""} → ${is ?? ""}`;
  };
  return [
    stream,
    both(({ recordsPerSecond }) => rate(recordsPerSecond)),
    both(({ shards }) => String(shards)),
    both(({ provisionedPerMonth }) => dollars(provisionedPerMonth)),
    both(({ onDemandPerMonth }) => dollars(onDemandPerMonth)),
    newFields.length === 0 ? "" : `${newFields.length}`,
  ];
}

function summary({ events, seconds, unmatchedBefore, unmatchedAfter }: RoutesDiff): string {
  return `${count(events)} events, taken as ${rate(events / seconds)} a second; matched by no route: ${count(unmatchedBefore)} → ${count(unmatchedAfter)}.`;
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

/** The difference as Markdown for a comment on a pull request. */
export function renderDiffMarkdown(diff: RoutesDiff): string {
  const changed = diff.routes.filter(({ change }) => change !== "same");
  const same = diff.routes.length - changed.length;
  const newFields = diff.streams.filter(({ newFields: fields }) => fields.length > 0);
  const sections = [`### What this change routes`, "", summary(diff), ""];
  if (changed.length === 0) sections.push("No route gains or loses an event of these.");
  else sections.push(markdownTable(ROUTE_HEADS, changed.map(routeRow)));
  if (same > 0 && changed.length > 0) sections.push("", `${same} other route(s) deliver the same events as before.`);
  sections.push("", markdownTable(STREAM_HEADS, diff.streams.map(streamRow)));
  for (const { stream, newFields: fields } of newFields) {
    const shown = fields
      .slice(0, MAX_FIELDS_SHOWN)
      .map((field) => `\`${field}\``)
      .join(", ");
    const more = fields.length > MAX_FIELDS_SHOWN ? ` and ${fields.length - MAX_FIELDS_SHOWN} more` : "";
    sections.push("", `**Newly delivered to \`${stream}\`:** ${shown}${more}`);
  }
  const samples = changed.flatMap(({ route, gainedIds, lostIds }) => [
    ...gainedIds.map((id) => `- gained by \`${route}\`: \`${id}\``),
    ...lostIds.map((id) => `- lost by \`${route}\`: \`${id}\``),
  ]);
  if (samples.length > 0)
    sections.push("", "<details><summary>Sample events</summary>", "", ...samples, "", "</details>");
  return `${sections.join("\n")}\n`;
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

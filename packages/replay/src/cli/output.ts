import type { CloudJob, Cost } from "../plan/cost.ts";
import type { Survey } from "../plan/survey.ts";
import type { JobProgress, ReplayJob } from "../job/job.ts";
import type { ReplayCounts } from "../ledger/counts.ts";
import { LEAST_SHARE } from "../limits.ts";
import type { StoredReplay } from "../ledger/ledger.ts";
import type { Rate } from "../run/pace.ts";

/** Where a command writes, so that tests can read it. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** Replaces the last line of a terminal; absent where there is none. */
  readonly line?: ((text: string) => void) | undefined;
}

const MOST = 8;

/** How long a replay takes: at its rate, and at the least rate where it yields to live traffic. */
export interface Takes {
  readonly seconds: number;
  readonly longestSeconds?: number | undefined;
}

export function describeSurvey(survey: Survey, cost: Cost, rate: Rate, { seconds, longestSeconds }: Takes): string {
  const { seen, selected, put, bytes, parts, skipped, by, samples, firstMs, lastMs } = survey;
  const lines = [
    `${selected} of ${seen} events are selected, in ${parts} parts; ${put} would be put (${size(bytes)}).`,
  ];
  if (firstMs !== undefined && lastMs !== undefined) {
    lines.push(`From ${new Date(firstMs).toISOString()} to ${new Date(lastMs).toISOString()}.`);
  }
  for (const [name, counts] of Object.entries(by)) if (counts.size > 0) lines.push(`  by ${name}: ${list(counts)}`);
  for (const [reason, count] of skipped) lines.push(`  not put, ${reason}: ${count}${adviceOn(reason)}`);
  if (samples.length > 0) lines.push("Samples");
  for (const { place, id, source, type, at } of samples) {
    lines.push(`  ${at}  ${type ?? "?"}  ${source ?? "?"}  ${id ?? "?"}  ${place}`);
  }
  lines.push(
    `At ${rate.events.toFixed(0)} events/s it takes ${duration(seconds)} and costs about $${cost.dollars.toFixed(4)} at list prices of ${cost.asOf}, without the warehouse.`,
  );
  if (longestSeconds !== undefined && put > 0) {
    lines.push(
      `Where live events would come later it slows down: to a ${1 / LEAST_SHARE}th at the least, which takes ${duration(longestSeconds)}. --rate keeps a rate.`,
    );
  }
  return lines.join("\n");
}

function list(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, MOST).map(([key, count]) => `${key} ${count}`);
  return `${shown.join(", ")}${sorted.length > MOST ? `, and ${sorted.length - MOST} more` : ""}`;
}

const advice: Readonly<Record<string, string>> = {
  masked: " (masked already: take them from raw, or --into destination:<name>)",
  "no-route": " (no present route leads there: merge and publish the route first)",
  "not-better": " (not valid by the contracts of this checkout)",
  "unreadable: no-key": " (a retired key: give it with --keys)",
  "unreadable: no-payload": " (nothing was kept: read the record at origin from the raw stream)",
  "unreadable: cut": " (longer than what is kept: its source sends it again)",
  "unreadable: several-lines": " (rows of a record that was set aside: put their payloads together, docs/bad-rows.md)",
  "unreadable: of-the-router": " (lines of the enriched stream: docs/bad-rows.md)",
};

const adviceOn = (reason: string): string => advice[reason] ?? "";

export function describeCounts({ seen, selected, put, found, bytes, ambiguous, skipped }: ReplayCounts): string {
  const left = Object.entries(skipped).map(([reason, count]) => `${count} not put (${reason})`);
  const more = [
    ...(found > 0 ? [`${found} found put already by a run that was cut off`] : []),
    ...(ambiguous > 0 ? [`${ambiguous} perhaps twice, with the same revision`] : []),
    ...left,
  ];
  return `${put} put (${size(bytes)}) of ${selected} selected and ${seen} seen${more.length > 0 ? `; ${more.join(", ")}` : ""}`;
}

export function describeJobPlan(
  { groups, workers, objects, dollars, seconds, asOf }: CloudJob,
  isAsked: boolean,
): string {
  const advice = isAsked ? "" : " With --as job it runs so, and this machine may be off meanwhile.";
  return `As a job: ${objects} objects in ${groups} groups, ${workers} functions at a time, ${duration(seconds)}, about $${dollars.toFixed(2)} in all at list prices of ${asOf}.${advice}`;
}

/** A line about a replay that runs as a job. */
export function describeJob({ groups, workers }: ReplayJob, { finished, counts }: JobProgress): string {
  return `  a job of ${groups} groups, ${workers} at a time: ${finished} finished; ${describeCounts(counts)}`;
}

export function describeReplay({ plan, state }: StoredReplay): string {
  const { id, selection, target, replayedAt, reason, by } = plan;
  const range = [selection.fromMs, selection.toMs].map((ms) => new Date(ms).toISOString()).join(" to ");
  return [
    `${id}  ${state?.status ?? "planned"}  ${selection.store} ${range} into ${target}`,
    `  replayedat ${replayedAt}, by ${by}: ${reason}`,
    ...(state === undefined ? [] : [`  ${describeCounts(state.counts)}; runs: ${state.runs}`]),
  ].join("\n");
}

export function size(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

import { choose, PROMISED_AGE_SECONDS } from "../day/choose.ts";
import type { Day } from "../day/run-day.ts";
import { count, dollars, textTable } from "./table.ts";

/** The days of a stage, one for each way to scale, for a terminal. */
export function renderDays(stage: string, baseRate: number, days: readonly Day[]): string {
  const [first] = days;
  const table = textTable({
    title:
      `${stage}: a day of ${count(first?.events ?? 0)} events: ${count(baseRate)}/s, a tenth of it at night, ten times ` +
      "as much from 20:00 to 21:00",
    head: ["scaling", "p99 age", "highest", "delayed", "throttled", "shard hours", "updates", "dollars"],
    rows: days.map((day) => [
      day.scaling,
      `${count(day.p99AgeSeconds)} s`,
      `${count(day.highestAgeSeconds)} s`,
      `${day.delayedPercent.toFixed(1)} %`,
      `${count(day.throttledSeconds)} s`,
      day.shardHours === undefined ? "–" : count(day.shardHours),
      count(day.updates),
      dollars(day.dollars),
    ]),
  });
  const chosen = choose(days);
  const choice =
    chosen === undefined
      ? `None of AWS's own ways keeps the 99th percentile within ${PROMISED_AGE_SECONDS} s.`
      : `Cheapest of AWS's own ways with a p99 age of ${PROMISED_AGE_SECONDS} s at most: ${chosen.scaling}.`;
  return [table, choice, chart(days)].join("\n\n");
}

const levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** The raw stream by half hours: what it is written, and what each way has it take. */
function chart(days: readonly Day[]): string {
  const [first] = days;
  if (first === undefined) return "";
  const shown = days.map((day) => ({ name: day.scaling, values: day.rawByHalfHour.map(({ shards }) => shards) }));
  const highest = Math.max(...shown.flatMap(({ values }) => values));
  const width = Math.max(...shown.map(({ name }) => name.length));
  const row = (name: string, values: readonly number[]): string =>
    `${name.padEnd(width)}  ${values.map((value) => levels[Math.min(7, Math.floor((8 * value) / highest))]).join("")}`;
  return [
    `raw stream by half hours, 00:00 to 24:00, up to ${count(highest)} shards`,
    row(
      "offered",
      first.rawByHalfHour.map(({ filled }) => filled),
    ),
    ...shown.map(({ name, values }) => row(name, values)),
  ].join("\n");
}

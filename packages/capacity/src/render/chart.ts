import type { BillLine } from "../model/bill.ts";
import { dollars } from "./table.ts";

export interface Bar {
  readonly label: string;
  readonly parts: readonly BillLine[];
}

const WIDTH = 60;
/** Parts of the bill that tell most have signs of their own; the rest is one. */
const MAX_SHOWN = 6;
const signs = ["█", "▓", "▒", "░", "#", "+"];
const REST = "·";

/** Bars whose lengths compare, each made of its parts. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const sums = new Map<string, number>();
  for (const { parts } of bars) {
    for (const line of parts) sums.set(line.part, (sums.get(line.part) ?? 0) + line.dollars);
  }
  const shown = [...sums]
    .toSorted((left, right) => right[1] - left[1])
    .slice(0, MAX_SHOWN)
    .map(([part]) => part);
  const totals = bars.map(({ parts }) => parts.reduce((sum, line) => sum + line.dollars, 0));
  const longest = Math.max(...totals);
  const labels = Math.max(...bars.map(({ label }) => label.length));
  const lines = bars.map(({ label, parts }, index) => {
    const total = totals[index] ?? 0;
    const length = Math.max(1, Math.round((WIDTH * total) / longest));
    let text = "";
    let sum = 0;
    for (const part of shown) {
      sum += parts.filter((line) => line.part === part).reduce((all, line) => all + line.dollars, 0);
      const end = Math.round((length * sum) / total);
      text += (signs[shown.indexOf(part)] ?? REST).repeat(Math.max(0, end - text.length));
    }
    return `${label.padStart(labels)}  ${text}${REST.repeat(Math.max(0, length - text.length))} ${dollars(total)}`;
  });
  const legend = [...shown.map((part, index) => `${signs[index] ?? REST} ${part}`), `${REST} the rest`].join("   ");
  return [title, ...lines, legend].join("\n");
}

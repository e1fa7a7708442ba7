import type { FigureHistory, HopFigures } from "@millrace/pipeline-source";
import type { Sample } from "./live.ts";

/** Times in seconds and one value each, as charts want them. */
export interface Series {
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/** A figure of a hop over the hour as it stands: an age, a backlog. */
export function gaugeOf({ times, hops }: FigureHistory, hop: string, figure: string): Series {
  const column = hops[hop]?.[figure];
  return { times: times.map((ms) => ms / 1_000), values: times.map((_, index) => column?.[index] ?? 0) };
}

/** By how much a counter grew, a second. A counter that went back belongs to another run: that step is empty. */
export function rateOf({ times, hops }: FigureHistory, hop: string, figure: string): Series {
  const column = hops[hop]?.[figure];
  const values = times.map((ms, index): number | null => {
    const before = times[index - 1];
    if (before === undefined) return null;
    const grown = (column?.[index] ?? 0) - (column?.[index - 1] ?? 0);
    return grown < 0 ? null : grown / ((ms - before) / 1_000);
  });
  return { times: times.map((ms) => ms / 1_000), values };
}

const windowMs = 5_000;

/** A counter's growth a second over the last seconds. */
export function currentRate(samples: readonly Sample[], read: (hops: readonly HopFigures[]) => number): number {
  const last = samples.at(-1);
  const first = samples.find(({ atMs }) => last !== undefined && last.atMs - atMs <= windowMs);
  if (last === undefined || first === undefined || last === first) return 0;
  return Math.max(0, read(last.hops) - read(first.hops)) / ((last.atMs - first.atMs) / 1_000);
}

export const countOf = (hop: HopFigures | undefined, figure: string): number => {
  if (hop === undefined) return 0;
  if (figure === "in" || figure === "out") return hop[figure];
  return (hop.counts as Readonly<Record<string, number>>)[figure] ?? 0;
};

export const sumOf = (hops: readonly HopFigures[], figure: string): number =>
  hops.reduce((sum, hop) => sum + countOf(hop, figure), 0);

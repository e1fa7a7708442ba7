import type { FigureHistory, HopFigures } from "@millrace/pipeline-source";
import type { Live, Sample } from "./live.ts";

/** Times in seconds and one value each, as charts want them. */
export interface Series {
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/** A figure of a hop over the hour as it stands: an age, a backlog. */
export function gaugeOf({ times, hops }: FigureHistory, hop: string, figure: string): Series {
  const column = hops[hop]?.[figure];
  return {
    times: times.map((ms) => ms / 1_000),
    values: times.map((_, index) => (column === undefined ? 0 : (column[index] ?? null))),
  };
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

const SHORTEST_WINDOW_MS = 5_000;

/** A counter's growth a second over the last seconds, or over the last step of figures that come in steps. */
export function currentRate(
  { samples, pipeline }: Pick<Live, "samples" | "pipeline">,
  read: (hops: readonly HopFigures[]) => number,
): number {
  const windowMs = Math.max(SHORTEST_WINDOW_MS, pipeline?.description.stepMs ?? 0);
  const last = samples.at(-1);
  const first = samples.find(({ atMs }) => last !== undefined && last.atMs - atMs <= windowMs);
  if (last === undefined || first === undefined || last === first) return 0;
  return Math.max(0, read(last.hops) - read(first.hops)) / ((last.atMs - first.atMs) / 1_000);
}

/** The counters of hops at a time of the hour. */
export function sampleAt({ times, hops }: FigureHistory, index: number, named: readonly HopFigures[]): Sample {
  const atMs = times.at(index) ?? 0;
  const figures = named.map((hop): HopFigures => {
    const of = (figure: string): number => hops[hop.name]?.[figure]?.at(index) ?? 0;
    const counts = Object.fromEntries(Object.keys(hop.counts).map((figure) => [figure, of(figure)]));
    return { ...hop, in: of("in"), out: of("out"), counts };
  });
  return { atMs, hops: figures };
}

export const countOf = (hop: HopFigures | undefined, figure: string): number => {
  if (hop === undefined) return 0;
  if (figure === "in" || figure === "out") return hop[figure] ?? 0;
  return (hop.counts as Readonly<Record<string, number>>)[figure] ?? 0;
};

export const sumOf = (hops: readonly HopFigures[], figure: string): number =>
  hops.reduce((sum, hop) => sum + countOf(hop, figure), 0);

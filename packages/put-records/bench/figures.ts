import type { Contest, LapFigures } from "./contest.ts";
import type { ContestantName } from "./contestants.ts";
import type { StallResult } from "./stall.ts";
import type { ScenarioName } from "./workload.ts";

/** One contestant in one scenario: medians over its laps, and the worst where one lap is one too many. */
export interface Row {
  readonly scenario: ScenarioName;
  readonly contestant: ContestantName;
  readonly laps: number;
  readonly goodputPerSecond: number;
  readonly steadyPerSecond: number;
  readonly healthyPerSecond: number;
  readonly cpuMsPer1000: number;
  /** To the floor without faults. */
  readonly goodputToFloor: number;
  readonly cpuToFloor: number;
  /** To the same contestant without faults. */
  readonly steadyToOwnClean: number;
  readonly healthyToOwnClean: number;
  /** Records the server was sent, per record of the input. */
  readonly sentPerRecord: number;
  readonly lost: number;
  readonly mostLost: number;
  readonly duplicated: number;
  readonly mostDuplicated: number;
  readonly overtaken: number;
  readonly mostOvertaken: number;
  /** Laps that had to be cut off. */
  readonly cutOff: number;
}

/** The goals of put-records, and whether they are met. */
export interface Goal {
  readonly goal: string;
  readonly measured: number;
  readonly isMet: boolean;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.filter((number) => !Number.isNaN(number)).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

type Figure = (lap: LapFigures) => number;

/** Median of the ratios of laps that were run next to each other; of the medians where one side has more laps. */
function ratio(of: readonly LapFigures[], to: readonly LapFigures[], figure: Figure): number {
  if (of.length !== to.length) return median(of.map(figure)) / median(to.map(figure));
  return median(of.map((lap, i) => figure(lap) / figure(to[i] ?? lap)));
}

export function toRows(
  names: readonly ContestantName[],
  scenarioNames: readonly ScenarioName[],
  contest: Contest,
): Row[] {
  return scenarioNames.flatMap((scenario) =>
    names.map((contestant): Row => {
      const laps = contest.laps(contestant, scenario);
      const clean = contest.laps(contestant, "clean");
      const floor = contest.laps("floor", "clean");
      const middle = (figure: Figure) => median(laps.map(figure));
      return {
        scenario,
        contestant,
        laps: laps.length,
        goodputPerSecond: middle(({ goodput }) => goodput),
        steadyPerSecond: middle(({ steady }) => steady),
        healthyPerSecond: middle(({ healthy }) => healthy),
        cpuMsPer1000: middle(({ cpu }) => cpu),
        goodputToFloor: ratio(laps, floor, ({ goodput }) => goodput),
        cpuToFloor: ratio(laps, floor, ({ cpu }) => cpu),
        steadyToOwnClean: ratio(laps, clean, ({ steady }) => steady),
        healthyToOwnClean: ratio(laps, clean, ({ healthy }) => healthy),
        sentPerRecord: middle(({ sentPerRecord }) => sentPerRecord),
        lost: middle(({ lost }) => lost),
        mostLost: Math.max(...laps.map(({ lost }) => lost)),
        duplicated: middle(({ duplicated }) => duplicated),
        mostDuplicated: Math.max(...laps.map(({ duplicated }) => duplicated)),
        overtaken: middle(({ overtaken }) => overtaken),
        mostOvertaken: Math.max(...laps.map(({ overtaken }) => overtaken)),
        cutOff: laps.filter(({ isCutOff }) => isCutOff).length,
      };
    }),
  );
}

/** The goals for which there are figures. */
export function checkGoals(rows: readonly Row[], stall: StallResult): Goal[] {
  const ours = (scenario: ScenarioName) =>
    rows.find((row) => row.contestant === "put-records" && row.scenario === scenario);
  const goals: Goal[] = [];
  const check = (goal: string, measured: number | undefined, isMet: (value: number) => boolean) => {
    if (measured !== undefined && !Number.isNaN(measured)) goals.push({ goal, measured, isMet: isMet(measured) });
  };
  const atLeast = (goal: string, least: number, measured: number | undefined) =>
    check(goal, measured, (value) => value >= least);
  const atMost = (goal: string, most: number, measured: number | undefined) =>
    check(goal, measured, (value) => value <= most);
  atLeast("no faults: goodput at least 0.95 of the floor's", 0.95, ours("clean")?.goodputToFloor);
  atMost("no faults: CPU at most 1.1 of the floor's", 1.1, ours("clean")?.cpuToFloor);
  atLeast(
    "10 % throttled: steady goodput at least 0.9 of its own without faults",
    0.9,
    ours("throttle-10")?.steadyToOwnClean,
  );
  atLeast(
    "one hot shard: the others at least 0.9 of what they take without",
    0.9,
    ours("hot-shard")?.healthyToOwnClean,
  );
  const perKey = rows.filter((row) => row.contestant === "put-records-per-key");
  const all = [...rows.filter((row) => row.contestant === "put-records"), ...perKey];
  if (all.length > 0) {
    atMost("records lost, all laps", 0, Math.max(...all.map((row) => row.mostLost)));
    atMost("records duplicated, all laps", 0, Math.max(...all.map((row) => row.mostDuplicated)));
  }
  if (perKey.length > 0) {
    atMost("per-key: records overtaken, all laps", 0, Math.max(...perKey.map((row) => row.mostOvertaken)));
  }
  atMost(
    "Kinesis stalled for 60 s: heap grows after 10 s by at most 1 MiB",
    1,
    stall.heapMiBAt60s - stall.heapMiBAt10s,
  );
  atMost("Kinesis stalled: records without delivery", 0, stall.unsettled);
  return goals;
}

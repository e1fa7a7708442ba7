import type { Profile } from "./schedule/plan.ts";
import type { ScheduleResult } from "./schedule/run-schedule.ts";

/** Result of a run of many schedules. */
export interface SimulationReport {
  readonly schedules: number;
  readonly firstSeed: number;
  readonly processes: number;
  readonly violations: readonly { readonly seed: number; readonly invariant: string; readonly detail: string }[];
  readonly crashes: readonly { readonly seed: number; readonly message: string }[];
  readonly events: Spread;
  readonly faults: Spread;
  readonly virtualSeconds: Spread;
  readonly profiles: Readonly<Partial<Record<Profile, number>>>;
  readonly totals: {
    readonly accepted: number;
    readonly enriched: number;
    readonly badRows: number;
    readonly routed: number;
    readonly redriven: number;
    readonly givenUp: number;
  };
  readonly durationMs: number;
  readonly schedulesPerMinute: number;
}

/** Per schedule. */
interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function summarize(
  results: readonly ScheduleResult[],
  crashes: SimulationReport["crashes"],
  run: { readonly firstSeed: number; readonly processes: number; readonly durationMs: number },
): SimulationReport {
  const ordered = [...results].sort((a, b) => a.seed - b.seed);
  const sum = (pick: (result: ScheduleResult) => number) => ordered.reduce((total, result) => total + pick(result), 0);
  const profiles: Partial<Record<Profile, number>> = {};
  for (const { profile } of ordered) profiles[profile] = (profiles[profile] ?? 0) + 1;
  return {
    schedules: ordered.length + crashes.length,
    firstSeed: run.firstSeed,
    processes: run.processes,
    violations: ordered.flatMap(({ seed, violations }) => violations.map((violation) => ({ seed, ...violation }))),
    crashes,
    events: spread(ordered.map(({ events }) => events)),
    faults: spread(ordered.map(({ faults }) => faults)),
    virtualSeconds: spread(ordered.map(({ virtualMs }) => Math.round(virtualMs / 1000))),
    profiles,
    totals: {
      accepted: sum((result) => result.accepted),
      enriched: sum((result) => result.enriched),
      badRows: sum((result) => result.badRows),
      routed: sum((result) => result.routed),
      redriven: sum((result) => result.redriven),
      givenUp: sum((result) => result.givenUp),
    },
    durationMs: Math.round(run.durationMs),
    schedulesPerMinute: Math.round((results.length / run.durationMs) * 60_000),
  };
}

const SHOWN_VIOLATIONS = 20;

export function isClean(report: SimulationReport): boolean {
  return report.violations.length === 0 && report.crashes.length === 0;
}

export function renderReport(report: SimulationReport): string {
  const { events, faults, virtualSeconds, totals } = report;
  const show = ({ min, median, max }: Spread) => `${min} … ${median} … ${max}`;
  return [
    `${report.schedules} schedules from seed ${report.firstSeed}, ${report.violations.length} violations, ${report.crashes.length} crashes`,
    `  events per schedule   ${show(events)}`,
    `  faults per schedule   ${show(faults)}`,
    `  virtual seconds       ${show(virtualSeconds)}`,
    `  in all                ${totals.accepted} accepted, ${totals.enriched} enriched copies, ${totals.badRows} bad rows, ${totals.routed} routed copies, ${totals.redriven} redriven, ${totals.givenUp} given up by Lambda`,
    `  ${report.schedulesPerMinute} schedules a minute on ${report.processes} processes`,
    ...report.violations
      .slice(0, SHOWN_VIOLATIONS)
      .map(({ seed, invariant, detail }) => `  seed ${seed}  ${invariant}: ${detail}`),
    ...report.crashes.slice(0, 1).map(({ seed, message }) => `  seed ${seed}  crashed: ${message}`),
    ...(isClean(report) ? [] : ["  Replay one: pnpm simulate --seed N --trace"]),
  ].join("\n");
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
}

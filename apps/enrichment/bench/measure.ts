import { type ChildProcess, fork } from "node:child_process";
import { join, resolve } from "node:path";

export interface Measurement {
  readonly name: string;
  /** Of one core, median over the rounds. */
  readonly eventsPerSecond: number;
  /** CPU time of one event in microseconds, garbage collection and compiler included; median over the rounds. */
  readonly cpuMicrosPerEvent: number;
  /** Median of the ratios to the first candidate, each within one round. */
  readonly ofFirst: number;
  /** CPU time of each round, in microseconds per event. */
  readonly rounds: readonly number[];
}

/** A candidate of this checkout, or of the one whose `apps/enrichment` is the baseline. */
export interface Subject {
  readonly name: string;
  readonly baseline?: string;
}

/** What a candidate's process says of one round. */
export interface RoundReport {
  readonly cpuMicros: number;
}

/**
 * Runs candidates in turn, round by round, each in a process of its own: a function has its process to itself as well,
 * and neither the garbage of others nor what the compiler has learnt from their objects. Ratios are taken within a
 * round, so that whatever else the machine does hits all alike.
 */
export async function measure(
  subjects: readonly Subject[],
  options: { events: number; rounds: number; warmUps: number },
): Promise<Measurement[]> {
  const names = subjects.map(({ name, baseline }) => (baseline === undefined ? name : `${name}, baseline`));
  const children = subjects.map(({ name, baseline }) => {
    const bench = baseline === undefined ? import.meta.dirname : join(resolve(baseline), "bench");
    const execArgv = ["--conditions=@millrace/source"];
    return fork(join(bench, "run-candidate.ts"), [name, String(options.events)], { execArgv, cwd: join(bench, "..") });
  });
  try {
    const micros = names.map((): number[] => []);
    for (let round = -options.warmUps; round < options.rounds; round++) {
      for (const [index, child] of children.entries()) {
        const { cpuMicros } = await runRound(child, names[index] ?? "");
        if (round >= 0) micros[index]?.push(cpuMicros / options.events);
      }
    }
    const first = micros[0] ?? [];
    return names.map((name, index) => {
      const own = micros[index] ?? [];
      return {
        name,
        eventsPerSecond: Math.round(1e6 / median(own)),
        cpuMicrosPerEvent: Number(median(own).toFixed(2)),
        ofFirst: medianRatio(first, own),
        rounds: own,
      };
    });
  } finally {
    for (const child of children) child.kill();
  }
}

/** Median of the ratios of two candidates, each within one round. */
export function medianRatio(of: readonly number[], to: readonly number[]): number {
  return Number(median(of.map((each, round) => each / (to[round] ?? Number.NaN))).toFixed(3));
}

/** The answer of a process, or that it has ended. */
function runRound(child: ChildProcess, name: string): Promise<RoundReport> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error(`The process of "${name}" ended.`));
    child.once("exit", onExit);
    child.once("message", (report) => {
      child.off("exit", onExit);
      resolve(report as RoundReport);
    });
    child.send("round");
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

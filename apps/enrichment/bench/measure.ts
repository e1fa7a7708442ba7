import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { compareCpu, type Comparison } from "@millrace/paired-bench";
import type { RoundReport } from "./run-candidate.ts";

/** A candidate of this checkout, or of another one. */
export interface Subject {
  /** As `candidates.ts` has it. */
  readonly candidate: string;
  /** The other checkout's `apps/enrichment`. */
  readonly app?: string;
}

export interface MeasureOptions {
  readonly events: number;
  readonly warmUps: number;
  readonly rounds: number;
}

/**
 * Compares candidates, each in a process of its own. A function also has its process to itself: it shares neither the
 * garbage of others nor the compiler's knowledge of their objects.
 */
export async function compareProcesses<N extends string>(
  subjects: Readonly<Record<N, Subject>>,
  reference: NoInfer<N>,
  { events, ...laps }: MeasureOptions,
): Promise<Comparison<N>> {
  let cpuMicros = 0;
  const processes = Object.entries<Subject>(subjects).map(([name, subject]) => {
    const child = start(subject, events);
    const run = async () => {
      cpuMicros += await runRound(child, subject.candidate);
    };
    return { name, child, run };
  });
  const contestants = Object.fromEntries(processes.map(({ name, run }) => [name, run])) as Record<N, () => unknown>;
  try {
    return await compareCpu<N>(contestants, { reference, ...laps, cpuMicros: () => cpuMicros });
  } finally {
    for (const { child } of processes) child.kill();
  }
}

function start({ candidate, app = join(import.meta.dirname, "..") }: Subject, events: number): ChildProcess {
  return fork(join(app, "bench/run-candidate.ts"), [candidate, String(events)], {
    execArgv: ["--conditions=@millrace/source"],
    cwd: app,
  });
}

/** The CPU time of a round in microseconds, or that the process has ended. */
function runRound(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error(`The process of "${name}" ended.`));
    child.once("exit", onExit);
    child.once("message", (report) => {
      child.off("exit", onExit);
      resolve((report as RoundReport).cpuMicros);
    });
    child.send("round");
  });
}

export interface Measurement {
  readonly name: string;
  /** Of one core, median over the rounds. */
  readonly eventsPerSecond: number;
  /** CPU time of one event in microseconds, garbage collection and compiler included; median over the rounds. */
  readonly cpuMicrosPerEvent: number;
  /** Events per second to those of the first candidate: median of the ratios, each within one round. */
  readonly ofFirst: number;
}

/** Measures candidates of this checkout in turn. */
export async function measure(names: readonly string[], options: MeasureOptions): Promise<Measurement[]> {
  const subjects = Object.fromEntries(names.map((candidate) => [candidate, { candidate }]));
  const { ratios, micros } = await compareProcesses(subjects, names[0] ?? "", options);
  return names.map((name) => {
    const perEvent = (micros[name] ?? Number.NaN) / options.events;
    return {
      name,
      eventsPerSecond: Math.round(1e6 / perEvent),
      cpuMicrosPerEvent: Number(perEvent.toFixed(2)),
      ofFirst: Number((1 / (ratios[name] ?? Number.NaN)).toFixed(3)),
    };
  });
}

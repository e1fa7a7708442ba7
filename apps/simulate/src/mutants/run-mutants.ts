import { join } from "node:path";
import type { RunResponse } from "../processes/messages.ts";
import { runSchedules } from "../processes/schedule-pool.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import { mutantVariable } from "./plant-mutant.ts";

export interface MutantOutcome {
  readonly mutant: string;
  readonly defect: string;
  /** The invariant that noticed it first; `undefined` when none did. */
  readonly invariant: string | undefined;
  readonly detail: string;
  /** Schedules it took; the number tried when it was not caught. */
  readonly schedules: number;
  readonly durationMs: number;
}

export interface MutantsOptions {
  readonly only: readonly string[];
  readonly firstSeed: number;
  readonly maxSchedules: number;
  readonly events: number;
  readonly processes: number;
  readonly onOutcome: (outcome: MutantOutcome) => void;
}

const preloadFile = join(import.meta.dirname, "plant-mutant.ts");

/** Plants each mutant in processes of its own and runs schedules until an invariant notices. */
export async function runMutants(options: MutantsOptions): Promise<MutantOutcome[]> {
  const chosen = options.only.length === 0 ? mutants : mutants.filter(({ name }) => options.only.includes(name));
  const waiting = [...chosen];
  const outcomes: MutantOutcome[] = [];
  async function work(): Promise<void> {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const outcome = await hunt(mutant, options);
      outcomes.push(outcome);
      options.onOutcome(outcome);
    }
  }
  await Promise.all(Array.from({ length: options.processes }, work));
  return chosen.flatMap(({ name }) => outcomes.filter(({ mutant }) => mutant === name));
}

async function hunt(mutant: Mutant, options: MutantsOptions): Promise<MutantOutcome> {
  const startedMs = performance.now();
  let schedules = 0;
  let crash = "";
  let caught: { readonly invariant: string; readonly detail: string } | undefined;
  await runSchedules({
    processes: 1,
    events: options.events,
    firstSeed: options.firstSeed - 1 + (mutant.seed ?? 1),
    schedules: options.maxSchedules,
    preload: { file: preloadFile, environment: { [mutantVariable]: mutant.name } },
    onResponse: (response: RunResponse) => {
      schedules += 1;
      if (response.kind === "crash") {
        // Not caught by an invariant: the mutant no longer fits its source, or breaks more than it describes.
        crash = response.message;
        return false;
      }
      const [first] = response.result.violations;
      if (first !== undefined) caught = first;
      return first === undefined;
    },
  });
  return {
    mutant: mutant.name,
    defect: mutant.defect,
    invariant: caught?.invariant,
    detail: caught?.detail ?? crash,
    schedules,
    durationMs: Math.round(performance.now() - startedMs),
  };
}

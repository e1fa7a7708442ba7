import { fork } from "node:child_process";
import { join } from "node:path";
import type { TroubleOutcome } from "../alarms/run-troubles.ts";

const processFile = join(import.meta.dirname, "trouble-process.ts");

/**
 * Lets troubles happen in several processes, each taking the next one when it is done.
 * @param names of the troubles
 * @throws Error when a process ends before its trouble does
 */
export async function runTroubles(
  names: readonly string[],
  processes: number,
  onOutcome: (outcome: TroubleOutcome) => void,
): Promise<readonly TroubleOutcome[]> {
  const waiting = [...names];
  const outcomes: TroubleOutcome[] = [];
  const work = (): Promise<void> => {
    const child = fork(processFile, [], { execArgv: process.execArgv });
    return new Promise((resolve, reject) => {
      let current: string | undefined;
      const next = (): void => {
        current = waiting.shift();
        if (current === undefined) child.disconnect();
        else child.send(current);
      };
      child.on("message", (outcome: TroubleOutcome) => {
        outcomes.push(outcome);
        onOutcome(outcome);
        next();
      });
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        if (current === undefined) resolve();
        else reject(new Error(`The process of "${current}" ended with ${signal ?? `code ${code ?? 0}`}.`));
      });
      next();
    });
  };
  await Promise.all(Array.from({ length: Math.min(processes, names.length) }, work));
  return outcomes;
}

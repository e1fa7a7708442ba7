import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { RunRequest, RunResponse } from "./messages.ts";

export interface PoolOptions {
  readonly processes: number;
  readonly events: number;
  readonly firstSeed: number;
  readonly schedules: number;
  /** Called with each result as it comes; returning false ends the run after the schedules under way. */
  readonly onResponse: (response: RunResponse) => boolean;
  /** Loaded into each process before anything else, with these variables set. */
  readonly preload?: { readonly file: string; readonly environment: Readonly<Record<string, string>> };
}

/**
 * Most of what a schedule makes dies young: with more room for it, from the first schedule on, a tenth less time goes
 * into collecting garbage.
 */
const heapOptions = ["--min-semi-space-size=64", "--max-semi-space-size=64"];

/** Compiled modules: a mutant's process needs 0.5 s of processor time until its first schedule, without them 0.9 s. */
const compileCache = join(import.meta.dirname, "../../node_modules/.cache/modules");

const processFile = join(import.meta.dirname, "schedule-process.ts");

/** Runs schedules in several processes: seeds in order, each process taking the next one when it is done. */
export async function runSchedules(options: PoolOptions): Promise<void> {
  const lastSeed = options.firstSeed + options.schedules - 1;
  let nextSeed = options.firstSeed;
  const take = () => (nextSeed <= lastSeed ? nextSeed++ : undefined);
  const stop = () => {
    nextSeed = lastSeed + 1;
  };
  const count = Math.min(options.processes, options.schedules);
  await Promise.all(Array.from({ length: count }, () => runProcess(options, take, stop)));
}

function runProcess(options: PoolOptions, take: () => number | undefined, stop: () => void): Promise<void> {
  const { preload, events, onResponse } = options;
  const child: ChildProcess = fork(processFile, [], {
    execArgv: [...process.execArgv, ...heapOptions, ...(preload === undefined ? [] : ["--import", preload.file])],
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...preload?.environment },
  });
  return new Promise((resolve, reject) => {
    let current: number | undefined;
    const next = () => {
      current = take();
      if (current === undefined) child.disconnect();
      else child.send({ seed: current, events } satisfies RunRequest);
    };
    child.on("message", (response: RunResponse) => {
      if (!onResponse(response)) stop();
      next();
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (current === undefined) resolve();
      else {
        onResponse({
          kind: "crash",
          seed: current,
          message: `The process ended with ${signal ?? `code ${code ?? 0}`}.`,
        });
        stop();
        resolve();
      }
    });
    next();
  });
}

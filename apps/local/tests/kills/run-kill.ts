import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultStackPath } from "../../src/runtime/folders.ts";
import { controlUrl, type PipelineRun, runPipeline, waitFor } from "../integration/run-pipeline.ts";
import { sendConfirmed } from "./confirmed-events.ts";
import { type FinalState, readFinalState } from "./read-state.ts";
import { readFileSync } from "node:fs";

/** The target of a kill: the process of `start`, one of its children by name, or all of them at once. */
export type Victim = "parent" | "ingest" | "enrichment" | "router" | "all";

export interface KillResult {
  readonly victim: Victim;
  readonly killedAfterMs: number;
  readonly accepted: number;
  /** Accepted and in the view. */
  readonly inView: number;
  readonly doubledInStreams: number;
  readonly doubledInView: number;
  readonly refusedRequests: number;
  readonly problems: readonly string[];
}

export interface KillOptions {
  readonly victim: Victim;
  readonly ratePerSecond: number;
  readonly killAfterMs: number;
  /** How long is sent in all, the time before the kill included. */
  readonly sendMs: number;
}

interface Processes {
  readonly name: string;
  readonly pids: readonly number[];
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Sends events, kills something in the middle with SIGKILL, starts again where that is needed, drains and looks at what
 * is there.
 */
export async function runKill(options: KillOptions): Promise<KillResult> {
  const { victim, ratePerSecond, killAfterMs, sendMs } = options;
  const folder = mkdtempSync(join(tmpdir(), "millrace-kill-"));
  const start = (): PipelineRun => runPipeline(["--rate", "0", "--state", folder]);
  try {
    let run = start();
    let ingestUrl = await ingestUrlOf(run);
    const sender = sendConfirmed(() => ingestUrl, readWriteKey(), ratePerSecond);
    await wait(killAfterMs);
    await kill(run, victim);
    if (victim === "parent" || victim === "all") {
      await run.ended;
      run = start();
      ingestUrl = await ingestUrlOf(run);
    }
    await wait(Math.max(0, sendMs - killAfterMs));
    await sender.stop();
    run.child.kill("SIGINT");
    const { code, output } = await run.ended;
    const state = await readFinalState(folder);
    const result = summarize(sender.confirmed, state);
    return {
      victim,
      killedAfterMs: killAfterMs,
      ...result,
      refusedRequests: sender.refused,
      problems: code === 0 ? [] : [`the run ended with code ${String(code)}: ${output.slice(-2_000)}`],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function summarize(
  confirmed: ReadonlySet<string>,
  { view, doubledInStreams }: FinalState,
): Pick<KillResult, "accepted" | "inView" | "doubledInStreams" | "doubledInView"> {
  const shown = new Set(view);
  return {
    accepted: confirmed.size,
    inView: [...confirmed].filter((id) => shown.has(id)).length,
    doubledInStreams,
    doubledInView: view.length - shown.size,
  };
}

async function kill(run: PipelineRun, victim: Victim): Promise<void> {
  const response = await fetch(new URL("/processes", await controlUrl(run)));
  const processes = (await response.json()) as Processes[];
  const children = processes
    .filter(({ name }) => victim === "all" || name === victim || name.endsWith(`-${victim}`))
    .flatMap(({ pids }) => pids);
  const parent = victim === "parent" || victim === "all" ? [run.child.pid ?? 0] : [];
  for (const pid of [...parent, ...children]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has just ended by itself.
    }
  }
}

export function ingestUrlOf(run: PipelineRun): Promise<string> {
  return waitFor(run, "the greeting", async () => /Events\s+(http:\S+)/.exec(run.output())?.[1]);
}

export function readWriteKey(): string {
  const stack = JSON.parse(readFileSync(defaultStackPath, "utf8")) as {
    output: { local_write_key: { value: string } };
  };
  return stack.output.local_write_key.value;
}

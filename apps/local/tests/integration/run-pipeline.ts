import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Report } from "../../src/report/reconcile.ts";
import { defaultStackPath, repositoryRoot } from "../../src/runtime/folders.ts";
import { readStartScript, startProgram } from "./start-script.ts";

export type Stack = {
  resource: Record<string, Record<string, Record<string, unknown>>>;
  output: { stream_names?: { value: { destinations: string[] } }; objectives?: unknown };
};

const living = new Set<ChildProcess>();

/** Ends what a failed test left running: the second signal ends a pipeline, and its processes, at once. */
export function killPipelines(): void {
  for (const child of living) {
    child.kill("SIGTERM");
    child.kill("SIGTERM");
  }
}

export interface PipelineRun {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly stateFolder: string;
  /** Exit code and, when one was written, the report. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly output: string;
    readonly report: Report | undefined;
  }>;
}

const start = readStartScript(repositoryRoot);

/**
 * Starts the program of `pnpm start`, with its variables and its options of Node, as its own process, on the
 * synthesized stack as it is or as `change` makes it, without canary events: what is counted is what a test sent.
 * @param inspect looks at the state folder after the end, before it is removed
 */
export function runPipeline(
  args: readonly string[],
  change: (stack: Stack) => void = () => undefined,
  inspect: (stateFolder: string) => Promise<void> = () => Promise.resolve(),
): PipelineRun {
  const folder = mkdtempSync(join(tmpdir(), "millrace-local-"));
  const stack = JSON.parse(readFileSync(defaultStackPath, "utf8")) as Stack;
  change(stack);
  // The stack names its zips relative to its own folder, so the changed copy lies beside the original.
  const stackPath = join(dirname(defaultStackPath), `${basename(folder)}.tf.json`);
  writeFileSync(stackPath, JSON.stringify(stack));
  const reportPath = join(folder, "report.json");
  const stateFolder = join(folder, "state");
  const child = spawn(
    process.execPath,
    [
      ...start.nodeArguments,
      join(repositoryRoot, startProgram),
      "--stack",
      stackPath,
      "--port",
      "0",
      "--report",
      reportPath,
      "--state",
      stateFolder,
      "--no-canaries",
      ...args,
    ],
    { cwd: repositoryRoot, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...start.environment } },
  );
  living.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve)).then(async (code) => {
    living.delete(child);
    try {
      await inspect(stateFolder);
      return { code, output, report: readReport(reportPath) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
      rmSync(stackPath, { force: true });
    }
  });
  return { child, output: () => output, stateFolder, ended };
}

function readReport(path: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch {
    return undefined;
  }
}

/** Waits until `probe` gives something, or fails at the deadline with what the run printed. */
export async function waitFor<T>(run: PipelineRun, what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await probe().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > deadline || run.child.exitCode !== null) throw new Error(`${what} did not come:\n${run.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Address of a run's control endpoint, from its greeting. */
export function controlUrl(run: PipelineRun): Promise<string> {
  return waitFor(run, "the greeting", async () => /Control\s+(http:\S+)/.exec(run.output())?.[1]);
}

export async function queryWarehouse(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(new URL("/warehouse", url), { method: "POST", body: sql });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Record<string, unknown>[];
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import { RuntimeError } from "../errors.ts";
import { repositoryRoot } from "../runtime/folders.ts";
import { failureReason } from "./failure-reason.ts";

/** The tasks whose outputs a run needs; turbo takes what it has built before from its cache. */
const buildArguments = [
  "run",
  "synth",
  "build",
  "--filter=@millrace/infra",
  "--filter=@millrace/ingest",
  "--output-logs=errors-only",
  "--log-order=grouped",
];
const BUILD_DEADLINE_MS = 300_000;

/** A program of the repository's own, run to its end. */
export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly signal?: AbortSignal;
  /** Show the output as it comes; it is kept either way. */
  readonly isShown?: boolean;
}

/** @returns the output. @throws RuntimeError with the end of the output when it fails or takes too long. */
export async function runProgram({ program, args, signal, isShown = false }: ProgramRun): Promise<string> {
  const child = spawn(program, args, {
    cwd: repositoryRoot,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: BUILD_DEADLINE_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  let output = "";
  for (const [source, target] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    source.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (isShown) target.write(text);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (cause) => {
      reject(new RuntimeError(`${program} could not be run: ${cause.message}. Run "pnpm install".`, { cause }));
    });
    child.once("close", resolve);
  });
  if (code !== 0) throw new RuntimeError(`${isShown ? "The build failed.\n" : ""}${failureReason(output)}`);
  return output;
}

/** Builds the programs and synthesizes the stack, as far as they are not fresh. @throws RuntimeError */
export function runBuild(options: Omit<ProgramRun, "program" | "args">): Promise<string> {
  return runProgram({
    ...options,
    program: join(repositoryRoot, "node_modules", ".bin", "turbo"),
    args: buildArguments,
  });
}

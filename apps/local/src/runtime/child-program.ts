import { type ChildProcess, spawn } from "node:child_process";
import { getCompileCacheDir } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { LogFile } from "./log-file.ts";

export interface ChildProgramOptions {
  /** File to run with Node. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Gets what the program writes, after what is there. */
  readonly logPath: string;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  /** `code 1` or `signal SIGKILL`, and the last line it wrote. */
  readonly description: string;
}

/** A program in a process of its own, which never outlives this one. */
export interface ChildProgram {
  readonly pid: number;
  readonly ended: Promise<ProgramEnd>;
  kill(signal: NodeJS.Signals): void;
}

const followParent = pathToFileURL(join(import.meta.dirname, "follow-parent.ts")).href;
const MAX_SHOWN_LINE = 300;

export function startProgram({ program, environment, logPath }: ChildProgramOptions): ChildProgram {
  const log = new LogFile(logPath);
  const child = spawn(process.execPath, [`--import=${followParent}`, program], {
    env: { ...environment, ...compileCacheEnvironment() },
    stdio: ["pipe", "pipe", "pipe"],
    // Ctrl-C reaches the whole foreground group; the program must end only when the pipeline drains it.
    detached: true,
  });
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  const killWithParent = (): void => kill("SIGKILL");
  process.once("exit", killWithParent);
  const lastLine = followOutput(child, log);
  child.stdin.on("error", () => undefined);
  const ended = new Promise<ProgramEnd>((resolve) => {
    const end = (code: number | null, how: string): void => {
      process.off("exit", killWithParent);
      log.end();
      const line = lastLine();
      resolve({ code, description: line === "" ? how : `${how}; its last line: ${line}` });
    };
    child.once("error", (error) => end(null, error.message));
    child.once("close", (code, signal) => end(code, signal === null ? `code ${String(code)}` : `signal ${signal}`));
  });
  return { pid: child.pid ?? 0, ended, kill };
}

/** Compiled code is kept from one start to the next where this process keeps its own. */
function compileCacheEnvironment(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/** Writes the output to the log. @returns the last line so far. */
function followOutput({ stdout, stderr }: ChildProcess, log: LogFile): () => string {
  let last = "";
  for (const stream of [stdout, stderr]) {
    stream?.on("data", (bytes: Buffer) => {
      log.write(bytes);
      last = bytes.toString("utf8").trimEnd().split("\n").at(-1) ?? last;
    });
  }
  return () => last.slice(0, MAX_SHOWN_LINE);
}

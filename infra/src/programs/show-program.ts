import { spawn } from "node:child_process";

/** Runs a program without a shell and lets it write to this one's output; `undefined` when it is not on the path. */
export type ShowProgram = (program: string, args: readonly string[], input?: string) => Promise<number | undefined>;

export const showProgram: ShowProgram = (program, args, input) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: [input === undefined ? "ignore" : "pipe", "inherit", "inherit"] });
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve(undefined);
      else reject(error);
    });
    // A signal leaves no status: for the caller that is a failure like any other.
    child.on("close", (code) => resolve(code ?? 1));
    // A program that does not read its input closes the pipe early; its exit code tells what was wrong.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });

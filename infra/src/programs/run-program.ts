import { spawn } from "node:child_process";

/** Outcome of a program. */
export interface ProgramResult {
  /** `undefined` when the program is not on the path; 1 when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without a shell, in a folder, and collects what it printed. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  options?: { readonly folder?: string | undefined },
) => Promise<ProgramResult>;

export const runProgram: RunProgram = (program, args, { folder } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => stdout.push(part));
    child.stderr.on("data", (part: Buffer) => stderr.push(part));
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve({ exitCode: undefined, stdout: "", stderr: "" });
      else reject(error);
    });
    child.on("close", (code) =>
      resolve({
        exitCode: code ?? 1,
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8"),
      }),
    );
  });

/** A command as a POSIX shell takes it. */
export const shellCommand = (program: string, args: readonly string[]): string =>
  [program, ...args]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");

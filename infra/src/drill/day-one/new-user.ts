import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DrillError } from "../../errors.ts";

/** Exit code and output (stdout and stderr in order) of a command. */
export interface Ran {
  readonly exitCode: number;
  readonly output: string;
}

interface Answer {
  readonly question: string;
  readonly text: string;
}

/** Somebody with an empty folder, a shell and the README. */
export class NewUser {
  /** Where commands run: the empty folder, and later the clone. */
  folder: string;
  /** Everything that every command printed. */
  log = "";
  readonly #environment: Record<string, string | undefined>;

  constructor(folder: string, environment: Readonly<Record<string, string | undefined>>) {
    this.folder = folder;
    this.#environment = { ...environment };
  }

  /** Exports a variable in the user's shell. */
  setVariable(name: string, value: string): void {
    this.#environment[name] = value;
  }

  /** Types a line into the shell; with an answer, on a terminal that can be asked. */
  async type(line: string, answer?: Answer): Promise<Ran> {
    const shell = ["bash", "-c", line];
    const [program = "", ...args] =
      answer === undefined
        ? shell
        : ["python3", join(import.meta.dirname, "terminal.py"), answer.question, answer.text, ...shell];
    const ran = await new Promise<Ran>((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: this.folder,
        env: this.#environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const parts: Buffer[] = [];
      child.stdout.on("data", (part: Buffer) => parts.push(part));
      child.stderr.on("data", (part: Buffer) => parts.push(part));
      child.on("error", reject);
      child.on("close", (code) => resolve({ exitCode: code ?? 1, output: Buffer.concat(parts).toString("utf8") }));
    });
    this.log += `$ ${line}\n${ran.output}`;
    return ran;
  }

  /** @throws DrillError with the last lines when the command exits otherwise than expected */
  async expect(line: string, exitCode: number, answer?: Answer): Promise<string> {
    const ran = await this.type(line, answer);
    if (ran.exitCode === exitCode) return ran.output;
    const words = ran.output.trimEnd().split("\n").slice(-MAX_WORDS).join("\n");
    throw new DrillError(`${line}: exit code ${ran.exitCode} instead of ${exitCode}:\n${words}`);
  }
}

const MAX_WORDS = 40;

/** The commands of the README's section "Deploy it", without their comments. */
export function readmeCommands(root: string): readonly string[] {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const block = /## Deploy it\n[^]*?```sh\n(?<block>[^]*?)```/.exec(text)?.groups?.["block"];
  if (block === undefined) throw new DrillError('The README has no commands under "Deploy it".');
  return block
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, ""));
}

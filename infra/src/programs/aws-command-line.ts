import { AwsCallError, ProgramMissingError } from "../errors.ts";
import type { AwsAnswers, AwsRead } from "./aws-answers.ts";
import { type RunProgram, shellCommand } from "./run-program.ts";

const ERROR_CODE = /\((?<code>[\w.]+)\) when calling/;

/** Each is a Python program of 60 MB that computes for half a second. */
const MAX_PROGRAMS = 4;

/** The `aws` program, in one region. It brings the credentials, so that `infra` needs no SDK. */
export class AwsCommandLine {
  readonly #run: RunProgram;
  readonly #region: string;
  readonly #folder: string | undefined;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param folder where commands run, so that they may name files in it */
  constructor(run: RunProgram, region: string, folder?: string) {
    this.#run = run;
    this.#region = region;
    this.#folder = folder;
  }

  /** The command as it is printed and run. */
  args(command: readonly string[]): readonly string[] {
    return [...command, "--region", this.#region, "--output", "json"];
  }

  /**
   * Runs a command and returns what it printed.
   *
   * @throws ProgramMissingError, AwsCallError
   */
  async run(command: readonly string[]): Promise<string> {
    const args = this.args(command);
    const { exitCode, stdout, stderr } = await this.#inTurn(() => this.#run("aws", args, { folder: this.#folder }));
    if (exitCode === undefined) {
      throw new ProgramMissingError(
        "aws",
        "Install the AWS command line: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
      );
    }
    if (exitCode !== 0) {
      const said = stderr.trim();
      throw new AwsCallError(shellCommand("aws", args), ERROR_CODE.exec(said)?.groups?.["code"] ?? "", said);
    }
    return stdout;
  }

  async #inTurn<T>(use: () => Promise<T>): Promise<T> {
    if (this.#running === MAX_PROGRAMS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await use();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** The answer of a command that reads. */
  async read<Command extends AwsRead>(command: Command, ...options: readonly string[]): Promise<AwsAnswers[Command]> {
    const text = await this.run([...command.split(" "), ...options]);
    return JSON.parse(text.trim() === "" ? "{}" : text) as AwsAnswers[Command];
  }

  /** Like {@link read}, with `undefined` where AWS answers with one of the codes that mean "there is none". */
  async find<Command extends AwsRead>(
    absent: readonly string[],
    command: Command,
    ...options: readonly string[]
  ): Promise<AwsAnswers[Command] | undefined> {
    try {
      return await this.read(command, ...options);
    } catch (error) {
      if (error instanceof AwsCallError && absent.includes(error.awsCode)) return undefined;
      throw error;
    }
  }
}

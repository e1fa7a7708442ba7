import { Argument, Command, CommanderError, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { WrongUsageError } from "./errors.ts";

export { Argument, Command, Option };

/** Exit code of a command that was called wrongly. */
export const WRONG_USAGE_CODE = 2;

/**
 * Makes the command line `pnpm <name>`: it prints its help through `print`, and never ends the process.
 *
 * @param print Takes a text of one or more lines without the last line's end.
 */
export function createProgram(name: string, print: (text: string) => void = console.log): Command {
  return new Command(`pnpm ${name}`)
    .exitOverride()
    .helpOption("-h, --help", "print this")
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => print(text.trimEnd()),
      writeErr: (text) => print(text.trimEnd()),
      outputError: () => undefined,
    });
}

/**
 * Reads the arguments of a program without actions.
 *
 * @returns False if help was asked for: it is printed.
 * @throws WrongUsageError
 */
export function parseProgram(program: CommandUnknownOpts, args: readonly string[]): boolean {
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    return endOf(program, args, error);
  }
  checkValues(program);
  return true;
}

/**
 * Reads the arguments and runs the action that they name.
 *
 * @returns False if help was asked for or no command was named: the help is printed.
 * @throws WrongUsageError, and what an action throws
 */
export async function runProgram(program: CommandUnknownOpts, args: readonly string[]): Promise<boolean> {
  program.hook("preAction", (_, command) => checkValues(command));
  try {
    await program.parseAsync(args, { from: "user" });
    return true;
  } catch (error) {
    return endOf(program, args, error);
  }
}

/** Commander ends by an error, also after help. */
function endOf(program: CommandUnknownOpts, [first]: readonly string[], error: unknown): false {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0 || error.code === "commander.help") return false;
  const told = error.message.replace(/^error: /, "");
  const called = program.commands.find((command) => command.name() === first) ?? program;
  throw wrongUsage(called, `${told.charAt(0).toUpperCase()}${told.slice(1)}`, error);
}

/** @param command whose own options the user has to look at */
function wrongUsage(command: CommandUnknownOpts, told: string, cause?: CommanderError): WrongUsageError {
  const name = command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
  return new WrongUsageError(`${told}\n${name} --help lists the options.`, { cause });
}

/** An option that misses its value takes the next option for it: `--report --exit`. */
function checkValues(command: CommandUnknownOpts): void {
  const flags = new Set(command.options.flatMap(({ long, short }) => [long, short]));
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const swallowed = values.find((each) => typeof each === "string" && flags.has(each));
    if (typeof swallowed === "string") {
      throw wrongUsage(command, `Option '${option.flags}' misses its value: ${swallowed} is an option.`);
    }
  }
}

/** Where commands write, so that tests can read it. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** Takes the exit code of an action. */
export type End = (code: number | Promise<number>) => Promise<void>;

/**
 * Runs one of several commands. Help ends with 0, wrong usage with its message and 2.
 *
 * @param add Adds the commands to the program; the action of each passes its exit code to `end`.
 * @param wrongUsageCode Where 2 means something else.
 * @returns the exit code. @throws what an action throws
 */
export async function runCommands(
  program: CommandUnknownOpts,
  args: readonly string[],
  output: Output,
  add: (end: End) => void,
  wrongUsageCode = WRONG_USAGE_CODE,
): Promise<number> {
  let exitCode = 0;
  add(async (code) => {
    exitCode = await code;
  });
  try {
    await runProgram(program, args);
  } catch (error) {
    if (!(error instanceof WrongUsageError)) throw error;
    output.err(error.message);
    return wrongUsageCode;
  }
  return exitCode;
}

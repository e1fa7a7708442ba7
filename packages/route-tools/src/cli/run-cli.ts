import { EventPatternError } from "@millrace/event-pattern";
import { RoutesError } from "@millrace/routes";
import { check } from "./check.ts";
import type { Command, Output } from "./command.ts";
import { diff } from "./diff.ts";
import { examples } from "./examples.ts";
import { explain } from "./explain.ts";
import { newCommand } from "./new.ts";
import { owners } from "./owners.ts";
import { publish } from "./publish.ts";
import { redriveCommand } from "./redrive.ts";
import { render } from "./render.ts";
import { tap } from "./tap.ts";
import { test } from "./test.ts";

const commands: Readonly<Record<string, Command>> = {
  check,
  test,
  tap,
  explain,
  diff,
  new: newCommand,
  redrive: redriveCommand,
  examples,
  owners,
  publish,
  render,
};

/** Runs a command of `pnpm routes`: 0 when all is well, 1 when something was found, 2 when it was called wrongly. */
export async function runCli(args: readonly string[], output: Output): Promise<number> {
  const [name = "", ...rest] = args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (name === "" || name === "help" || isHelp(name)) {
    output.out(usage(Object.values(commands)));
    return 0;
  }
  if (command === undefined) {
    output.err(`There is no command ${name}.\n${usage(Object.values(commands))}`);
    return 2;
  }
  if (rest.some(isHelp)) {
    output.out(usage([command]));
    return 0;
  }
  try {
    return await command.run(rest, output);
  } catch (error) {
    if (!isExpected(error)) throw error;
    output.err(error.message);
    return 2;
  }
}

/** Faults of the caller: told in a line, without a stack. */
function isExpected(error: unknown): error is Error {
  if (error instanceof RoutesError || error instanceof EventPatternError) return true;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  // The message of the system names the file or folder, and the call.
  return typeof code === "string" && (code.startsWith("ERR_PARSE_ARGS") || typeof syscall === "string");
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

function usage(of: readonly Command[]): string {
  const lines = of.map((command) => `  routes ${command.usage}\n      ${command.summary}`);
  return `Usage\n${lines.join("\n")}`;
}

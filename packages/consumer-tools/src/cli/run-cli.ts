import { RoutesError } from "@millrace/routes";
import { RegistryError } from "@millrace/contract-tools/registry";
import { ConsumersError } from "../errors.ts";
import type { Command, Output } from "./command.ts";
import { newConsumer } from "./new.ts";
import { schema } from "./schema.ts";
import { test } from "./test.ts";

const commands: Readonly<Record<string, Command>> = { schema, new: newConsumer, test };

/** Runs a command of `pnpm consumers`: 0 when all is well, 1 when something failed, 2 when it was called wrongly. */
export async function runCli(args: readonly string[], output: Output): Promise<number> {
  const [name = "help", ...rest] = args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (name === "help" || isHelp(name)) {
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
  if (error instanceof ConsumersError || error instanceof RoutesError || error instanceof RegistryError) return true;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  // The message of the system names the file or folder, and the call.
  return typeof code === "string" && (code.startsWith("ERR_PARSE_ARGS") || typeof syscall === "string");
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

function usage(of: readonly Command[]): string {
  return `Usage\n${of.map((command) => `  consumers ${command.usage}\n      ${command.summary}`).join("\n")}`;
}

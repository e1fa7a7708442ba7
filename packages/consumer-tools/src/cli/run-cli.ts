import { createProgram, type Output, runCommands } from "@millrace/command-line";
import { RegistryError } from "@millrace/contract-tools/registry";
import { RoutesError } from "@millrace/routes";
import { ConsumersError } from "../errors.ts";
import { addNew } from "./new.ts";
import { addSchema } from "./schema.ts";
import { addTest } from "./test.ts";

/** Runs a command of `pnpm consumers`: 0 when all is well, 1 when something failed, 2 when it was called wrongly. */
export async function runCli(args: readonly string[], output: Output): Promise<number> {
  const program = createProgram("consumers", (text) => output.out(text)).description(
    "Types, tests and starting points for consumers of the streams.",
  );
  try {
    return await runCommands(program, args, output, (end) => {
      for (const add of [addSchema, addNew, addTest]) add(program, end, output);
    });
  } catch (error) {
    if (!isExpected(error)) throw error;
    output.err(error.message);
    return 2;
  }
}

/** Faults of the caller: told in a line, without a stack. */
function isExpected(error: unknown): error is Error {
  if (error instanceof ConsumersError || error instanceof RoutesError || error instanceof RegistryError) return true;
  // The message of the system names the file or folder, and the call.
  return typeof (error as { syscall?: unknown }).syscall === "string";
}

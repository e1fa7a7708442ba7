import { createProgram, type Output, runCommands } from "@millrace/command-line";
import { EventPatternError } from "@millrace/event-pattern";
import { RoutesError } from "@millrace/routes";
import { addCheck } from "./check.ts";
import { addDiff } from "./diff.ts";
import { addExamples } from "./examples.ts";
import { addExplain } from "./explain.ts";
import { addNew } from "./new.ts";
import { addOwners } from "./owners.ts";
import { addPublish } from "./publish.ts";
import { addRedrive } from "./redrive.ts";
import { addRender } from "./render.ts";
import { addTap } from "./tap.ts";
import { addTest } from "./test.ts";

const commands = [
  ...[addCheck, addTest, addTap, addExplain, addDiff, addNew],
  ...[addRedrive, addExamples, addOwners, addPublish, addRender],
];

/** Runs a command of `pnpm routes`: 0 when all is well, 1 when something was found, 2 when it was called wrongly. */
export async function runCli(args: readonly string[], output: Output): Promise<number> {
  const program = createProgram("routes", (text) => output.out(text)).description(
    "Check, try, compare and publish route documents.",
  );
  try {
    return await runCommands(program, args, output, (end) => {
      for (const add of commands) add(program, end, output);
    });
  } catch (error) {
    if (!isExpected(error)) throw error;
    output.err(error.message);
    return 2;
  }
}

/** Faults of the caller: told in a line, without a stack. */
function isExpected(error: unknown): error is Error {
  if (error instanceof RoutesError || error instanceof EventPatternError) return true;
  // The message of the system names the file or folder, and the call.
  return typeof (error as { syscall?: unknown }).syscall === "string";
}

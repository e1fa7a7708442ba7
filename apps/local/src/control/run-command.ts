import { StackError } from "@millrace/topology";
import { LocalError } from "../errors.ts";

/** Exit code of a command that was called wrongly or cannot do its work. */
const FAILURE_CODE = 2;

/** Runs a command; an expected error becomes its message and exit code 2, anything else keeps its stack. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(isExpected(error) ? error.message : error);
    process.exitCode = FAILURE_CODE;
  }
}

/** True for errors that are printed in a line, without a stack. */
function isExpected(error: unknown): error is Error {
  if (error instanceof LocalError || error instanceof StackError) return true;
  const { code, path } = Object(error) as NodeJS.ErrnoException;
  // By its code: `pnpm start` without options does not load the package of the command line. A file that cannot be used
  // has an error of the operating system, whose message names it.
  return code === "WRONG_USAGE" || path !== undefined;
}

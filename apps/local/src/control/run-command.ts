import { LocalError } from "../errors.ts";

/** Exit code of a command that was called wrongly or cannot do its work. */
const failureCode = 2;

/** Runs a command; an expected error becomes its message and exit code 2, anything else keeps its stack. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof LocalError ? error.message : error);
    process.exitCode = failureCode;
  }
}

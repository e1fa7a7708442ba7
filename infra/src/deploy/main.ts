import { createProgram, type End, runCommands } from "@millrace/command-line";
import { RoutesError } from "@millrace/routes";
import { InfraError } from "../errors.ts";
import { addApply } from "./commands/apply.ts";
import { addDeploy } from "./commands/deploy.ts";
import { addDrift } from "./commands/drift.ts";
import { addPlan } from "./commands/plan.ts";
import { addRelease } from "./commands/release.ts";
import { addRollback } from "./commands/rollback.ts";
import { addTeardown } from "./commands/teardown.ts";

const commands = [addPlan, addApply, addDeploy, addRelease, addRollback, addDrift, addTeardown];

/** Returns the exit code. 0: done. 1: refused or failed. 2: defined by the command. 64: called wrongly. */
async function main(args: readonly string[]): Promise<number> {
  const output = {
    out: (text: string) => console.log(text),
    err: (text: string) => void process.stderr.write(`${text}\n`),
  };
  const program = createProgram("--filter @millrace/infra run", output.out);
  const add = (end: End): void => {
    for (const addCommand of commands) addCommand(program, end);
  };
  try {
    const code = await runCommands(program, args, output, add, WRONG_CALL);
    return args.length === 0 ? WRONG_CALL : code;
  } catch (error) {
    if (!(error instanceof InfraError || error instanceof RoutesError)) throw error;
    output.err(error.message);
    return 1;
  }
}

/**
 * https://man.freebsd.org/cgi/man.cgi?query=sysexits: EX_USAGE, apart from the codes that mean something to a caller.
 */
const WRONG_CALL = 64;

process.exitCode = await main(process.argv.slice(2));

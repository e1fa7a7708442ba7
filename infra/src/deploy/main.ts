import { RoutesError } from "@millrace/routes";
import { InfraError } from "../errors.ts";
import { apply } from "./commands/apply.ts";
import type { Command } from "./commands/command.ts";
import { deploy } from "./commands/deploy.ts";
import { drift } from "./commands/drift.ts";
import { plan } from "./commands/plan.ts";
import { release } from "./commands/release.ts";
import { rollback } from "./commands/rollback.ts";
import { teardown } from "./commands/teardown.ts";

const commands: Readonly<Record<string, Command>> = { plan, apply, deploy, release, rollback, drift, teardown };

/** Returns the exit code. 0: done. 1: refused or failed. 2: defined by the command. 64: called wrongly. */
async function main([name = "", ...args]: readonly string[]): Promise<number> {
  const command = commands[name];
  if (command === undefined || args.includes("--help")) {
    const usages = command === undefined ? Object.values(commands) : [command];
    process.stdout.write(usages.map(({ usage }) => `pnpm --filter @millrace/infra run ${usage}\n`).join(""));
    return command === undefined ? WRONG_CALL : 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof InfraError || error instanceof RoutesError) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
      process.stderr.write(`${error.message}\nUsage: ${command.usage}\n`);
      return WRONG_CALL;
    }
    throw error;
  }
}

/**
 * https://man.freebsd.org/cgi/man.cgi?query=sysexits: EX_USAGE, apart from the codes that mean something to a caller.
 */
const WRONG_CALL = 64;

process.exitCode = await main(process.argv.slice(2));

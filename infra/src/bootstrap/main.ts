import { join } from "node:path";
import { createProgram, parseProgram, WRONG_USAGE_CODE, WrongUsageError } from "@millrace/command-line";
import { accountAddress, createSqlApi, SnowflakeError } from "@millrace/snowflake-api";
import { loadConfig, parseEnvironmentName } from "../config/load-config.ts";
import { BootstrapError, InfraError } from "../errors.ts";
import { runProgram } from "../programs/run-program.ts";
import { bootstrap } from "./bootstrap.ts";

const root = join(import.meta.dirname, "../../..");

/** `owner/name` of the remote `origin`, as HTTPS and SSH write it. */
const GITHUB_REMOTE = /github\.com[/:](?<repository>[\w.-]+\/[\w.-]+?)(\.git)?$/;

async function repositoryOf(given: string | undefined): Promise<string> {
  const { stdout } =
    given === undefined ? await runProgram("git", ["-C", root, "remote", "get-url", "origin"]) : { stdout: "" };
  const found = given ?? process.env["GITHUB_REPOSITORY"] ?? GITHUB_REMOTE.exec(stdout.trim())?.groups?.["repository"];
  if (found === undefined || !/^[\w.-]+\/[\w.-]+$/.test(found)) {
    throw new BootstrapError(
      "The roles trust jobs of one GitHub repository, and the remote origin names none. Say which: --repository owner/name",
    );
  }
  return found;
}

async function main(): Promise<number> {
  const program = createProgram("--filter @millrace/infra run bootstrap")
    .description("Says what an account needs before its first deployment; with --apply it is made.")
    .argument("[environment]", "by default the variable ENVIRONMENT")
    .option("--apply", "make it")
    .option("--repository <owner/name>", "of GitHub, whose jobs may take the roles (default: the remote origin)")
    .option("--out <folder>", "for keys and policies (default .local/bootstrap/<environment>)");
  if (!parseProgram(program, process.argv.slice(2))) return 0;
  const values = program.opts();
  const config = loadConfig(parseEnvironmentName(program.processedArgs[0] ?? process.env["ENVIRONMENT"]));
  const token = process.env["SNOWFLAKE_ADMIN_TOKEN"];
  const { failed } = await bootstrap({
    config,
    repository: await repositoryOf(values.repository),
    folder: values.out ?? join(root, ".local/bootstrap", config.environment),
    apply: values.apply === true,
    run: runProgram,
    snowflake:
      token === undefined || token === ""
        ? undefined
        : createSqlApi({
            ...accountAddress(config.warehouse, process.env),
            user: "the administrator",
            credential: { token },
            role: "ACCOUNTADMIN",
            now: Date.now,
          }),
    print: (line) => process.stdout.write(`${line}\n`),
  });
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof InfraError || error instanceof SnowflakeError || error instanceof WrongUsageError))
    throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof WrongUsageError ? WRONG_USAGE_CODE : 1;
}

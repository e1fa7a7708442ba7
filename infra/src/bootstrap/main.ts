import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig, parseEnvironmentName } from "../config/load-config.ts";
import { BootstrapError, InfraError } from "../errors.ts";
import { runProgram } from "../programs/run-program.ts";
import { loginAddress } from "../snowflake/login-address.ts";
import { createSqlApi } from "../snowflake/sql-api.ts";
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
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      apply: { type: "boolean", default: false },
      repository: { type: "string" },
      out: { type: "string" },
    },
  });
  const config = loadConfig(parseEnvironmentName(positionals[0] ?? process.env["ENVIRONMENT"]));
  const token = process.env["SNOWFLAKE_ADMIN_TOKEN"];
  const { failed } = await bootstrap({
    config,
    repository: await repositoryOf(values.repository),
    folder: values.out ?? join(root, ".local/bootstrap", config.environment),
    apply: values.apply,
    run: runProgram,
    snowflake:
      token === undefined || token === ""
        ? undefined
        : createSqlApi({
            ...loginAddress(config.warehouse, process.env),
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
  if (!(error instanceof InfraError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

import { resolve4, resolveNs } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createProgram, parseProgram, WRONG_USAGE_CODE, WrongUsageError } from "@millrace/command-line";
import { accountAddress, createSqlApi, SnowflakeError } from "@millrace/snowflake-api";
import { roleScope } from "../bootstrap/roles/scope.ts";
import { loadConfig, parseEnvironmentName } from "../config/load-config.ts";
import { DeployError, InfraError } from "../errors.ts";
import { connectCluster, type ClusterApi } from "../kubernetes/cluster-api.ts";
import type { EksCluster } from "../programs/aws-answers.ts";
import { AwsCommandLine } from "../programs/aws-command-line.ts";
import { runProgram } from "../programs/run-program.ts";
import { madeKey } from "../snowflake/made-key.ts";
import { examine, isReady, report } from "./doctor.ts";

const root = join(import.meta.dirname, "../../..");

async function main(): Promise<boolean> {
  const program = createProgram("--filter @millrace/infra run doctor")
    .description("Says what an environment still lacks before its first deployment, and how to get it.")
    .argument("[environment]", "by default the variable ENVIRONMENT");
  if (!parseProgram(program, process.argv.slice(2))) return true;
  const config = loadConfig(parseEnvironmentName(program.processedArgs[0] ?? process.env["ENVIRONMENT"]));
  if (config.environment === "local") throw new DeployError("The local stack needs Node and nothing else: pnpm start");
  const scope = roleScope(config);
  const aws = new AwsCommandLine(runProgram, config.aws.region);
  // The variable that Terraform reads, or what bootstrap made.
  const privateKey = process.env["SNOWFLAKE_PRIVATE_KEY"] || madeKey(root, config.environment, "deploy");
  let described: Promise<EksCluster | undefined> | undefined;
  let cluster: Promise<ClusterApi> | undefined;
  const results = await examine({
    config,
    scope,
    run: runProgram,
    aws,
    describeCluster: () =>
      (described ??= aws
        .find(["ResourceNotFoundException"], "eks describe-cluster", "--name", scope.clusterName)
        .then((answer) => answer?.cluster)),
    cluster: () => (cluster ??= connectCluster(aws, scope.clusterName)),
    snowflake:
      privateKey === undefined
        ? undefined
        : createSqlApi({
            ...accountAddress(config.warehouse, process.env),
            user: config.warehouse.deployUser,
            credential: { privateKey },
            now: Date.now,
          }),
    resolveNs,
    resolveHost: resolve4,
    readFile: (path) => readFileSync(join(root, path), "utf8"),
    now: Date.now,
  });
  for (const line of report(results)) console.log(line);
  return isReady(results);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof InfraError || error instanceof SnowflakeError || error instanceof WrongUsageError))
    throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof WrongUsageError ? WRONG_USAGE_CODE : 1;
}

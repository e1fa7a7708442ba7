import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { EnvironmentConfig } from "../config/schema.ts";
import { BootstrapError, InfraError } from "../errors.ts";
import { connectCluster, type ClusterApi } from "../kubernetes/cluster-api.ts";
import { AwsCommandLine } from "../programs/aws-command-line.ts";
import { type RunProgram, shellCommand } from "../programs/run-program.ts";
import type { RunSql } from "@millrace/snowflake-api";
import { clusterAccess } from "./cluster-access.ts";
import { githubScript } from "./github-settings.ts";
import { identityProvider, policyStep, roleStep } from "./identities.ts";
import { imageRepository } from "./image-repository.ts";
import { ciPolicies, ciRoles } from "./roles/ci-roles.ts";
import { type RoleScope, roleScope } from "./roles/scope.ts";
import { type RandomBytes, secretSteps } from "./secrets.ts";
import { snowflakeSteps } from "./snowflake-objects.ts";
import { stateBucket } from "./state-bucket.ts";
import { type Change, policyFile, SECRET_FILE, type Step, trustFile, type World } from "./step.ts";

export interface BootstrapOptions {
  readonly config: EnvironmentConfig;
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** Gets what is written; private keys lie in `private/` below it. */
  readonly folder: string;
  /** True if bootstrap makes the missing parts. False if it only prints how to make them. */
  readonly apply: boolean;
  readonly run: RunProgram;
  /** An administrator's login, or nothing: then the statements are only written. */
  readonly snowflake?: RunSql | undefined;
  readonly print: (line: string) => void;
  readonly random?: RandomBytes;
}

/** Numbers of a bootstrap's steps by outcome. */
export interface BootstrapResult {
  readonly made: number;
  readonly unchanged: number;
  readonly failed: number;
}

/**
 * Writes what has to exist before the first deployment of an environment, and makes what is missing of it. A second run
 * finds everything as it should be and changes nothing.
 */
export async function bootstrap(options: BootstrapOptions): Promise<BootstrapResult> {
  const { config, folder, print } = options;
  if (config.environment === "local") throw new BootstrapError("The local stack needs no accounts: pnpm start");
  const scope = roleScope(config);
  const keys = readOrMakeKeys(folder, options.random ?? randomBytes);
  const roles = ciRoles(scope, options.repository);
  const aws = new AwsCommandLine(options.run, config.aws.region, folder);
  const awsSteps: readonly Step[] = [
    stateBucket(scope, config.state.region),
    imageRepository(scope),
    identityProvider(scope),
    ...ciPolicies(scope).map(policyStep),
    ...roles.map((role) => roleStep(scope, role)),
    ...secretSteps(config, options.random),
  ];
  const clusterSteps = clusterAccess(scope, config);
  const warehouseSteps = snowflakeSteps(config, { deploy: keys.deploy.publicKey, plan: keys.plan.publicKey });

  const file = (name: string): string => join(folder, name);
  for (const { name, document } of ciPolicies(scope)) write(file(policyFile(name)), pretty(document));
  for (const { name, trust } of roles) write(file(trustFile(name)), pretty(trust));
  write(file("commands.sh"), await commandsScript(config, scope, aws, [...awsSteps, ...clusterSteps]));
  write(file("cluster-access.json"), await clusterObjects(clusterSteps));
  write(file("snowflake.sql"), await sqlScript(config, warehouseSteps));
  write(
    file("github.sh"),
    githubScript({
      repository: options.repository,
      config,
      roles,
      files: { deployKey: keys.deploy.path, planKey: keys.plan.path, savedPlanKey: keys.savedPlanKeyPath },
      eventsUri: `s3://${scope.lakeBucket}/enriched`,
    }),
  );
  print(`Written to ${shown(folder)}:`);
  print("  commands.sh, policies/, roles/   what AWS needs, from nothing");
  print("  cluster-access.json              what the cluster needs");
  print("  snowflake.sql                    what Snowflake needs, to be run as ACCOUNTADMIN");
  print("  github.sh                        environments, variables and secrets of GitHub, by the gh program");
  print("  private/                         keys, readable by you only; delete them once GitHub has them");
  if (!options.apply) {
    print("Nothing was changed. With --apply this command makes what is missing.");
    return { made: 0, unchanged: 0, failed: 0 };
  }

  await checkAccount(aws, config);
  let cluster: Promise<ClusterApi> | undefined;
  const world: World = {
    aws,
    cluster: () => (cluster ??= connectCluster(aws, scope.clusterName)),
    snowflake: options.snowflake,
  };
  const result = await make(
    [...awsSteps, ...clusterSteps, ...(options.snowflake ? warehouseSteps : [])],
    world,
    options,
  );
  if (options.snowflake === undefined) {
    print(
      `- Snowflake: not compared. Run ${shown(file("snowflake.sql"))} as ACCOUNTADMIN, or give this command a login: ` +
        "SNOWFLAKE_ADMIN_TOKEN, a programmatic access token.",
    );
  }
  print(
    result.made === 0 && result.failed === 0
      ? `Nothing to change: all ${result.unchanged} are as they should be.`
      : `${result.made} made or changed, ${result.unchanged} as they should be, ${result.failed} failed.`,
  );
  print(`Next: bash ${shown(file("github.sh"))}, then pnpm --filter @millrace/infra doctor ${config.environment}`);
  return result;
}

async function make(
  steps: readonly Step[],
  world: World,
  { folder, print }: BootstrapOptions,
): Promise<BootstrapResult> {
  let [made, unchanged, failed] = [0, 0, 0];
  // All are compared at once, for most of the time is spent waiting; changes are made one after the other.
  const compared = steps.map((step) => [step, step.pending(world)] as const);
  // A comparison may fail before the loop comes to it, which tells of it.
  void Promise.allSettled(compared.map(([, pending]) => pending));
  for (const [step, pending] of compared) {
    try {
      const changes = await pending;
      if (changes.length === 0) {
        unchanged += 1;
        print(`✓ ${step.title}: as it should be`);
      } else {
        print(`+ ${step.title}`);
        for (const change of changes) {
          print(`    ${shownChange(change, world.aws)}`);
          await carryOut(change, world, folder);
        }
        made += 1;
      }
      const afterwards = step.afterwards?.();
      if (afterwards !== undefined) print(`  ${afterwards}`);
    } catch (error) {
      if (!(error instanceof InfraError)) throw error;
      failed += 1;
      print(`✗ ${step.title}: ${error.message}`);
    }
  }
  return { made, unchanged, failed };
}

async function carryOut(change: Change, world: World, folder: string): Promise<void> {
  switch (change.by) {
    case "aws":
      if (change.secret === undefined) await world.aws.run(change.args);
      else await withSecretFile(join(folder, SECRET_FILE), change.secret, () => world.aws.run(change.args));
      return;
    case "kubernetes":
      await (await world.cluster()).call("PATCH", `${change.path}?fieldManager=millrace-bootstrap`, change.object);
      return;
    case "snowflake":
      await world.snowflake?.(change.statement);
  }
}

async function withSecretFile(path: string, secret: string, use: () => Promise<unknown>): Promise<void> {
  writeFileSync(path, secret, { mode: 0o600 });
  try {
    await use();
  } finally {
    rmSync(path);
  }
}

function shownChange(change: Change, aws: AwsCommandLine): string {
  switch (change.by) {
    case "aws":
      return shellCommand("aws", aws.args(change.args));
    case "kubernetes":
      return "kubectl apply --server-side --filename cluster-access.json";
    case "snowflake":
      return `${change.statement};`;
  }
}

/** Refuses another account before the first change. */
async function checkAccount(
  aws: AwsCommandLine,
  { environment, aws: { accountId } }: EnvironmentConfig,
): Promise<void> {
  const { Account: account } = await aws.read("sts get-caller-identity");
  if (account !== accountId) {
    throw new BootstrapError(
      `The credentials belong to account ${account}; ${environment} is in ${accountId}. Choose another profile (AWS_PROFILE), ` +
        `or put your account into infra/src/config.`,
    );
  }
}

async function commandsScript(
  config: EnvironmentConfig,
  scope: RoleScope,
  aws: AwsCommandLine,
  steps: readonly Step[],
): Promise<string> {
  const lines = [
    "#!/usr/bin/env bash",
    `# What ${config.environment} needs in AWS account ${scope.accountId}, from nothing. bootstrap --apply compares first and runs what is`,
    `# missing. ${SECRET_FILE} is there only while --apply makes a secret: put your own there to do it by hand.`,
    "set -euo pipefail",
    'cd "$(dirname "$0")"',
  ];
  for (const step of steps) {
    const changes = await step.pending(undefined);
    lines.push("", `# ${step.title}`, ...changes.map((change) => shownChange(change, aws)));
  }
  return `${lines.join("\n")}\n`;
}

async function clusterObjects(steps: readonly Step[]): Promise<string> {
  const changes = (await Promise.all(steps.map((step) => step.pending(undefined)))).flat();
  const items = changes.flatMap((change) => (change.by === "kubernetes" ? [change.object] : []));
  return pretty(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

async function sqlScript({ environment }: EnvironmentConfig, steps: readonly Step[]): Promise<string> {
  const changes = (await Promise.all(steps.map((step) => step.pending(undefined)))).flat();
  const statements = changes.flatMap((change) => (change.by === "snowflake" ? [`${change.statement};`] : []));
  return [
    `-- What ${environment} needs in Snowflake. A second run changes nothing.`,
    "USE ROLE ACCOUNTADMIN;",
    ...statements,
    "",
  ].join("\n");
}

interface KeyPair {
  readonly publicKey: string;
  /** File of the private key. */
  readonly path: string;
}

/** Keys of an earlier run stay: Snowflake and GitHub know them already. */
function readOrMakeKeys(folder: string, random: RandomBytes) {
  const directory = join(folder, "private");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  // An earlier run that was cut off may have left it.
  rmSync(join(folder, SECRET_FILE), { force: true });
  const pair = (user: string): KeyPair => {
    const path = join(directory, `snowflake-${user}.p8`);
    const publicPath = join(directory, `snowflake-${user}.pub`);
    if (!existsSync(path)) {
      const made = generateKeyPairSync("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
      });
      writeFileSync(path, made.privateKey, { mode: 0o600 });
      writeFileSync(publicPath, made.publicKey, { mode: 0o600 });
    }
    return { publicKey: readFileSync(publicPath, "utf8"), path };
  };
  const savedPlanKeyPath = join(directory, "saved-plan.key");
  if (!existsSync(savedPlanKeyPath)) {
    writeFileSync(savedPlanKeyPath, random(32).toString("base64"), { mode: 0o600 });
  }
  return { deploy: pair("deploy"), plan: pair("plan"), savedPlanKeyPath };
}

function write(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
}

const pretty = (json: string): string => `${JSON.stringify(JSON.parse(json), null, 2)}\n`;

const shown = (path: string): string => relative(process.env["INIT_CWD"] ?? process.cwd(), path) || ".";

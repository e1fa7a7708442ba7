import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig } from "../../config/load-config.ts";
import { DrillError, InfraError } from "../../errors.ts";
import { AwsCommandLine } from "../../programs/aws-command-line.ts";
import { runProgram } from "../../programs/run-program.ts";
import { EnvironmentDrill } from "../environment-drill.ts";
import { EmulatedAws, installEmulator } from "../releases/emulated-aws.ts";
import { startPlatform } from "../stand-ins/platform.ts";
import { prepareAccounts } from "./accounts.ts";
import { approveAndRollBack } from "./approval.ts";
import { startAliasServer } from "./alias-server.ts";
import { liveDayOne, writePrograms } from "./day-one.ts";
import { startNameServer } from "./name-server.ts";
import { NewUser, readmeCommands } from "./new-user.ts";
import { dayOnePage } from "./page.ts";
import { leftSecrets } from "./left-secrets.ts";

const ENVIRONMENT = "dev";
const root = join(import.meta.dirname, "../../../..");
const page = join(root, "docs/day-one.md");

const started = performance.now();
const tell = (line: string): void => {
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(`day one: ${line} (${seconds} s)\n`);
};

async function main(mayWrite: boolean): Promise<void> {
  const terraform = spawnSync("sh", ["-c", "command -v terraform"], { encoding: "utf8" }).stdout.trim();
  if (terraform === "") {
    tell("not drilled here: terraform is not on the path");
    return;
  }
  const installed = await installEmulator(join(root, ".local/release-drill"));
  if ("missing" in installed) {
    tell(`not drilled here: ${installed.missing}`);
    return;
  }
  const config = loadConfig(ENVIRONMENT);
  const { accountId, region } = config.aws;
  const emulated = await EmulatedAws.start(installed.bin, accountId);
  const platform = await startPlatform({
    clusterName: config.ingest.cluster.name,
    issuer: config.ingest.cluster.oidcIssuer,
    vpcId: "",
  });
  const drill = await EnvironmentDrill.start(ENVIRONMENT, "not-read-on-day-one");
  const aliases = await startAliasServer(drill.standIns.world);
  const names = await startNameServer("dev.shop.example", ["ns-1.example", "ns-2.example"]);
  const folder = mkdtempSync(join(tmpdir(), "millrace-day-one-"));
  chmodSync(folder, 0o700);
  try {
    drill.synthesize();
    const programs = join(folder, "programs");
    writePrograms(programs, terraform);
    const home = join(folder, "empty");
    const temporary = join(folder, "temporary");
    for (const each of [home, temporary]) mkdirSync(each, { mode: 0o700 });
    const url = new URL(platform.url);
    const user = new NewUser(home, {
      ...ownVariables(),
      ...emulated.environment,
      ...drill.workspace.providerVariables,
      PATH: [programs, installed.bin, ...ownPath()].join(delimiter),
      TMPDIR: temporary,
      AWS_ENDPOINT_URL_S3: emulated.environment["AWS_ENDPOINT_URL"],
      AWS_ENDPOINT_URL_STS: emulated.environment["AWS_ENDPOINT_URL"],
      AWS_ENDPOINT_URL_EKS: platform.url,
      AWS_ENDPOINT_URL_LAMBDA: aliases.url,
      SNOWFLAKE_HOST: url.hostname,
      SNOWFLAKE_PORT: url.port,
      SNOWFLAKE_PROTOCOL: "http",
      SNOWFLAKE_ADMIN_TOKEN: platform.snowflake.adminToken,
      NODE_OPTIONS: `--import=${new URL(`ask-name-server.js?${names.address}`, import.meta.url).href}`,
      // The address that a new user clones leads to this repository.
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `url.${root}.insteadOf`,
      GIT_CONFIG_VALUE_0: "https://github.com/shop/millrace",
    });
    const run: typeof runProgram = (program, args) => runProgram("env", [...assignments(emulated), program, ...args]);
    const aws = new AwsCommandLine(run, region);
    const handover = await prepareAccounts(aws, config, platform);
    const day = await liveDayOne(user, {
      config,
      aws,
      platform,
      drill,
      handover,
      commands: readmeCommands(root),
      tell,
    });
    await approveAndRollBack(user, { config, aws, tell });
    tell(await leftSecrets({ user, config, aws, temporary }));
    const text = dayOnePage(day);
    if (mayWrite) writeFileSync(page, text);
    else if (readFileSync(page, "utf8") !== text) {
      writeFileSync(join(root, ".local/day-one.md"), text);
      throw new DrillError(
        "docs/day-one.md is not what happened (.local/day-one.md is). Look at the difference, then: " +
          "pnpm --filter @millrace/infra run drill-day-one --write",
      );
    }
    tell("passed");
  } finally {
    names.close();
    await Promise.all([aliases.close(), platform.close(), drill.close()]);
    emulated.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Variables of the shell that runs the drill, without what pnpm and others set for the drill itself. */
const ownVariables = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|pnpm_|TURBO_|AWS_|SNOWFLAKE_|TF_|NODE|INIT_CWD|GITHUB_)/i.test(name),
    ),
  );

/** The path without the programs of this repository: a clone has its own. */
const ownPath = (): readonly string[] =>
  (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));

const assignments = ({ environment }: EmulatedAws): readonly string[] =>
  Object.entries(environment).map(([name, value]) => `${name}=${value}`);

try {
  await main(parseArgs({ options: { write: { type: "boolean", default: false } } }).values.write);
} catch (error) {
  if (!(error instanceof InfraError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

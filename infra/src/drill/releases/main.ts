import { join } from "node:path";
import { loadConfig } from "../../config/load-config.ts";
import { AwsCommandLine } from "../../programs/aws-command-line.ts";
import { runProgram } from "../../programs/run-program.ts";
import { EmulatedAws, installEmulator } from "./emulated-aws.ts";
import { drillReleases, ReleaseDrillError } from "./release-drill.ts";

const ENVIRONMENT = "dev";
const root = join(import.meta.dirname, "../../../..");

async function main(): Promise<void> {
  const tell = (line: string): boolean => process.stdout.write(`${ENVIRONMENT}: ${line}\n`);
  const installed = await installEmulator(join(root, ".local/release-drill"));
  if ("missing" in installed) {
    tell(`releases are not drilled here: ${installed.missing}`);
    return;
  }
  await checkApiModel(installed.bin, tell);
  const { accountId, region } = loadConfig(ENVIRONMENT).aws;
  const emulated = await EmulatedAws.start(installed.bin, accountId);
  Object.assign(process.env, emulated.environment);
  try {
    await drillReleases({
      environment: ENVIRONMENT,
      aws: new AwsCommandLine(runProgram, region),
      root,
      command: (...args) =>
        runProgram(process.execPath, [
          "--disable-warning=DEP0044",
          "--conditions=@millrace/source",
          join(root, "infra/src/deploy/main.ts"),
          ...args,
        ]),
      tell,
    });
  } finally {
    emulated.stop();
  }
}

/** The deployment drill checks requests by data that was derived from the same packages. */
async function checkApiModel(bin: string, tell: (line: string) => void): Promise<void> {
  const script = join(root, "infra/scripts/derive-api-model.py");
  const { exitCode, stderr } = await runProgram(join(bin, "python"), [script, "--check"]);
  if (exitCode !== 0) throw new ReleaseDrillError(stderr.trim());
  tell("API models of the deployment drill: what the installed botocore gives");
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ReleaseDrillError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

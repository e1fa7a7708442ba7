import { spawnSync } from "node:child_process";
import { DrillError, InfraError } from "../../errors.ts";
import { EnvironmentDrill } from "../environment-drill.ts";
import { TERRAFORM_MISSING } from "../workspace.ts";
import { drillPacking } from "./packing-drill.ts";

const ENVIRONMENT = "dev";

async function main(): Promise<void> {
  if (spawnSync("terraform", ["version"]).error !== undefined) throw new DrillError(TERRAFORM_MISSING);
  const drill = await EnvironmentDrill.start(ENVIRONMENT, "drill-secret");
  let isDone = false;
  try {
    await drillPacking(drill, (line) => process.stdout.write(`${ENVIRONMENT}: ${line}\n`));
    isDone = true;
  } finally {
    await drill.close({ keep: !isDone });
    if (!isDone) process.stderr.write(`${ENVIRONMENT}: stack and log are kept in ${drill.workspace.folder}\n`);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof InfraError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
// The pipe still tries to load what it cannot.
process.exit();

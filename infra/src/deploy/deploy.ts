import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseEnvironmentName } from "../config/load-config.ts";
import { DeployError } from "../errors.ts";
import { retiredStreams, type RouteDocument } from "../inputs/route-destinations.ts";
import { stackFolder } from "../synthesize.ts";
import { type TerraformPlan, unwantedDeletions } from "./guard-plan.ts";

/** Outcome of one Terraform command. */
interface CommandResult {
  /** `undefined` when the program is not on the path. */
  readonly exitCode: number | undefined;
  /** Standard output, for commands whose output is read instead of shown. */
  readonly stdout: string;
}

/** Runs Terraform; the second argument says whether its output is shown or read. */
export type RunTerraform = (args: readonly string[], output: "show" | "read") => CommandResult;

export interface DeployOptions {
  readonly environment: string | undefined;
  /** Folder above `stacks/`. */
  readonly outDir: string;
  /** What they retire may be deleted. */
  readonly routeDocuments: readonly RouteDocument[];
  /** Stop after the plan has been made and guarded. */
  readonly planOnly: boolean;
  readonly runTerraform: RunTerraform;
}

const PLAN_FILE = "plan.tfplan";

/**
 * Plans one environment, refuses a plan that deletes data, and applies exactly the plan that was looked at.
 *
 * @throws UnknownEnvironmentError, DeployError
 */
export function deploy({ environment, outDir, routeDocuments, planOnly, runTerraform }: DeployOptions): void {
  const name = parseEnvironmentName(environment === "" ? undefined : environment);
  if (name === "local") throw new DeployError("The local stack runs on this machine: pnpm start");
  const folder = stackFolder(outDir, name);
  if (!existsSync(join(folder, "cdk.tf.json"))) {
    throw new DeployError(`${folder}/cdk.tf.json does not exist. Run: pnpm synth`);
  }
  const run = (step: string, args: readonly string[], output: "show" | "read" = "show"): string => {
    const { exitCode, stdout } = runTerraform([`-chdir=${folder}`, ...args], output);
    if (exitCode === undefined) {
      throw new DeployError(
        "terraform is not on the path. Install Terraform 1.11 or later: https://developer.hashicorp.com/terraform/install",
      );
    }
    if (exitCode !== 0) {
      throw new DeployError(
        `terraform ${step} of ${name} failed with exit code ${exitCode}; its own message is above.`,
      );
    }
    return stdout;
  };

  run("init", ["init", "-input=false"]);
  run("plan", ["plan", "-input=false", "-lock-timeout=5m", `-out=${PLAN_FILE}`]);
  const plan = JSON.parse(run("show", ["show", "-json", PLAN_FILE], "read")) as TerraformPlan;
  const unwanted = unwantedDeletions(plan, retiredStreams(routeDocuments, name));
  if (unwanted.length > 0) {
    throw new DeployError(`The plan for ${name} deletes data:\n${unwanted.map((line) => `  - ${line}`).join("\n")}`);
  }
  // A saved plan is applied without asking, and only as long as the state has not moved since.
  if (!planOnly) run("apply", ["apply", "-input=false", PLAN_FILE]);
}

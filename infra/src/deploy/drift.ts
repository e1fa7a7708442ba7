import type { ResourceChange, TerraformPlan } from "./guard-plan.ts";
import { withPrivateFolder } from "./private-folder.ts";
import { SavedPlan } from "./saved-plan.ts";
import type { Terraform } from "./terraform.ts";
import { deployedImage } from "./deploy.ts";

/** Differences between the synthesized stack and the deployed one. */
export interface Drift {
  /** Changed by somebody else since the last apply. */
  readonly outside: readonly string[];
  /** Addresses that the next apply would change. */
  readonly pending: readonly string[];
  /** Functions whose alias runs another version than the one published last, or two. */
  readonly versions: readonly string[];
}

/** Compares without a lock and without a change: a role that may only read can do it. */
export async function findDrift(terraform: Terraform): Promise<Drift> {
  return withPrivateFolder(async (folder) => {
    const saved = new SavedPlan(folder);
    await terraform.init();
    await terraform.plan(saved.planFile, ["-lock=false", `-var=ingest_image_digest=${await deployedImage(terraform)}`]);
    return driftOf(await terraform.show(saved.planFile));
  });
}

/** Arguments that a stack leaves to somebody else (`ignore_changes`) are no drift: Terraform plans nothing for them. */
export function driftOf(plan: TerraformPlan): Drift {
  const pending = (plan.resource_changes ?? []).filter(isChange);
  const changed = new Set(pending.map(({ address }) => address));
  return {
    outside: (plan.resource_drift ?? []).filter(({ address }) => changed.has(address)).map(describe),
    pending: pending.map(describe),
    versions: (plan.resource_changes ?? [])
      .filter(({ type }) => type === "aws_lambda_alias")
      .flatMap((alias) => {
        const { function_version: runs, function_name: name, routing_config: routing } = alias.change.before ?? {};
        const published = plan.resource_changes?.find(
          ({ type, change }) => type === "aws_lambda_function" && change.before?.["function_name"] === name,
        )?.change.before?.["version"];
        if (Array.isArray(routing) && routing.length > 0) return [`${String(name)} tries out a version: see its alias`];
        return runs === published
          ? []
          : [`${String(name)} runs version ${String(runs)}, published last was ${String(published)}`];
      }),
  };
}

/** As `terraform plan -detailed-exitcode` has it. */
const DRIFTED = 2;

/** Tells a drift as people read it. Returns the exit code. */
export function reportDrift(
  environment: string,
  { outside, pending, versions }: Drift,
  tell: (text: string) => void,
): number {
  const lists = [
    ["changed by somebody else", outside],
    ["would be changed by a deployment of this stack", pending],
    ["versions of functions", versions],
  ] as const;
  for (const [title, lines] of lists) {
    if (lines.length > 0) tell(`${environment}: ${title}\n${lines.map((line) => `  - ${line}`).join("\n")}`);
  }
  if (pending.length > 0 || versions.length > 0) return DRIFTED;
  tell(`${environment}: no drift`);
  return 0;
}

const isChange = ({ change }: ResourceChange): boolean =>
  change.actions.some((action) => action !== "no-op" && action !== "read");

const describe = ({ address, change }: ResourceChange): string => `${address} (${change.actions.join(" and ")})`;

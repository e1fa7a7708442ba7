import { DeployError } from "../errors.ts";
import { retiredDestinations, type RouteDocument } from "../inputs/route-destinations.ts";
import { guardPlan, type TerraformPlan, type Verdict } from "./guard-plan.ts";
import { hashStack } from "./hash-stack.ts";
import { describeCounts, type PlanSummary, type SavedPlan, summarizeChanges } from "./saved-plan.ts";
import type { Terraform } from "./terraform.ts";

interface GuardedOptions {
  readonly terraform: Terraform;
  /** Route documents. Destinations that they retire may be deleted. */
  readonly routeDocuments: readonly RouteDocument[];
  /** Addresses whose gap is meant. */
  readonly acceptedGaps: readonly string[];
  /** Gets one line at a time. */
  readonly tell: (line: string) => void;
}

export interface PlanOptions extends GuardedOptions {
  /** Digest of the event service's image; without one, the plan keeps the image that was deployed last. */
  readonly imageDigest: string | undefined;
  /** For a role that may not write: takes no lock on the state. */
  readonly isReadOnly: boolean;
  readonly saved: SavedPlan;
}

export interface ApplyOptions extends GuardedOptions {
  readonly saved: SavedPlan;
}

/**
 * Plans one environment into a folder and looks at the plan. A plan that would lose something is described there, but
 * its plan file is taken away.
 *
 * @throws DeployError
 */
export async function makePlan(options: PlanOptions): Promise<PlanSummary> {
  const { terraform, saved, isReadOnly, tell } = options;
  saved.prepare();
  await terraform.init();
  const imageDigest = options.imageDigest ?? (await deployedImage(terraform));
  await terraform.plan(saved.planFile, [
    isReadOnly ? "-lock=false" : "-lock-timeout=5m",
    `-var=ingest_image_digest=${imageDigest}`,
  ]);
  saved.protect();
  const plan = await terraform.show(saved.planFile);
  const verdict = guard(plan, options);
  const summary: PlanSummary = {
    format: 1,
    environment: terraform.environment,
    createdAt: new Date().toISOString(),
    terraformVersion: plan.terraform_version ?? "unknown",
    stackSha256: hashStack(terraform.folder),
    planSha256: saved.sha256(),
    imageDigest,
    ...summarizeChanges(plan),
    acceptedGaps: verdict.accepted,
    refusals: verdict.refusals,
  };
  saved.write(await terraform.showText(saved.planFile), summary);
  tell(`${terraform.environment}: ${describeCounts(summary.counts)}`);
  refuse(terraform, verdict, () => saved.removePlanFile());
  return summary;
}

/**
 * Applies exactly the plan in the folder, after another look at it, and takes its file away.
 *
 * @throws DeployError also when the plan is another environment's, was made of another stack, or was changed since.
 */
export async function applyPlan({ terraform, saved, ...options }: ApplyOptions): Promise<PlanSummary> {
  const { environment, folder } = terraform;
  const summary = saved.summary();
  const faults = [
    ...(summary.environment === environment ? [] : [`it is a plan for ${summary.environment}, not for ${environment}`]),
    ...(summary.stackSha256 === hashStack(folder) ? [] : [`it was made of another stack than the one in ${folder}`]),
    ...(summary.planSha256 === saved.sha256() ? [] : ["its plan file is not the one that was looked at"]),
  ];
  if (faults.length > 0) {
    throw new DeployError(`The plan in ${saved.folder} is not applied: ${faults.join("; ")}. Plan again.`);
  }
  await terraform.init();
  const acceptedGaps = [...new Set([...summary.acceptedGaps.map(({ address }) => address), ...options.acceptedGaps])];
  refuse(terraform, guard(await terraform.show(saved.planFile), { ...options, terraform, acceptedGaps }));
  try {
    await terraform.apply(saved.planFile);
  } finally {
    saved.removePlanFile();
  }
  return summary;
}

function guard(plan: TerraformPlan, { terraform, routeDocuments, acceptedGaps, tell }: GuardedOptions): Verdict {
  const verdict = guardPlan(plan, {
    retired: retiredDestinations(routeDocuments, terraform.environment),
    acceptedGaps,
  });
  for (const { gap } of verdict.accepted) tell(`accepted: ${gap}`);
  return verdict;
}

function refuse({ environment }: Terraform, { refusals }: Verdict, before: () => void = () => undefined): void {
  if (refusals.length === 0) return;
  before();
  throw new DeployError(
    `The plan for ${environment} loses events or data:\n${refusals.map((line) => `  - ${line}`).join("\n")}`,
  );
}

/** @throws DeployError when there is none. */
export async function deployedImage(terraform: Terraform): Promise<string> {
  const { ingest_image_digest: digest } = await terraform.outputs();
  if (typeof digest === "string") return digest;
  throw new DeployError(
    `No image of the event service is named, and none was deployed to ${terraform.environment} yet. ` +
      "Name one with --image sha256:… or TF_VAR_ingest_image_digest; `deploy` without either builds and pushes one.",
  );
}

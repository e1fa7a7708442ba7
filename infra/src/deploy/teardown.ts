import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { kindsWithFacts } from "../destinations/facts.ts";
import { DeployError } from "../errors.ts";
import { liftProtection, protectedByState, type StackJson } from "./lift-protection.ts";
import { withPrivateFolder } from "./private-folder.ts";
import type { Terraform } from "./terraform.ts";

export interface TeardownOptions {
  /** In the folder that {@link writeUnprotectedStack} wrote. */
  readonly terraform: Terraform;
  /**
   * Waits until the load balancer may be deleted; the controller takes its protection off some time after the
   * annotation.
   */
  readonly waitForLoadBalancer: () => Promise<void>;
  readonly tell: (line: string) => void;
}

/** Types whose deletion loses something, with what. */
const losses: Readonly<Record<string, string>> = {
  ...Object.fromEntries(kindsWithFacts.map(({ resourceType, loss }) => [resourceType, loss])),
  aws_s3_bucket: "every object and every version of it",
  aws_kms_key: "after 30 days (until then: aws kms cancel-key-deletion), and what only it can decrypt",
  snowflake_database: "its tables and views (UNDROP DATABASE brings it back within its time travel)",
};

export const STAYS: readonly string[] = [
  "the state's bucket, with the old versions of this state",
  "the secrets of the write keys and the privacy keys",
  "the image repository, the cluster with its controllers, the certificate",
  "the roles and users that deploy",
  "the destinations of other accounts that routes write to",
];

/** Returns the losses, one line for each resource that holds data. */
export function describeLosses(addresses: readonly string[]): readonly string[] {
  return addresses.flatMap((address) => {
    const loss = losses[address.split(".")[0] ?? ""];
    return loss === undefined ? [] : [`${address}: ${loss}`];
  });
}

/**
 * Writes the stack without its protections into a folder beside `outDir`, at the same depth, so that its paths lead to
 * the same files. It never lies where a deployment would find it.
 *
 * @returns the folder above `stacks/`
 */
export function writeUnprotectedStack(outDir: string, environment: string): string {
  const target = join(dirname(outDir), ".local");
  const folder = join(target, "stacks", environment);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const source = join(outDir, "stacks", environment);
  const stack = JSON.parse(readFileSync(join(source, "cdk.tf.json"), "utf8")) as StackJson;
  cpSync(source, folder, { recursive: true, filter: (path) => !path.includes(".terraform") });
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(liftProtection(stack), undefined, 2));
  return target;
}

/**
 * Deletes everything that the stack made: first the protections that the state holds, then, when the load balancer may
 * go, the resources. Senders are cut off first, then readers, then what holds data: the reverse of how they were made.
 *
 * @throws DeployError also when something is left in the state
 */
export async function tearDown({ terraform, waitForLoadBalancer, tell }: TeardownOptions): Promise<void> {
  const { environment, folder } = terraform;
  const stack = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as StackJson;
  await terraform.init();
  await withPrivateFolder(async (plans) => {
    const { ingest_image_digest: digest } = await terraform.outputs();
    // A deployment that failed has no outputs; what is deleted needs no image.
    const image = `-var=ingest_image_digest=${typeof digest === "string" ? digest : `sha256:${"0".repeat(64)}`}`;
    const present = new Set(await terraform.stateList());
    const targets = protectedByState(stack).filter((address) => present.has(address));
    if (targets.length > 0) {
      tell(`Lifting the protection of ${targets.length} resources`);
      const file = join(plans, "lift.tfplan");
      await terraform.plan(file, ["-lock-timeout=5m", image, ...targets.map((address) => `-target=${address}`)]);
      const wrong = (await terraform.show(file)).resource_changes?.filter(({ change }) =>
        change.actions.some((action) => action === "delete"),
      );
      if (wrong !== undefined && wrong.length > 0) {
        throw new DeployError(
          `Lifting the protection would delete ${wrong.map(({ address }) => address).join(", ")}: the stack differs from what was deployed. ` +
            `Deploy ${environment} first.`,
        );
      }
      await terraform.apply(file);
      await waitForLoadBalancer();
    }
    tell(`Deleting ${present.size} resources`);
    const file = join(plans, "destroy.tfplan");
    await terraform.plan(file, ["-destroy", "-lock-timeout=5m", image]);
    await terraform.apply(file);
  });
  const left = (await terraform.stateList()).filter((address) => !address.startsWith("data."));
  if (left.length > 0) {
    throw new DeployError(
      `${left.length} resources of ${environment} are still there: ${left.join(", ")}. Run it again.`,
    );
  }
}

import { setTimeout as wait } from "node:timers/promises";
import type { EnvironmentConfig } from "../config/schema.ts";
import { DeployError } from "../errors.ts";
import type { AwsCommandLine } from "../programs/aws-command-line.ts";

const DEADLINE_MS = 300_000;
const LOOK_EVERY_MS = 5_000;

/**
 * The deletion protection of the load balancer that the controller made for the ingress. While it is on, the controller
 * cannot delete the load balancer, its finalizer keeps the ingress, and the ingress keeps the namespace.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2894
 */
export class LoadBalancerProtection {
  readonly #aws: AwsCommandLine;
  readonly #config: EnvironmentConfig["ingest"];

  constructor(aws: AwsCommandLine, config: EnvironmentConfig["ingest"]) {
    this.#aws = aws;
    this.#config = config;
  }

  /** @throws DeployError when the controller has not lifted it in time */
  async waitUntilLifted(tell: (line: string) => void): Promise<void> {
    const end = Date.now() + DEADLINE_MS;
    for (;;) {
      const held = await this.#protected();
      if (held.length === 0) return;
      if (Date.now() > end) {
        throw new DeployError(
          `The load balancer ${held.join(", ")} is still protected from deletion after ${DEADLINE_MS / 1000} s. Does the AWS Load Balancer Controller ` +
            "run, and does it accept the ingress (kubectl describe ingress)? Nothing was deleted; run it again.",
        );
      }
      tell(`Waiting for the controller to lift the protection of ${held.join(", ")}`);
      await wait(LOOK_EVERY_MS);
    }
  }

  /**
   * Names by which the controller tags what it makes:
   * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
   */
  async #protected(): Promise<readonly string[]> {
    const { cluster, namespace } = this.#config;
    const { ResourceTagMappingList: found } = await this.#aws.read(
      "resourcegroupstaggingapi get-resources",
      ...["--resource-type-filters", "elasticloadbalancing:loadbalancer"],
      ...["--tag-filters", `Key=elbv2.k8s.aws/cluster,Values=${cluster.name}`],
      `Key=ingress.k8s.aws/stack,Values=${namespace}/ingest`,
    );
    const held: string[] = [];
    for (const { ResourceARN: arn } of found) {
      const { Attributes: attributes } = await this.#aws.read(
        "elbv2 describe-load-balancer-attributes",
        ...["--load-balancer-arn", arn],
      );
      if (attributes.some(({ Key, Value }) => Key === "deletion_protection.enabled" && Value === "true"))
        held.push(arn);
    }
    return held;
  }
}

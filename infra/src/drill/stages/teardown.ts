import { tearDown, writeUnprotectedStack } from "../../deploy/teardown.ts";
import { Terraform } from "../../deploy/terraform.ts";
import { DrillError } from "../../errors.ts";
import type { Stage } from "./stage.ts";

/** As `teardown <environment>` does, but for the load balancer, which no stand-in makes. */
export const teardown: Stage = {
  name: "destroy",
  async run({ environment, exitCode, standIns: { world }, workspace: { outDir, runTerraform } }) {
    const existing = world.size;
    if ((await exitCode("destroy", "-auto-approve", "-input=false")) === 0) {
      throw new DrillError("terraform destroy deleted what holds data: prevent_destroy is missing.");
    }
    const unprotected = writeUnprotectedStack(outDir, environment);
    await tearDown({
      terraform: new Terraform(environment, unprotected, runTerraform),
      waitForLoadBalancer: () => Promise.resolve(),
      tell: () => undefined,
    });
    if (world.size > 0) throw new DrillError(`${world.size} resources are left.`);
    return `refused while protected, then ${existing} destroyed`;
  },
};

import { firstDeployment, initialize, planAgain } from "./first-deployment.ts";
import type { Stage } from "./stage.ts";
import { teardown } from "./teardown.ts";

/** In this order; each starts from what the one before left. */
export const stages: readonly Stage[] = [initialize, firstDeployment, planAgain, teardown];

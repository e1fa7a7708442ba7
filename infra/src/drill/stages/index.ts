import { adoption } from "./adopt.ts";
import { drift } from "./drift.ts";
import { firstDeployment, initialize, planAgain } from "./first-deployment.ts";
import { readerPositions } from "./readers.ts";
import { guardRefusals } from "./refusals.ts";
import { noSecrets } from "./secrets.ts";
import type { Stage } from "./stage.ts";
import { teardown } from "./teardown.ts";
import { everydayUpdates } from "./updates.ts";

/** In this order; each starts from what the one before left. */
export const stages: readonly Stage[] = [
  initialize,
  readerPositions,
  firstDeployment,
  planAgain,
  drift,
  noSecrets,
  everydayUpdates,
  planAgain,
  guardRefusals,
  teardown,
  adoption,
];

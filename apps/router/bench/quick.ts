import { compareCpu, printQuickForm } from "@millrace/paired-bench";
import { compileRoutes } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { createFloor, createHandlerLap, many, own } from "./work.ts";

/** The handler to its floor, with the routes of this repository and with 1,000; the work is that of `pnpm bench`. */
async function handlerToFloor(documents: typeof own): Promise<number> {
  const set = loadRoutes(compileRoutes(documents));
  const { ratios } = await compareCpu(
    { floor: createFloor(set), handler: createHandlerLap(set) },
    { reference: "floor", warmUps: 4, rounds: 7 },
  );
  return ratios.handler;
}

printQuickForm({
  ratios: {
    "handler, to floor, own routes": await handlerToFloor(own),
    "handler, to floor, 1,000 routes": await handlerToFloor(many),
  },
  leavesOut: "PutRecords and the AWS SDK, telemetry, start and bundle, which tests keep within bounds",
});

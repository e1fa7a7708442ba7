import { loadResources } from "../resources.ts";
import { runSchedule } from "../schedule/run-schedule.ts";
import type { RunRequest, RunResponse } from "./messages.ts";

// A child process that runs the schedules it is asked for, one after the other, in a process that is warm by then.
const resources = loadResources();

function respond(response: RunResponse): void {
  process.send?.(response);
}

process.on("message", ({ seed, events }: RunRequest) => {
  runSchedule({ seed, events, resources }).then(
    (result) => {
      respond({ kind: "result", result });
    },
    (error: unknown) => {
      respond({
        kind: "crash",
        seed,
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    },
  );
});
process.on("disconnect", () => process.exit());

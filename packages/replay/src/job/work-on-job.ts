import type { ReplayClock } from "../clock.ts";
import type { Environment } from "../environment.ts";
import { ActiveReplays } from "../ledger/active-replays.ts";
import { writeAudit } from "../ledger/audit.ts";
import { Ledger } from "../ledger/ledger.ts";
import { Pace } from "../run/pace.ts";
import { readBack } from "../run/read-back.ts";
import { runReplay } from "../run/run-replay.ts";
import { createMatcher } from "../selection.ts";
import { openDestinationTarget } from "../targets/open-destination-target.ts";
import { withoutErased } from "../targets/without-erased.ts";
import { loadRoutes } from "@millrace/routes/runtime";
import {
  checkFinished,
  groupId,
  type JobGroup,
  jobHolder,
  partsOf,
  readJob,
  readJobPlan,
  readProgress,
} from "./job.ts";

/** Parts of an environment that the functions of a job need. */
export type JobEnvironment = Pick<
  Environment,
  "place" | "kinesis" | "s3" | "connections" | "clock" | "holder" | "store" | "erased"
>;

/**
 * Puts the events of one group, or goes on with it, until the signal.
 * @returns whether all of the group is done
 * @throws ReplayRefusedError while another function has it, LeaseLostError, ReplayStoppedError, PlaceUnreadableError
 */
export async function workOnGroup(
  environment: JobEnvironment,
  { id, group }: JobGroup,
  signal: AbortSignal,
): Promise<JobGroup & { readonly isDone: boolean }> {
  const { s3, place, clock, kinesis, holder } = environment;
  const bucket = place.lakeBucket;
  const { plan, job, routes, parts } = await readJob(s3, bucket, id);
  const { selection } = plan;
  const { ledger, before } = await Ledger.claim({ s3, bucket, clock, holder }, groupId({ id, group }));
  if (before?.status === "finished") return { id, group, isDone: true };
  const active = new ActiveReplays({ s3, bucket, clock, holder: jobHolder(id) });
  await active.enter(plan);
  const pace = new Pace(job.rate, clock);
  const hooks = { onThrottle: () => pace.throttled() };
  const destination = openDestinationTarget(environment, loadRoutes(routes), job, hooks);
  const target = withoutErased(destination, await environment.erased(undefined));
  try {
    const alreadyPut =
      before === undefined
        ? new Map<string, number>()
        : await readBack(before, {
            ...{ kinesis, streams: target.streams, replayedAt: plan.replayedAt, clock },
            hold: () => Promise.all([active.hold(plan), ledger.hold()]),
          });
    const isDone = await runReplay({
      ...{ selection, target, ledger, pace, alreadyPut, signal },
      store: await environment.store(selection.store, undefined),
      parts: partsOf(parts, job.groups, group),
      isSelected: createMatcher(selection),
      hold: () => active.hold(plan),
    });
    await ledger.end(isDone ? "finished" : "stopped");
    return { id, group, isDone };
  } catch (error) {
    await ledger.end("stopped").catch(() => undefined);
    throw error;
  }
}

/** Notes that all groups are finished. @throws ReplayStoppedError when some are not */
export async function finishJob(environment: JobEnvironment, id: string, by: string): Promise<void> {
  const { s3, place, clock } = environment;
  const bucket = place.lakeBucket;
  const options = { s3, bucket, clock, holder: jobHolder(id) };
  const { plan, job, parts } = await readJob(s3, bucket, id);
  const progress = await readProgress(s3, bucket, id, job);
  checkFinished(progress, job, id);
  const { counts } = progress;
  const { ledger, before } = await Ledger.claim(options, id);
  if (before?.status !== "finished") {
    await ledger.save({ finishedParts: parts.length, cursors: {}, counts }, "job", { isCertain: true });
    const at = new Date(clock.now()).toISOString();
    await writeAudit(s3, bucket, { at, what: "finished", by, reason: plan.reason, plan, counts });
    await ledger.end("finished");
  }
  await new ActiveReplays(options).leave(id);
}

/** Does here what a job's state machine does: groups side by side, each until it is done, then the end. */
export async function runJobHere(
  environment: JobEnvironment,
  id: string,
  { by, clock, signal }: { readonly by: string; readonly clock: ReplayClock; readonly signal: AbortSignal },
): Promise<boolean> {
  const job = await readJobPlan(environment.s3, environment.place.lakeBucket, id);
  if (job === undefined) return false;
  let next = 0;
  const work = async (worker: number): Promise<void> => {
    const own = { ...environment, clock, holder: `${environment.holder}-${worker}` };
    while (next < job.groups && !signal.aborted) {
      const group = next;
      next += 1;
      await workOnGroup(own, { id, group }, signal);
    }
  };
  await Promise.all(Array.from({ length: job.workers }, (_, worker) => work(worker)));
  if (signal.aborted) return false;
  await finishJob(environment, id, by);
  return true;
}

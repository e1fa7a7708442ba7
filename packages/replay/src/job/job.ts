import type { CompiledRoutes } from "@millrace/routes/runtime";
import type { S3 } from "@millrace/stored-events";
import { ReplayStoppedError, ReplayUsageError } from "../errors.ts";
import { addCounts, noCounts, type ReplayCounts } from "../ledger/counts.ts";
import {
  keepOnce,
  LEDGER_PREFIX,
  type PartEntry,
  readReplay,
  type ReplayPlan,
  type ReplayState,
} from "../ledger/ledger.ts";
import { EVENTS_PER_WORKER, MAX_GROUPS, MAX_WORKERS, STATES_READ_AT_ONCE } from "../limits.ts";
import type { Rate } from "../run/pace.ts";

/** How a replay of many objects is parted between functions; written once. */
export interface ReplayJob {
  readonly destination: string;
  readonly route?: string | undefined;
  /** Each is worked on by one function at a time. */
  readonly groups: number;
  /** Functions at work at the same time. */
  readonly workers: number;
  /** Of each of them. */
  readonly rate: Rate;
}

/** A group of the objects of a replay: the input of one function, and with `isDone` its answer. */
export interface JobGroup {
  readonly id: string;
  readonly group: number;
}

/** A job with everything that its functions need. */
interface StoredJob {
  readonly plan: ReplayPlan;
  readonly job: ReplayJob;
  /** As they were when the job was asked for: a deployment in the middle changes nothing. */
  readonly routes: CompiledRoutes;
  readonly parts: readonly PartEntry[];
}

/** Parts a replay: as many functions as its rate needs, and several groups for each, so that none is left behind. */
export function planJob(parts: number, rate: Rate, to: Pick<ReplayJob, "destination" | "route">): ReplayJob {
  const workers = Math.max(1, Math.min(MAX_WORKERS, parts, Math.ceil(rate.events / EVENTS_PER_WORKER)));
  const groups = Math.max(1, Math.min(MAX_GROUPS, parts));
  return { ...to, groups, workers, rate: { events: rate.events / workers, bytes: rate.bytes / workers } };
}

/** The parts of a group: neighbours, so that a group is a piece of time. */
export function partsOf(parts: readonly PartEntry[], groups: number, group: number): readonly PartEntry[] {
  const border = (index: number): number => Math.floor((index * parts.length) / groups);
  return parts.slice(border(group), border(group + 1));
}

/** The name of a group in the ledger. */
export const groupId = ({ id, group }: JobGroup): string => `${id}/groups/${group}`;

/** All functions of a job are one holder: together they keep others away from its range. */
export const jobHolder = (id: string): string => `job/${id}`;

const keyOf = (id: string, name: "job" | "routes" | "parts"): string => `${LEDGER_PREFIX}${id}/${name}.json`;

/** Writes the job and its routes, unless they are there. @returns the job that holds: that of the first time */
export async function keepJob(
  s3: S3,
  bucket: string,
  id: string,
  job: ReplayJob,
  routes: CompiledRoutes,
): Promise<ReplayJob> {
  await keepOnce(s3, bucket, keyOf(id, "routes"), routes);
  return keepOnce(s3, bucket, keyOf(id, "job"), job);
}

/** Returns the plan of a replay that is a job, else undefined. */
export async function readJobPlan(s3: S3, bucket: string, id: string): Promise<ReplayJob | undefined> {
  const text = await s3.getText(bucket, keyOf(id, "job"));
  return text === undefined ? undefined : (JSON.parse(text) as ReplayJob);
}

/** @throws ReplayUsageError when there is no such job */
export async function readJob(s3: S3, bucket: string, id: string): Promise<StoredJob> {
  const [replay, ...texts] = await Promise.all([
    readReplay(s3, bucket, id),
    ...(["job", "routes", "parts"] as const).map((name) => s3.getText(bucket, keyOf(id, name))),
  ]);
  const [job, routes, parts] = texts;
  if (replay === undefined || job === undefined || routes === undefined || parts === undefined) {
    throw new ReplayUsageError(`There is no job ${id} in s3://${bucket}/${LEDGER_PREFIX}. pnpm replay list shows all.`);
  }
  return {
    plan: replay.plan,
    job: JSON.parse(job) as ReplayJob,
    routes: JSON.parse(routes) as CompiledRoutes,
    parts: JSON.parse(parts) as readonly PartEntry[],
  };
}

/** How far a job is: its groups' counts together. */
export interface JobProgress {
  readonly finished: number;
  readonly counts: ReplayCounts;
}

export async function readProgress(
  s3: S3,
  bucket: string,
  id: string,
  { groups }: Pick<ReplayJob, "groups">,
): Promise<JobProgress> {
  let progress: JobProgress = { finished: 0, counts: noCounts };
  for (let start = 0; start < groups; start += STATES_READ_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(STATES_READ_AT_ONCE, groups - start) }, (_, index) => start + index);
    const texts = await Promise.all(
      numbers.map((group) => s3.getText(bucket, `${LEDGER_PREFIX}${groupId({ id, group })}/state.json`)),
    );
    for (const text of texts) {
      if (text === undefined) continue;
      const { status, counts } = JSON.parse(text) as ReplayState;
      const finished = progress.finished + (status === "finished" ? 1 : 0);
      progress = { finished, counts: addCounts(progress.counts, counts) };
    }
  }
  return progress;
}

/** @throws ReplayStoppedError while groups are not finished */
export function checkFinished({ finished }: JobProgress, { groups }: ReplayJob, id: string): void {
  if (finished === groups) return;
  throw new ReplayStoppedError(
    `${groups - finished} of ${groups} groups of the job ${id} have not finished. Run the same command again: they go on where they stopped.`,
  );
}

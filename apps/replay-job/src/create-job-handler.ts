import { finishJob, type JobEnvironment, workOnGroup } from "@millrace/replay";
import type { Context } from "aws-lambda";

/** A group to work on, or the end of a job. */
export type JobInput =
  | { readonly id: string; readonly group: number }
  | { readonly id: string; readonly isFinished: true };

/**
 * Answer of the function, by which the state machine goes on: it gives a group that is not done to the function again.
 */
export interface JobAnswer {
  readonly id: string;
  readonly group?: number;
  readonly isDone: boolean;
}

type InvocationContext = Pick<Context, "awsRequestId" | "functionName" | "getRemainingTimeInMillis">;

/** So long before its time is over, a function begins no further step. */
const STOP_BEFORE_MS = 60_000;

/**
 * Creates the handler of the job's function. @throws what `workOnGroup` and `finishJob` throw: the state machine
 * retries
 */
export function createJobHandler(
  open: () => Promise<Omit<JobEnvironment, "holder">>,
): (input: JobInput, context: InvocationContext) => Promise<JobAnswer> {
  return async (input, { awsRequestId, functionName, getRemainingTimeInMillis }) => {
    const environment = { ...(await open()), holder: `lambda/${awsRequestId}` };
    if ("isFinished" in input) {
      await finishJob(environment, input.id, functionName);
      return { id: input.id, isDone: true };
    }
    const leftMs = Math.max(0, getRemainingTimeInMillis() - STOP_BEFORE_MS);
    return workOnGroup(environment, input, AbortSignal.timeout(leftMs));
  };
}

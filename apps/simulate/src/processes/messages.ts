import type { ScheduleResult } from "../schedule/run-schedule.ts";

/** Request of the parent to a schedule process. */
export interface RunRequest {
  readonly seed: number;
  readonly events: number;
}

/** Answer of a schedule process, once for each request. */
export type RunResponse =
  | { readonly kind: "result"; readonly result: ScheduleResult }
  /** The simulation itself failed: a defect in it, or a mutant that breaks it outright. */
  | { readonly kind: "crash"; readonly seed: number; readonly message: string };

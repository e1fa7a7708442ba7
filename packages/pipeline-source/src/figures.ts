/** Counters that only some hops have; a hop without one has nothing of the kind. */
export type CountName =
  | "events"
  | "invalid"
  | "unknown"
  | "badRows"
  | "setAside"
  | "copies"
  | "duplicates"
  | "undelivered"
  | "throttled"
  | "retries"
  | "errors"
  | "coldStarts"
  | "restarts"
  | "processesLost"
  | "givenUp"
  | "objects"
  | "rows"
  | "refusedLines"
  | "filesFailed";

export type HopKind = "service" | "function" | "delivery" | "pipe" | "destination";

/**
 * One hop of the pipeline at one moment. Counters begin at the description's `startedAtMs`. An absent figure is
 * unknown.
 */
export interface HopFigures {
  readonly name: string;
  readonly kind: HopKind;
  /** Unit of `in`, `out` and `backlog`: records of a stream, files of a pipe, events of a queue. */
  readonly unit: string;
  readonly in?: number | undefined;
  readonly out?: number | undefined;
  /** Units that wait before the hop. */
  readonly backlog?: number | undefined;
  /** Age of the oldest unit under way, in milliseconds; absent where a hop has none. */
  readonly ageMs?: number | undefined;
  readonly counts: Readonly<Partial<Record<CountName, number>>>;
  /** False for a destination that a route names and that does not exist. */
  readonly exists: boolean;
}

/** Figures of all hops, one sample a step, as columns. Counters are totals: a rate is the difference of two samples. */
export interface FigureHistory {
  readonly stepMs: number;
  /** Epoch milliseconds of each sample, oldest first. */
  readonly times: readonly number[];
  /** By hop, then by figure: one number a sample, null where it is not known. A column of zeros is left out. */
  readonly hops: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
}

export type ChangeKind = "start" | "takeover" | "refused" | "alarm" | "notice";

/** Something that happened to the pipeline, marked in charts. */
export interface Change {
  /** 1, 2, 3 … in each run. */
  readonly number: number;
  readonly atMs: number;
  readonly kind: ChangeKind;
  readonly text: string;
}

export interface AlarmFigures {
  readonly name: string;
  /** Unknown where CloudWatch has not had the data to tell yet. */
  readonly state: "OK" | "ALARM" | "UNKNOWN";
  /** A page wakes somebody, a ticket waits for the morning. */
  readonly severity: "page" | "ticket";
  /** Tells the fault, the remedy, and the section of the runbooks. */
  readonly description: string;
  /** When the state began, in epoch milliseconds; absent before its first change. */
  readonly sinceMs?: number | undefined;
}

/** A promise of the pipeline, and what is left of its error budget. */
export interface ObjectiveFigures {
  readonly id: string;
  /** The promise as a sentence. */
  readonly title: string;
  /** Section of docs/runbooks.md. */
  readonly runbook: string;
  /** Periods since the pipeline was watched, at most those of the window. */
  readonly periods: number;
  readonly badPeriods: number;
  /** Bad periods that the goal allows in the window. */
  readonly budget: number;
  /** How many times as fast as allowed the budget was used up: in the last hour, and in the last six. */
  readonly burn: { readonly hour: number; readonly sixHours: number };
  /** True if the last period was bad; absent before the first one is over. */
  readonly isBad?: boolean | undefined;
  /** Names of its alarms that fire. */
  readonly firing: readonly string[];
}

/** All promises. */
export interface ObjectivesFigures {
  /** Per cent of the periods that have to be good. */
  readonly goal: number;
  readonly windowDays: number;
  readonly periodMinutes: number;
  readonly objectives: readonly ObjectiveFigures[];
}

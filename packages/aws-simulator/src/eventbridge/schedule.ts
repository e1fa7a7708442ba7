import type { Clock } from "../clock.ts";
import { OptionError } from "../options.ts";

/** A schedule, its clock and what it invokes. */
export interface ScheduleOptions {
  /** Tells when the next invocation is due. */
  readonly clock: Clock;
  /** `rate(1 minutes)`. */
  readonly expression: string;
  /** Invoked each time, also when the time before is not over. */
  readonly invoke: () => Promise<unknown>;
  /** An invocation failed. It is not tried again: the schedule's retry policy is none. */
  readonly onError?: (error: unknown) => void;
}

/**
 * A schedule of EventBridge Scheduler with a rate: the first invocation is one interval after its start.
 *
 * Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #everyMs: number;
  #timer: unknown;

  /** @throws OptionError for an expression that is not a rate */
  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#everyMs = rateMs(options.expression);
  }

  start(): void {
    const { clock, invoke, onError } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.start();
      invoke().catch((error: unknown) => onError?.(error));
    }, this.#everyMs);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }
}

const unitsMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Milliseconds between two invocations. @throws OptionError for an expression that is not a rate */
function rateMs(expression: string): number {
  const [, count = "", unit = ""] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const unitMs = unitsMs[unit];
  if (unitMs === undefined) throw new OptionError("expression", "a rate such as rate(5 minutes)", expression);
  return Number(count) * unitMs;
}

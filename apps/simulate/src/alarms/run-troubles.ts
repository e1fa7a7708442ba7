import type { Resources } from "../resources.ts";
import { MonitoredPipeline } from "./monitored-pipeline.ts";
import type { Trouble } from "./troubles.ts";

/**
 * Alarms evaluate whole periods of five minutes, at most four of them in a row. By the end of the quiet every instance
 * of a function is warm.
 */
const QUIET_MINUTES = 25;
const BROKEN_MINUTES = 35;

/** The alarms that a trouble raised. */
export interface TroubleOutcome {
  /** Of the trouble. */
  readonly name: string;
  /** Name without the environment, and minutes after the trouble began. */
  readonly fired: readonly { readonly alarm: string; readonly afterMinutes: number }[];
  readonly isAsExpected: boolean;
}

/** Lets one thing go wrong, in a new pipeline. */
export async function runTrouble(resources: Resources, trouble: Trouble): Promise<TroubleOutcome> {
  const monitored = await MonitoredPipeline.create(resources, trouble.plan);
  // A trouble that is there from the start began then.
  const isThere = trouble.plan !== undefined || trouble.before !== undefined;
  const beganAt = isThere ? 0 : QUIET_MINUTES;
  const raised = new Map<string, number>();
  monitored.onAlarm = (alarm, atMinutes) => {
    if (!raised.has(alarm)) raised.set(alarm, atMinutes - beganAt);
  };
  monitored.isSending = trouble.isSilent !== true;
  await monitored.run(
    async () => {
      await monitored.minutes(QUIET_MINUTES);
      await trouble.begin(monitored);
      await monitored.minutes(trouble.minutes ?? BROKEN_MINUTES);
    },
    () => trouble.before?.(monitored) ?? Promise.resolve(),
  );
  const all = [...raised].map(([alarm, afterMinutes]) => ({ alarm, afterMinutes }));
  // Prod's traffic never stops: that it did is told before anything breaks.
  const fired = all.filter(
    ({ alarm, afterMinutes }) => !trouble.isSilent || alarm !== "raw-silence" || afterMinutes >= 0,
  );
  const names = fired.map(({ alarm }) => alarm).sort();
  const first = Math.min(...fired.map(({ afterMinutes }) => afterMinutes));
  const isAsExpected =
    JSON.stringify(names) === JSON.stringify(trouble.alarms.toSorted()) &&
    (fired.length === 0 || (first >= 0 && first <= trouble.withinMinutes));
  return { name: trouble.name, fired, isAsExpected };
}

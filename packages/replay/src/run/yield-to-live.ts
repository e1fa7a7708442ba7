import type { ReplayClock } from "../clock.ts";
import {
  AGES_FOR_A_VERDICT,
  DRAIN_MS,
  FEW_AGES,
  FIRST_SHARE,
  HIGH_AGE,
  LONGEST_VERDICT_MS,
  QUIET_MS,
  REST_EVERY_MS,
  REST_MS,
  TOLERATED_AGE,
  WATCH_EVERY_MS,
} from "../limits.ts";
import type { LiveWatch } from "./live-watch.ts";
import type { Pace } from "./pace.ts";

export interface YieldOptions {
  readonly pace: Pick<Pace, "rest" | "goOn" | "slowDown" | "speedUp">;
  readonly watch: LiveWatch;
  readonly clock: ReplayClock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Keeps a replay from making live events late, until the signal. Now and then the replay rests, and ages of live events
 * are taken as usual; when they are higher beside it, it slows down, and else it speeds up.
 */
export async function yieldToLive({ pace, watch, clock, signal }: YieldOptions): Promise<void> {
  const isOver = (): boolean => signal.aborted;

  async function lookOnce(): Promise<readonly number[]> {
    await clock.wait(WATCH_EVERY_MS);
    return watch.look();
  }

  async function lookFor(longestMs: number, enough = Number.POSITIVE_INFINITY): Promise<readonly number[]> {
    const untilMs = clock.now() + longestMs;
    const ages: number[] = [];
    while (ages.length < enough && clock.now() < untilMs && !isOver()) ages.push(...(await lookOnce()));
    return ages;
  }

  /** Undefined where there is hardly any live traffic. */
  async function usualAge(): Promise<number | undefined> {
    pace.rest();
    // Live events that arrive now were behind the last events of the replay.
    await lookFor(DRAIN_MS);
    const first = await lookFor(QUIET_MS);
    const ages = first.length < FEW_AGES ? [] : [...first, ...(await lookFor(REST_MS - QUIET_MS))];
    pace.goOn();
    return highOf(ages);
  }

  pace.slowDown(FIRST_SHARE);
  while (!isOver()) {
    const usual = await usualAge();
    const untilMs = clock.now() + REST_EVERY_MS;
    while (clock.now() < untilMs && !isOver()) {
      if (usual === undefined) {
        if ((await lookOnce()).length >= FEW_AGES) break;
        pace.speedUp();
      } else {
        const age = highOf(await lookFor(LONGEST_VERDICT_MS, AGES_FOR_A_VERDICT)) ?? 0;
        if (age > usual * TOLERATED_AGE) pace.slowDown();
        else pace.speedUp();
      }
    }
  }
}

/** An age that few are above; undefined for none. */
function highOf(ages: readonly number[]): number | undefined {
  return [...ages].sort((a, b) => a - b)[Math.ceil(ages.length * HIGH_AGE) - 1];
}

import type { ReplayClock } from "../clock.ts";
import {
  DRAIN_MS,
  FEW_AGES,
  HIGH_AGE,
  LONGEST_WAIT_MS,
  LOOK_MS,
  MANY_AGES,
  MOST_LOOKS,
  QUIET_MS,
  REST_EVERY_MS,
  TOLERATED_AGE,
} from "../limits.ts";
import type { LiveWatch } from "./live-watch.ts";
import type { Pace } from "./pace.ts";

export interface YieldOptions {
  readonly pace: Pick<Pace, "beginSlowly" | "rest" | "goOn" | "slowDown" | "speedUp">;
  readonly watch: LiveWatch;
  readonly clock: ReplayClock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Keeps a replay from making live events late, until the signal. Now and then the replay rests, and ages of live events
 * are taken as usual. When they are higher beside it, it rests again: only if they fall it is to blame, and slows down.
 */
export async function yieldToLive({ pace, watch, clock, signal }: YieldOptions): Promise<void> {
  const isOver = (): boolean => signal.aborted;

  async function wait(ms: number): Promise<void> {
    const untilMs = clock.now() + ms;
    while (clock.now() < untilMs && !isOver()) await clock.wait(Math.min(LONGEST_WAIT_MS, untilMs - clock.now()));
  }

  /** Undefined when nothing could be seen. */
  async function lookFor(ms: number): Promise<readonly number[] | undefined> {
    if (isOver()) return undefined;
    const look = await watch.begin();
    await wait(ms);
    return isOver() ? undefined : look.ages();
  }

  /** The high age without the replay; undefined where there is hardly any live traffic. */
  async function usualAge(): Promise<number | undefined> {
    pace.rest();
    // Live events that arrive now were behind the last events of the replay.
    await wait(DRAIN_MS);
    const first = (await lookFor(QUIET_MS)) ?? [];
    const more = first.length < FEW_AGES ? undefined : await lookFor(LOOK_MS - QUIET_MS);
    pace.goOn();
    return more === undefined ? undefined : highOf([...first, ...more]);
  }

  /** The high age beside the replay; undefined when hardly any live event came. */
  async function ageBeside(): Promise<number | undefined> {
    await wait(DRAIN_MS);
    const ages: number[] = [];
    for (let looks = 0; looks < MOST_LOOKS && ages.length < MANY_AGES; looks += 1) {
      ages.push(...((await lookFor(LOOK_MS)) ?? []));
    }
    return highOf(ages);
  }

  /** Speeds up until it is time to rest. @returns an age that is higher than usual, when that is why */
  async function speedUpBeside(usual: number | undefined): Promise<number | undefined> {
    const untilMs = clock.now() + REST_EVERY_MS;
    while (clock.now() < untilMs && !isOver()) {
      if (usual === undefined) {
        const ages = await lookFor(QUIET_MS);
        if (ages !== undefined && ages.length >= FEW_AGES) return undefined;
        if (ages !== undefined) pace.speedUp();
      } else {
        const age = await ageBeside();
        if (age !== undefined && isHigh(age, usual)) return age;
        if (age !== undefined) pace.speedUp();
      }
    }
    return undefined;
  }

  pace.beginSlowly();
  for (let suspect: number | undefined; !isOver(); ) {
    const usual = await usualAge();
    if (suspect !== undefined && usual !== undefined && isHigh(suspect, usual)) pace.slowDown();
    suspect = await speedUpBeside(usual);
  }
}

const isHigh = (age: number, usual: number): boolean => age > usual * TOLERATED_AGE;

/** An age that few are above; undefined for none. */
function highOf(ages: readonly number[]): number | undefined {
  return [...ages].sort((a, b) => a - b)[Math.ceil(ages.length * HIGH_AGE) - 1];
}

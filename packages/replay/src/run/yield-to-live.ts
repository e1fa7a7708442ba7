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
} from "../limits.ts";
import type { LiveWatch } from "./live-watch.ts";
import type { Pace } from "./pace.ts";

export interface YieldOptions {
  readonly pace: Pick<Pace, "beginSlowly" | "rest" | "goOn" | "slowDown" | "speedUp">;
  /** Of streams that the replay's events go through. The first tells how much live traffic there is. */
  readonly watches: readonly [LiveWatch, ...LiveWatch[]];
  readonly clock: ReplayClock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Of each watched stream. */
type Ages = readonly (readonly number[])[];
/** The high age of each watched stream; undefined where hardly any live event came. */
type HighAges = readonly (number | undefined)[];

/**
 * Keeps a replay from making live events late, until the signal. Now and then the replay rests, and ages of live events
 * are taken as usual. When they are higher beside it, it rests again: only if they fall it is to blame, and slows down.
 */
export async function yieldToLive({ pace, watches, clock, signal }: YieldOptions): Promise<void> {
  const isOver = (): boolean => signal.aborted;

  async function wait(ms: number): Promise<void> {
    const untilMs = clock.now() + ms;
    while (clock.now() < untilMs && !isOver()) await clock.wait(Math.min(LONGEST_WAIT_MS, untilMs - clock.now()));
  }

  /** Undefined when nothing could be seen in the first stream. */
  async function lookFor(ms: number): Promise<Ages | undefined> {
    if (isOver()) return undefined;
    const looks = await Promise.all(watches.map((watch) => watch.begin()));
    await wait(ms);
    if (isOver()) return undefined;
    const [first, ...others] = await Promise.all(looks.map((look) => look.ages()));
    return first === undefined ? undefined : [first, ...others.map((ages = []) => ages)];
  }

  /** The high ages without the replay; undefined where there is hardly any live traffic. */
  async function usualAges(): Promise<HighAges | undefined> {
    pace.rest();
    // Live events that arrive now were behind the last events of the replay.
    await wait(DRAIN_MS);
    const first = await lookFor(QUIET_MS);
    const more = countOf(first) < FEW_AGES ? undefined : await lookFor(LOOK_MS - QUIET_MS);
    pace.goOn();
    return more === undefined ? undefined : highOf(join(first, more));
  }

  /** The high ages beside the replay; undefined when hardly any live event came. */
  async function agesBeside(): Promise<HighAges | undefined> {
    await wait(DRAIN_MS);
    let ages: Ages | undefined;
    for (let looks = 0; looks < MOST_LOOKS && countOf(ages) < MANY_AGES; looks += 1) {
      ages = join(ages, await lookFor(LOOK_MS));
    }
    return countOf(ages) === 0 ? undefined : highOf(ages);
  }

  const isHigh = (ages: HighAges, usual: HighAges): boolean =>
    watches.some(({ toleratedAge }, index) => {
      const [age, own] = [ages[index], usual[index]];
      // The clocks of two machines may make an age negative.
      return age !== undefined && own !== undefined && age > Math.max(own, own * toleratedAge);
    });

  /** Speeds up until it is time to rest. @returns ages that are higher than usual, when that is why */
  async function speedUpBeside(usual: HighAges | undefined): Promise<HighAges | undefined> {
    const untilMs = clock.now() + REST_EVERY_MS;
    while (clock.now() < untilMs && !isOver()) {
      if (usual === undefined) {
        const ages = await lookFor(QUIET_MS);
        if (countOf(ages) >= FEW_AGES) return undefined;
        if (ages !== undefined) pace.speedUp();
      } else {
        const ages = await agesBeside();
        if (ages !== undefined && isHigh(ages, usual)) return ages;
        if (ages !== undefined) pace.speedUp();
      }
    }
    return undefined;
  }

  pace.beginSlowly();
  for (let suspect: HighAges | undefined; !isOver(); ) {
    const usual = await usualAges();
    if (suspect !== undefined && usual !== undefined && isHigh(suspect, usual)) pace.slowDown();
    suspect = await speedUpBeside(usual);
  }
}

/** Ages in the stream that tells how much live traffic there is. */
function countOf(ages: Ages | undefined): number {
  return ages?.[0]?.length ?? 0;
}

function join(ages: Ages | undefined, more: Ages | undefined): Ages | undefined {
  return ages?.map((own, index) => [...own, ...(more?.[index] ?? [])]) ?? more;
}

/** Ages that few are above. */
function highOf(ages: Ages = []): HighAges {
  return ages.map((own) => [...own].sort((a, b) => a - b)[Math.ceil(own.length * HIGH_AGE) - 1]);
}

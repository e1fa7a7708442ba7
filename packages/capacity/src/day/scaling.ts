import { ON_DEMAND_SHARDS } from "../limits.ts";
import { PLANNED_LOAD } from "../model/costs-of-work.ts";
import { PEAK_IS_EXPECTED, SECONDS_PER_DAY } from "./day-traffic.ts";

/** Decides the shards of a stream, a second at a time. */
export interface Scaling {
  /** @param filled shards that what was written in the last second fills; @param isBehind some of it had to wait. */
  shardsFor(second: number, filled: number, isBehind: boolean): number;
  /** Calls of UpdateShardCount so far. */
  readonly updates: number;
}

/** Shards that the stream needs at the base rate and at the peak. */
export interface Needs {
  readonly base: number;
  readonly peak: number;
}

export type ScalingName = keyof typeof scalings;

/** The ways to scale a stream that a day compares. */
export const scalings = {
  "fixed for the peak": ({ peak }: Needs): Scaling => constant(atPlannedLoad(peak)),
  "on-demand Standard": ({ base }: Needs): Scaling => new OnDemand(base),
  // Set before the peak and never billed: what is billed is data and the commitment.
  "on-demand Advantage": ({ peak }: Needs): Scaling => constant(atPlannedLoad(peak)),
  following: ({ base }: Needs): Scaling => new Following(atPlannedLoad(base), undefined),
  "following, told of the peak": ({ base, peak }: Needs): Scaling =>
    new Following(atPlannedLoad(base), atPlannedLoad(peak)),
} as const;

const atPlannedLoad = (filled: number): number => Math.max(1, Math.ceil(filled / PLANNED_LOAD));

const constant = (shards: number): Scaling => ({ shardsFor: () => shards, updates: 0 });

/**
 * An on-demand stream takes twice the highest write rate of its last 30 days, here the base rate; what goes beyond it
 * within 15 minutes may be throttled.
 * https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
 */
class OnDemand implements Scaling {
  readonly updates = 0;
  #highest: number;
  #shards: number;

  constructor(base: number) {
    this.#highest = base;
    this.#shards = Math.max(ON_DEMAND_SHARDS, 2 * base);
  }

  shardsFor(second: number, filled: number): number {
    this.#highest = Math.max(this.#highest, filled);
    if (second % 900 === 0) this.#shards = Math.max(this.#shards, 2 * this.#highest);
    return this.#shards;
  }
}

/** The alarm's period and CloudWatch's minute, then UpdateShardCount, which takes minutes for a doubling. */
const ALARM_SECONDS = 120;
const UPDATE_SECONDS = 300;
const UP_ABOVE = 0.7;
const DOWN_BELOW = 0.35;
const QUIET_SECONDS = 3_600;
/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html: a stream, in 24 hours. */
const MAX_UPDATES = 10;

/**
 * A scaler of our own. It doubles at most and halves at most. It waits for a quiet hour before it halves, never halves
 * while a reader or a writer is behind, and keeps within the calls that a stream has in a day.
 */
class Following implements Scaling {
  updates = 0;
  readonly #least: number;
  readonly #expected: number | undefined;
  #shards: number;
  #target: { readonly shards: number; readonly at: number } | undefined;
  #busySince: number | undefined;
  #quietSince: number | undefined;

  constructor(shards: number, expected: number | undefined) {
    this.#shards = shards;
    // The shards that the night leaves are those that the morning needs: a halving saves little and costs two calls.
    this.#least = Math.ceil(shards / 2);
    this.#expected = expected;
  }

  shardsFor(second: number, filled: number, isBehind: boolean): number {
    if (this.#target !== undefined && second >= this.#target.at) {
      this.#shards = this.#target.shards;
      this.#target = undefined;
    }
    const used = filled / this.#shards;
    this.#busySince = used > UP_ABOVE || isBehind ? (this.#busySince ?? second) : undefined;
    this.#quietSince = used < DOWN_BELOW && !isBehind ? (this.#quietSince ?? second) : undefined;
    if (this.#target !== undefined || this.updates >= MAX_UPDATES) return this.#shards;
    const wanted = this.#wanted(second);
    if (wanted !== this.#shards) {
      this.#target = { shards: wanted, at: second + UPDATE_SECONDS };
      this.updates += 1;
      this.#busySince = undefined;
      this.#quietSince = undefined;
    }
    return this.#shards;
  }

  #wanted(second: number): number {
    const { isComing, isThere } = this.#peak(second);
    if (isComing && this.#expected !== undefined && this.#shards < this.#expected) {
      return Math.min(2 * this.#shards, this.#expected);
    }
    if (this.#busySince !== undefined && second - this.#busySince >= ALARM_SECONDS) return 2 * this.#shards;
    const isQuiet = this.#quietSince !== undefined && second - this.#quietSince >= QUIET_SECONDS;
    if (isQuiet && !isComing && !isThere) return Math.max(this.#least, Math.ceil(this.#shards / 2));
    return this.#shards;
  }

  /** A peak that was announced is prepared for half an hour, and kept for two. */
  #peak(second: number): { readonly isComing: boolean; readonly isThere: boolean } {
    if (this.#expected === undefined) return { isComing: false, isThere: false };
    const left = PEAK_IS_EXPECTED - second;
    return { isComing: left > 0 && left <= 1_800, isThere: left <= 0 && left > -7_200 && second < SECONDS_PER_DAY };
  }
}

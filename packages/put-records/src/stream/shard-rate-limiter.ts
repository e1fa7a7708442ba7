import { SHARD_BYTES_PER_SECOND, SHARD_RECORDS_PER_SECOND } from "../limits.ts";

/**
 * Share of throttled attempts above which the rate of a shard is lowered. It is above zero because the limit is found
 * only by reaching it, and because throttling that our rate does not cause must not stop us.
 */
const TOLERATED_THROTTLING = 0.15;

/** Standard deviations above that share before the rate is lowered: the share of few attempts varies by chance. */
const DEVIATIONS = 2;

/**
 * Shortest window, in time and attempts, on which a shard is judged. A client without a limit sends thousands of
 * records to a full shard in a few such windows, and each refused record takes time from records of healthy shards.
 */
const WINDOW_MS = 50;
const WINDOW_ATTEMPTS = 400;
/** A shard with fewer attempts is judged on a second with at least this many throttled records. */
const SLOW_WINDOW_MS = 1000;
const SLOW_WINDOW_THROTTLED = 10;

/** A window older than this is dropped without a judgement. */
const STALE_WINDOW_MS = 3000;

/** The lowered rate, as a share of the rate at which the shard accepted records. */
const DECREASE = 0.95;

/** Recovery per second, as a share of the lowered rate: a straight line. */
const INCREASE = 0.1;
const MIN_INCREASE = 0.02;
const MIN_CAPACITY = 0.005;

/** Tokens saved up by a shard that rests, in seconds of its rate. */
const BURST_SECONDS = 0.25;

/** Without throttling for this long, or with a limit that held nothing back for this long, a shard is free again. */
const FORGET_MS = 30_000;
const IDLE_LIMIT_MS = 5000;

interface ShardState {
  /** Rate at the last decrease, as a multiple of what AWS documents for a shard; undefined while not limited. */
  capacity: number | undefined;
  decreasedAt: number;
  recordTokens: number;
  byteTokens: number;
  refilledAt: number;
  windowStart: number;
  accepted: number;
  acceptedBytes: number;
  throttled: number;
  lastThrottledAt: number;
  /** When the limit last held a record back. */
  lastHeldAt: number;
  /** Answers in a row in which the shard took nothing. */
  refusals: number;
}

/** Counts of one answer for one shard. */
export interface ShardTally {
  accepted: number;
  acceptedBytes: number;
  throttled: number;
}

/**
 * A rate limit per shard that learns from answers: no limit until a shard throttles, then lowered to what the shard
 * takes, then raised on a straight line until it throttles again. Records and bytes share one estimate, a multiple of
 * the documented shard rates, because a shard that is short of one is seldom short of the other.
 */
export class ShardRateLimiter {
  readonly #shards = new Map<string, ShardState>();
  #limited = 0;

  /** True if a shard has throttled lately, so that answers must be tallied. */
  get isWatching(): boolean {
    return this.#shards.size > 0;
  }

  /** True if a shard is limited, so that the shard of each record must be known. */
  get isLimiting(): boolean {
    return this.#limited > 0;
  }

  isLimited(shardId: string): boolean {
    return this.#shards.get(shardId)?.capacity !== undefined;
  }

  /**
   * Takes a record's tokens if the shard has any, and returns whether it had. The balance may go below zero: a record
   * larger than the balance passes, and the records behind it wait longer.
   */
  tryTake(shardId: string, bytes: number, now: number): boolean {
    const state = this.#shards.get(shardId);
    if (state?.capacity === undefined) return true;
    this.#refill(state, state.capacity, now);
    if (state.recordTokens < 1 || state.byteTokens <= 0) {
      state.lastHeldAt = now;
      return false;
    }
    state.recordTokens -= 1;
    state.byteTokens -= bytes;
    return true;
  }

  /** Milliseconds until `tryTake` can succeed. */
  msUntilToken(shardId: string, now: number): number {
    const state = this.#shards.get(shardId);
    if (state?.capacity === undefined) return 0;
    this.#refill(state, state.capacity, now);
    const rate = this.#capacityAt(state, state.capacity, now);
    const forRecord = Math.max(0, 1 - state.recordTokens) / (rate * SHARD_RECORDS_PER_SECOND);
    const forByte = state.byteTokens > 0 ? 0 : (1 - state.byteTokens) / (rate * SHARD_BYTES_PER_SECOND);
    return Math.ceil(Math.max(forRecord, forByte) * 1000);
  }

  /** Adds the counts of an answer. Returns for how many answers in a row the shard has accepted no record. */
  observe(shardId: string, tally: ShardTally, now: number): number {
    let state = this.#shards.get(shardId);
    if (state === undefined) {
      if (tally.throttled === 0) return 0;
      state = newState(now);
      this.#shards.set(shardId, state);
    }
    if (now - state.windowStart > STALE_WINDOW_MS) openWindow(state, now);
    state.accepted += tally.accepted;
    state.acceptedBytes += tally.acceptedBytes;
    state.throttled += tally.throttled;
    if (tally.throttled > 0) state.lastThrottledAt = now;
    state.refusals = tally.accepted > 0 ? 0 : state.refusals + 1;
    this.#judge(state, now);
    if (now - state.lastThrottledAt > FORGET_MS) this.forget(shardId);
    else if (state.capacity !== undefined && now - state.lastHeldAt > IDLE_LIMIT_MS) this.#lift(state);
    return state.refusals;
  }

  /** Drops the state of a shard that is closed, or has not throttled for long. */
  forget(shardId: string): void {
    if (this.isLimited(shardId)) this.#limited--;
    this.#shards.delete(shardId);
  }

  /** Drops the shards that no longer exist. */
  retain(isOpen: (shardId: string) => boolean): void {
    for (const shardId of this.#shards.keys()) {
      if (!isOpen(shardId)) this.forget(shardId);
    }
  }

  /** The limits in force, for `stats()`. */
  limits(now: number): { shardId: string; recordsPerSecond: number; bytesPerSecond: number }[] {
    return [...this.#shards].flatMap(([shardId, state]) => {
      if (state.capacity === undefined) return [];
      const rate = this.#capacityAt(state, state.capacity, now);
      return [
        { shardId, recordsPerSecond: rate * SHARD_RECORDS_PER_SECOND, bytesPerSecond: rate * SHARD_BYTES_PER_SECOND },
      ];
    });
  }

  #capacityAt(state: ShardState, capacity: number, now: number): number {
    const perSecond = Math.max(MIN_INCREASE, capacity * INCREASE);
    return capacity + (perSecond * Math.max(0, now - state.decreasedAt)) / 1000;
  }

  #refill(state: ShardState, capacity: number, now: number): void {
    const rate = this.#capacityAt(state, capacity, now);
    const seconds = Math.max(0, now - state.refilledAt) / 1000;
    const recordRate = rate * SHARD_RECORDS_PER_SECOND;
    const byteRate = rate * SHARD_BYTES_PER_SECOND;
    state.refilledAt = now;
    state.recordTokens = Math.min(state.recordTokens + seconds * recordRate, Math.max(1, recordRate * BURST_SECONDS));
    state.byteTokens = Math.min(state.byteTokens + seconds * byteRate, Math.max(1, byteRate * BURST_SECONDS));
  }

  #lift(state: ShardState): void {
    state.capacity = undefined;
    this.#limited--;
  }

  /** Lowers the rate when the window shows more throttling than is tolerated. */
  #judge(state: ShardState, now: number): void {
    const elapsedMs = now - state.windowStart;
    const attempts = state.accepted + state.throttled;
    const isFull = elapsedMs >= WINDOW_MS && attempts >= WINDOW_ATTEMPTS;
    const isSlow = elapsedMs >= SLOW_WINDOW_MS && state.throttled >= SLOW_WINDOW_THROTTLED;
    if (!isFull && !isSlow) return;
    if (isTooMuch(state.throttled, attempts)) {
      const seconds = elapsedMs / 1000;
      const taken = Math.max(
        state.accepted / seconds / SHARD_RECORDS_PER_SECOND,
        state.acceptedBytes / seconds / SHARD_BYTES_PER_SECOND,
      );
      const before = state.capacity === undefined ? Infinity : this.#capacityAt(state, state.capacity, now);
      if (state.capacity === undefined) this.#limited++;
      state.capacity = Math.max(MIN_CAPACITY, Math.min(before, taken * DECREASE));
      state.decreasedAt = now;
      state.lastHeldAt = now;
      state.refilledAt = now;
      state.recordTokens = 0;
      state.byteTokens = 0;
    }
    openWindow(state, now);
  }
}

/** True if the refusals exceed the tolerated share by more than {@link DEVIATIONS} standard deviations. */
function isTooMuch(throttled: number, attempts: number): boolean {
  const expected = attempts * TOLERATED_THROTTLING;
  return throttled > expected + DEVIATIONS * Math.sqrt(expected * (1 - TOLERATED_THROTTLING));
}

function newState(now: number): ShardState {
  return {
    capacity: undefined,
    decreasedAt: now,
    recordTokens: 0,
    byteTokens: 0,
    refilledAt: now,
    windowStart: now,
    accepted: 0,
    acceptedBytes: 0,
    throttled: 0,
    lastThrottledAt: now,
    lastHeldAt: now,
    refusals: 0,
  };
}

function openWindow(state: ShardState, now: number): void {
  state.windowStart = now;
  state.accepted = 0;
  state.acceptedBytes = 0;
  state.throttled = 0;
}

import { SHARD_BYTES_PER_SECOND, SHARD_RECORDS_PER_SECOND } from "./limits.ts";

/**
 * Share of throttled attempts a shard may show before its rate is lowered. Above zero on purpose: the limit can only
 * be found by touching it, and throttling that has nothing to do with our rate must not bring us to a halt.
 */
const TOLERATED_THROTTLING = 0.15;

/** …by this many standard deviations: what few attempts show may be chance. */
const DEVIATIONS = 2;

/**
 * A shard is judged on at least this long and this many attempts: a client without a limit puts thousands of records to
 * a full shard in a few such windows, and each refused one takes time from those whose shards are well…
 */
const WINDOW_MS = 50;
const WINDOW_ATTEMPTS = 400;
/** …or, when it sees fewer, on a second with at least so many throttled ones. */
const SLOW_WINDOW_MS = 1000;
const SLOW_WINDOW_THROTTLED = 10;

/** A window this old says nothing about the rate any more. */
const STALE_WINDOW_MS = 3000;

/** The lowered rate is this share of what the shard was seen to take. */
const DECREASE = 0.95;

/** Recovery in a second: this share of the lowered rate, so that it is a straight line. */
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

/** What one answer showed of one shard. */
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

  /** Whether answers need to be tallied: some shard throttled not long ago. */
  get isWatching(): boolean {
    return this.#shards.size > 0;
  }

  /** Whether any shard is limited, so that it matters which shard a record goes to. */
  get isLimiting(): boolean {
    return this.#limited > 0;
  }

  isLimited(shardId: string): boolean {
    return this.#shards.get(shardId)?.capacity !== undefined;
  }

  /**
   * Takes a record's tokens if the shard has any. The balance may go below zero: a large record waits no less, but
   * passes.
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

  /** Takes in what an answer showed of a shard; says how often in a row it took nothing. */
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

  /** Drops what is known of a shard: it was closed, or has been well for long. */
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

/** Whether so many refusals cannot well be the tolerated share and chance. */
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

/** Source of time for this package. Pass a virtual clock to test without waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after `delayMs`. The handle goes to {@link Clock.clearTimeout}. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Takes a callback back that was not called yet; any other handle is ignored. */
  clearTimeout(handle: unknown): void;
}

/**
 * The longest delay of a Node timer. A timer with a longer delay fires after 1 ms. https://nodejs.org/api/timers.html
 */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The process's own clock: the only place in this package that touches global time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // A longer delay means "no limit" to its caller; it is cut to 24 days.
  setTimeout: (callback, delayMs) => globalThis.setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS)),
  clearTimeout: (handle) => {
    globalThis.clearTimeout(handle as ReturnType<typeof globalThis.setTimeout>);
  },
};

/** The process's own randomness, a number in [0, 1). */
export const systemRandom = (): number => Math.random();

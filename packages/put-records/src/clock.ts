/** Time as this package sees it. Pass a virtual clock to test without waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after `delayMs`. The handle goes to {@link Clock.clearTimeout}. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The longest delay of a timer of Node; with a longer one it fires after 1 ms. https://nodejs.org/api/timers.html */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The process's own clock: the only place in this package that touches global time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Who asks for more wants no limit: that is kept for 24 days.
  setTimeout: (callback, delayMs) => globalThis.setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS)),
  clearTimeout: (handle) => {
    globalThis.clearTimeout(handle as ReturnType<typeof globalThis.setTimeout>);
  },
};

/** The process's own randomness, a number in [0, 1). */
export const systemRandom = (): number => Math.random();

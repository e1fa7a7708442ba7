import { MAX_DELAY_MS } from "./limits.ts";

/** Time as this package sees it. Pass a virtual clock to test without waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after `delayMs`. The handle goes to {@link Clock.clearTimeout}. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Takes a callback back that was not called yet; any other handle is ignored. */
  clearTimeout(handle: unknown): void;
}

/** The only place in this package that touches global time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, MAX_DELAY_MS)),
  clearTimeout: (handle) => {
    clearTimeout(handle as ReturnType<typeof setTimeout> | undefined);
  },
};

import { OptionError } from "./options.ts";
import type { Random } from "./random.ts";

/** Time as a component sees it. Everything in this package asks a clock; nothing asks the machine. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `callback` once, `delayMs` milliseconds from now. The handle is only good for `clearTimeout`. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Cancels a timer that has not fired; a handle that fired, or that was cancelled, is ignored. */
  clearTimeout(handle: unknown): void;
}

/** The machine's own clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => globalThis.setTimeout(callback, delayMs),
  clearTimeout: (handle) => {
    globalThis.clearTimeout(handle as NodeJS.Timeout | undefined);
  },
};

/** Resolves `delayMs` milliseconds later on `clock`. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, delayMs);
  });
}

/** The same timers with another idea of what time it is, as a host with a wrong clock has. */
export function skewClock(clock: Clock, offsetMs: number | ((now: number) => number)): Clock {
  const offset = typeof offsetMs === "number" ? () => offsetMs : offsetMs;
  return {
    now: () => {
      const now = clock.now();
      return now + offset(now);
    },
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
    clearTimeout: (handle) => {
      clock.clearTimeout(handle);
    },
  };
}

/** Start and randomness of a virtual clock. */
export interface VirtualClockOptions {
  /** Epoch milliseconds at which the clock starts. Default 2026-01-01T00:00:00Z. */
  readonly startMs?: number;
  /**
   * Draws the order of timers that are due at the same millisecond, so that other seeds show other interleavings.
   * Default: the order in which they were set.
   */
  readonly random?: Random;
  /** Called with what a timer's callback throws. Default: the run in progress rejects with it. */
  readonly onError?: (error: unknown) => void;
}

interface Timer {
  readonly dueMs: number;
  readonly tie: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

const defaultStartMs = Date.UTC(2026, 0, 1);

/**
 * A clock that moves only when it is told to, straight to the next timer.
 *
 * Timers fire one at a time, in order of time and then of `random` (or of creation). After each of them the clock
 * waits until every promise that can settle has settled, so that code between two timers always runs to its end and the
 * same program gives the same history. It cannot wait for real input and output (sockets, files, `zlib` callbacks,
 * worker threads): code under a virtual clock must not do any.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * let fired = false;
 * clock.setTimeout(() => { fired = true; }, 60_000);
 * await clock.runFor(60_000); // takes no real time
 * ```
 */
export class VirtualClock implements Clock {
  readonly #heap: Timer[] = [];
  readonly #random: Random | undefined;
  readonly #onError: ((error: unknown) => void) | undefined;
  #nowMs: number;
  #created = 0;
  #live = 0;
  #fired = 0;
  #isRunning = false;

  constructor(options: VirtualClockOptions = {}) {
    this.#nowMs = options.startMs ?? defaultStartMs;
    this.#random = options.random;
    this.#onError = options.onError;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Timers set and neither fired nor cancelled. */
  get pendingTimers(): number {
    return this.#live;
  }

  /** Timers fired since the clock was made. */
  get firedTimers(): number {
    return this.#fired;
  }

  /** When the next timer is due, in epoch milliseconds; `undefined` when there is none. */
  get nextDueMs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.dueMs;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    const delay = Number.isFinite(delayMs) ? Math.max(0, Math.ceil(delayMs)) : 0;
    const timer: Timer = {
      dueMs: this.#nowMs + delay,
      tie: this.#random?.() ?? 0,
      order: this.#created++,
      callback,
    };
    this.#push(timer);
    this.#live += 1;
    return timer;
  }

  clearTimeout(handle: unknown): void {
    const timer = handle as Timer | undefined | null;
    if (timer?.callback === undefined) return;
    timer.callback = undefined;
    this.#live -= 1;
  }

  /** Resolves `delayMs` virtual milliseconds later. */
  sleep(delayMs: number): Promise<void> {
    return sleep(this, delayMs);
  }

  /** Lets every promise that can settle without a timer settle. */
  settle(): Promise<void> {
    // An immediate runs after the microtask queue has run dry, however long the chains in it are.
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves the clock on by `ms`, firing what falls due on the way, and leaves it exactly there. */
  async runFor(ms: number): Promise<void> {
    await this.runUntilTime(this.#nowMs + Math.max(0, ms));
  }

  /** Moves the clock on to `epochMs`, firing what falls due on the way. */
  async runUntilTime(epochMs: number): Promise<void> {
    await this.#run(() => false, epochMs);
    if (this.#nowMs < epochMs) this.#nowMs = epochMs;
  }

  /**
   * Runs until no timer is left, or until `limitMs` virtual milliseconds have passed. Components that poll for ever
   * (a mapping, a delivery stream) never fall idle: stop them first, or use {@link runUntil}.
   * @returns whether no timer is left.
   */
  async runUntilIdle(options: { readonly limitMs?: number } = {}): Promise<boolean> {
    await this.#run(() => false, this.#nowMs + (options.limitMs ?? Number.POSITIVE_INFINITY));
    return this.#live === 0;
  }

  /**
   * Runs until `isDone()` is true, asked after every timer.
   * @returns false when the timers ran out, or `limitMs` (default one virtual day) passed, before it was.
   */
  async runUntil(isDone: () => boolean, options: { readonly limitMs?: number } = {}): Promise<boolean> {
    return this.#run(isDone, this.#nowMs + (options.limitMs ?? 86_400_000));
  }

  /** Runs until `promise` settles, and gives what it gave. Rejects when no timer is left that could settle it. */
  async run<T>(promise: Promise<T>, options: { readonly limitMs?: number } = {}): Promise<T> {
    let isSettled = false;
    const watched = promise.finally(() => {
      isSettled = true;
    });
    watched.catch(() => undefined);
    const isDone = await this.runUntil(() => isSettled, options);
    if (!isDone) {
      throw new Error(
        `The promise is still pending at virtual time ${new Date(this.#nowMs).toISOString()} with ${this.#live} timers left: ` +
          "it waits for something that no timer brings about, or for longer than limitMs.",
      );
    }
    return watched;
  }

  async #run(isDone: () => boolean, untilMs: number): Promise<boolean> {
    // No timer is due after it: what polls for ever would run for ever.
    if (Number.isNaN(untilMs)) throw new OptionError("time to run until", "a number", untilMs);
    if (this.#isRunning) {
      throw new Error("This VirtualClock is already running: await the run in progress before starting another.");
    }
    this.#isRunning = true;
    try {
      await this.settle();
      while (!isDone()) {
        this.#dropCancelled();
        const timer = this.#heap[0];
        if (timer === undefined || timer.dueMs > untilMs) return false;
        this.#pop();
        this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
        this.#fire(timer);
        await this.settle();
      }
      return true;
    } finally {
      this.#isRunning = false;
    }
  }

  #fire(timer: Timer): void {
    const { callback } = timer;
    timer.callback = undefined;
    this.#live -= 1;
    this.#fired += 1;
    if (callback === undefined) return;
    if (this.#onError === undefined) {
      callback();
      return;
    }
    try {
      callback();
    } catch (error) {
      this.#onError(error);
    }
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]?.callback === undefined) this.#pop();
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(timer, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      if (child === undefined) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && isBefore(right, child)) {
        childIndex += 1;
        child = right;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  if (a.dueMs !== b.dueMs) return a.dueMs < b.dueMs;
  if (a.tie !== b.tie) return a.tie < b.tie;
  return a.order < b.order;
}

/** Ends within {@link RESTART_WINDOW_MS} after which a process is not started again. */
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 60_000;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 5_000;

/** Decides whether a process that ended by itself is started again, and when. */
export class RestartPolicy {
  #endsMs: readonly number[] = [];
  #restarts = 0;

  /** Restarts so far. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Books an end. @returns milliseconds to wait before the next start, or undefined when there have been too many. */
  nextDelayMs(nowMs: number): number | undefined {
    this.#endsMs = [...this.#endsMs.filter((endMs) => nowMs - endMs < RESTART_WINDOW_MS), nowMs];
    if (this.#endsMs.length > MAX_RESTARTS) return undefined;
    this.#restarts += 1;
    return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#endsMs.length - 1));
  }
}

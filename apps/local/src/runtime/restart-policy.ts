/** Ends within {@link restartWindowMs} after which a process is not started again. */
const maxRestarts = 5;
const restartWindowMs = 60_000;
const firstDelayMs = 200;
const maxDelayMs = 5_000;

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
    this.#endsMs = [...this.#endsMs.filter((endMs) => nowMs - endMs < restartWindowMs), nowMs];
    if (this.#endsMs.length > maxRestarts) return undefined;
    this.#restarts += 1;
    return Math.min(maxDelayMs, firstDelayMs * 2 ** (this.#endsMs.length - 1));
  }
}

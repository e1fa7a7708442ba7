import { getHeapStatistics } from "node:v8";
import type { Clock } from "@millrace/put-records";
import { LOAD_SAMPLE_MS, MAX_HEAP_SHARE, MAX_LOOP_DELAY_MS, OWN_DELAY_SHARE } from "../limits.ts";

/** How busy the process is. */
export interface Load {
  /** True if the loop is so late, or the heap so full, that no request can be taken. */
  readonly isExhausted: boolean;
}

/** A process with time to spare, for services without a watch. */
export const idleLoad: Load = { isExhausted: false };

/** Measurements of the process; passed in for tests. */
export interface LoadProbe {
  /** Microseconds of processor time since the process began. */
  readonly processorUs: () => number;
  /** Part of the heap's limit that is in use, 0 to 1. */
  readonly heapShare: () => number;
}

export const processProbe: LoadProbe = {
  processorUs: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  heapShare: () => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return used / limit;
  },
};

/**
 * Looks at the event loop and the heap ten times a second. A late loop counts only when the process itself kept the
 * processor busy: on a machine that is shared with others, waiting is not overload.
 */
export class LoadWatch implements Load {
  isExhausted = false;
  readonly #clock: Clock;
  readonly #probe: LoadProbe;
  #timer: unknown;
  #sampledMs: number;
  #processorUs: number;

  constructor(clock: Clock, probe: LoadProbe = processProbe) {
    this.#clock = clock;
    this.#probe = probe;
    this.#sampledMs = clock.now();
    this.#processorUs = probe.processorUs();
    this.#schedule();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#sample();
      this.#schedule();
    }, LOAD_SAMPLE_MS);
  }

  #sample(): void {
    const nowMs = this.#clock.now();
    const processorUs = this.#probe.processorUs();
    const elapsedMs = nowMs - this.#sampledMs;
    const delayMs = elapsedMs - LOAD_SAMPLE_MS;
    const isBusy = (processorUs - this.#processorUs) / 1_000 >= OWN_DELAY_SHARE * elapsedMs;
    this.#sampledMs = nowMs;
    this.#processorUs = processorUs;
    this.isExhausted = (isBusy && delayMs >= MAX_LOOP_DELAY_MS) || this.#probe.heapShare() >= MAX_HEAP_SHARE;
  }
}

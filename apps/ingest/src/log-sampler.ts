import type { Clock } from "@millrace/put-records";
import { LOG_INTERVAL_MS } from "./limits.ts";

/** Lets one line of a kind through a second: an outage at 200 requests a second is one fact, not 200. */
export class LogSampler {
  readonly #clock: Clock;
  readonly #kinds = new Map<string, { nextMs: number; suppressed: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Returns the number of lines left out since the last one if a line of this kind is to be written now, else
   * undefined.
   * @param kind one of few: a problem code
   */
  take(kind: string): { readonly suppressed: number } | undefined {
    const nowMs = this.#clock.now();
    const known = this.#kinds.get(kind);
    if (known !== undefined && nowMs < known.nextMs) {
      known.suppressed += 1;
      return undefined;
    }
    this.#kinds.set(kind, { nextMs: nowMs + LOG_INTERVAL_MS, suppressed: 0 });
    return { suppressed: known?.suppressed ?? 0 };
  }
}

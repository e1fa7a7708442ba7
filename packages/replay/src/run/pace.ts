import type { ReplayClock } from "../clock.ts";
import { EVENTS_PER_STEP, GROUP_MS } from "../limits.ts";

/** Most events and bytes a second. */
export interface Rate {
  readonly events: number;
  readonly bytes: number;
}

/** After so long without a throttled record the rate goes up again by a tenth. */
const calmMs = 10_000;
/** Never below: a replay that is throttled for good would otherwise never end. */
const leastShare = 0.02;

/** Spaces puts so that a rate is kept, and halves the rate when the stream throttles. */
export class Pace {
  readonly #rate: Rate;
  readonly #clock: ReplayClock;
  #share = 1;
  #nextMs = 0;
  #changedMs = 0;

  constructor(rate: Rate, clock: ReplayClock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Events a second now. */
  get eventsPerSecond(): number {
    return this.#rate.events * this.#share;
  }

  /** Most events to put at once. */
  get groupSize(): number {
    const events = Math.round((this.eventsPerSecond * GROUP_MS) / 1_000);
    return Math.max(1, Math.min(EVENTS_PER_STEP, events));
  }

  /** Waits until so much may be put. */
  async take(events: number, bytes: number): Promise<void> {
    const now = this.#clock.now();
    if (this.#share < 1 && now - this.#changedMs >= calmMs) {
      this.#share = Math.min(1, this.#share * 1.1);
      this.#changedMs = now;
    }
    const startMs = Math.max(now, this.#nextMs);
    const seconds = Math.max(events / this.#rate.events, bytes / this.#rate.bytes) / this.#share;
    this.#nextMs = startMs + seconds * 1_000;
    if (startMs > now) await this.#clock.wait(startMs - now);
  }

  /** The stream, or live traffic beside us, is at its limit. */
  throttled(): void {
    const now = this.#clock.now();
    // One throttled request has many records: they halve the rate once.
    if (now - this.#changedMs < 1_000) return;
    this.#share = Math.max(leastShare, this.#share / 2);
    this.#changedMs = now;
  }
}

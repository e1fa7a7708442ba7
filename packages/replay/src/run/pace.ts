import type { ReplayClock } from "../clock.ts";
import {
  EVENTS_PER_STEP,
  FASTER,
  FIRST_FASTER,
  FIRST_SHARE,
  GROUP_MS,
  LEAST_SHARE,
  LONGEST_WAIT_MS,
  SLOWER,
} from "../limits.ts";

/** Most events and bytes a second. */
export interface Rate {
  readonly events: number;
  readonly bytes: number;
}

/** After so long without a throttled record the rate goes up again by a tenth. */
const CALM_MS = 10_000;
/** So often a resting replay looks whether it may go on. */
const REST_LOOK_MS = 100;

/** Spaces puts so that a rate is kept; slower while the stream throttles, or live traffic suffers. */
export class Pace {
  readonly #rate: Rate;
  readonly #clock: ReplayClock;
  /** Of the rate that the stream takes. */
  #taken = 1;
  /** Of the rate that live traffic bears. */
  #borne = 1;
  #faster = FIRST_FASTER;
  #isResting = false;
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

  /** Waits until so much may be put, or until the signal. */
  async take(events: number, bytes: number, signal?: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal?.aborted === true;
    while (this.#isResting && !isOver()) await this.#clock.wait(REST_LOOK_MS);
    const now = this.#clock.now();
    if (this.#taken < 1 && now - this.#changedMs >= CALM_MS) {
      this.#taken = Math.min(1, this.#taken * 1.1);
      this.#changedMs = now;
    }
    const startMs = Math.max(now, this.#nextMs);
    const seconds = Math.max(events / this.#rate.events, bytes / this.#rate.bytes) / this.#share;
    this.#nextMs = startMs + seconds * 1_000;
    for (let leftMs = startMs - now; leftMs > 0 && !isOver(); leftMs = startMs - this.#clock.now()) {
      await this.#clock.wait(Math.min(LONGEST_WAIT_MS, leftMs));
    }
  }

  /** The stream is at its limit. */
  throttled(): void {
    const now = this.#clock.now();
    // One throttled request has many records: they halve the rate once.
    if (now - this.#changedMs < 1_000) return;
    this.#taken = Math.max(LEAST_SHARE, this.#taken / 2);
    this.#changedMs = now;
  }

  /** Puts nothing until it goes on. */
  rest(): void {
    this.#isResting = true;
  }

  goOn(): void {
    this.#isResting = false;
  }

  /** Nobody knows yet what live traffic bears. */
  beginSlowly(): void {
    this.#borne = FIRST_SHARE;
  }

  /** Live traffic suffers. */
  slowDown(): void {
    this.#borne = Math.max(LEAST_SHARE, this.#borne * SLOWER);
    this.#faster = FASTER;
  }

  /** Live traffic is as without the replay. */
  speedUp(): void {
    this.#borne = Math.min(1, this.#borne * this.#faster);
  }

  get #share(): number {
    return this.#taken * this.#borne;
  }
}

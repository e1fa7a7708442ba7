/** Events that came in one second, as far as they did not go on yet. */
interface Waiting {
  readonly since: number;
  events: number;
}

/**
 * A stream as a flow: what it does not take in a second waits, first come, first served. Each event keeps the second in
 * which it came to the pipeline.
 */
export class FluidStream {
  readonly #waiting: Waiting[] = [];
  #first = 0;
  #waitingEvents = 0;
  /** Events that were not taken in the second in which they came to this stream. */
  delayed = 0;
  /** Seconds in which the stream refused some. */
  throttledSeconds = 0;

  /** Adds what comes and gives what the stream takes: at most so many events. */
  step(arriving: readonly Readonly<Waiting>[], takes: number): { readonly taken: Waiting[]; readonly events: number } {
    for (const { since, events } of arriving) this.#waiting.push({ since, events });
    const arrived = arriving.reduce((sum, { events }) => sum + events, 0);
    const taken: Waiting[] = [];
    let left = takes;
    let next = this.#waiting[this.#first];
    while (next !== undefined && left > TINY) {
      const events = Math.min(left, next.events);
      taken.push({ since: next.since, events });
      left -= events;
      next.events -= events;
      if (next.events <= TINY) this.#first += 1;
      next = this.#waiting[this.#first];
    }
    this.#waitingEvents = Math.max(0, this.#waitingEvents + arrived - (takes - left));
    if (this.#first > MAX_DONE) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    if (this.isBehind) {
      this.throttledSeconds += 1;
      this.delayed += Math.min(arrived, this.#waitingEvents);
    }
    return { taken, events: takes - left };
  }

  get isBehind(): boolean {
    return this.#first < this.#waiting.length;
  }
}

/** Less than a millionth of an event is what floating point leaves. */
const TINY = 1e-6;
const MAX_DONE = 1_000;

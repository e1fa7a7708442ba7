import type { EventSummary, EventTotals, LiveEvents } from "../api.ts";

const KEPT = 2_000;
/** Between two drawings: nobody reads a list that changes more often, and each costs as much as all of its rows. */
const DRAW_EVERY_MS = 500;

/**
 * The newest events of the live tail, apart from what is drawn: a burst is drawn twice a second at most, and a paused
 * list counts what is new.
 */
export class EventBuffer {
  /** Newest first. */
  events: readonly EventSummary[] = [];
  totals: EventTotals | undefined;
  /** Events that the console lost because this browser, or the console itself, did not keep up. */
  missed = 0;
  /** Events that came since the last {@link shown}. */
  fresh = 0;
  #waiting: EventSummary[] = [];
  #listener: (() => void) | undefined;
  #isDue = false;
  #drawnMs = Number.NEGATIVE_INFINITY;

  /** Bound, because it is given away. */
  readonly take = ({ events, missed, totals }: LiveEvents): void => {
    this.#waiting.push(...events);
    if (this.#waiting.length > KEPT) this.#waiting.splice(0, this.#waiting.length - KEPT);
    this.fresh += events.length + missed;
    this.missed += missed;
    this.totals = totals;
    if (this.#isDue) return;
    this.#isDue = true;
    const waitMs = Math.max(0, this.#drawnMs + DRAW_EVERY_MS - performance.now());
    setTimeout(() => requestAnimationFrame(this.#flush), waitMs);
  };

  readonly #flush = (): void => {
    this.#isDue = false;
    this.#drawnMs = performance.now();
    this.events = [...this.#waiting.reverse(), ...this.events].slice(0, KEPT);
    this.#waiting = [];
    this.#listener?.();
  };

  /** Begins with what the console has read. */
  fill(events: readonly EventSummary[], totals: EventTotals): void {
    this.events = [...events].reverse().slice(0, KEPT);
    this.totals = totals;
    this.#listener?.();
  }

  shown(): void {
    this.fresh = 0;
  }

  /** @returns a function that ends it */
  listen(listener: () => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }
}

import type { Cursor, LinePage, PipelineSource } from "@millrace/pipeline-source";
import type { EventSummary, EventTotals, LiveEvents, QualityAnswer } from "../api.ts";
import { EventIndex } from "./event-index.ts";
import { readEvent } from "./event-summary.ts";
import { BACKFILL_MS, BACKFILL_RECORDS, KEPT_EVENTS } from "./limits.ts";

/** Between two looks at the stream while a page follows it. */
const POLL_MS = 250;
const LINES_PER_POLL = 2_000;
const BACKFILL_PAGE = 2_000;

type Listener = (events: LiveEvents) => void;

/**
 * Reads the enriched stream and the bad rows once for all pages: backwards when it is first asked, then new lines as
 * long as a page follows. It asks for the next lines when it has read the last ones. So a slow console loses events,
 * reports their number, and holds nothing up.
 */
export class EventFeed {
  readonly #source: PipelineSource;
  readonly #index = new EventIndex();
  /** Each with what it is told when the pipeline does not answer. */
  readonly #listeners = new Map<Listener, (error: unknown) => void>();
  /** Oldest first. */
  #recent: EventSummary[] = [];
  #after = new Map<string, Cursor>();
  #begun: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #isFollowing = false;

  constructor(source: PipelineSource) {
    this.#source = source;
  }

  /** Calls back with what comes from now on. @returns a function that ends it */
  follow(listener: Listener, onError: (error: unknown) => void): () => void {
    this.#listeners.set(listener, onError);
    if (!this.#isFollowing) {
      this.#isFollowing = true;
      this.#poll().catch((error: unknown) => {
        this.#isFollowing = false;
        // A follower comes back by itself, as browsers do.
        const told = [...this.#listeners.values()];
        this.#listeners.clear();
        for (const tell of told) tell(error);
      });
    }
    return () => void this.#listeners.delete(listener);
  }

  /** The newest events of the enriched stream, oldest first. */
  async recent(): Promise<readonly EventSummary[]> {
    await this.catchUp();
    return this.#recent;
  }

  async totals(): Promise<EventTotals> {
    await this.catchUp();
    return this.#index.totals();
  }

  async quality(): Promise<QualityAnswer> {
    await this.catchUp();
    return this.#index.quality();
  }

  /**
   * Deployments as the events show them that were read so far: this begins the reading, and waits for none of it.
   */
  changes(): readonly { readonly atMs: number; readonly text: string }[] {
    if (this.#begun === undefined) this.catchUp().catch(() => undefined);
    return this.#index.changes();
  }

  /** Reads what came since the last look. */
  async catchUp(): Promise<void> {
    this.#begun ??= this.#begin();
    try {
      await this.#begun;
    } catch (error) {
      this.#begun = undefined;
      throw error;
    }
    this.#reading ??= this.#readOn().finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #poll(): Promise<void> {
    while (this.#listeners.size > 0) {
      await this.catchUp();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.#isFollowing = false;
  }

  async #streams(): Promise<readonly string[]> {
    const { streams } = await this.#source.describe();
    return [streams.enriched, streams.badRows];
  }

  async #begin(): Promise<void> {
    const deadlineMs = Date.now() + BACKFILL_MS;
    for (const stream of await this.#streams()) {
      let page: LinePage | undefined;
      let looked = 0;
      do {
        page = await this.#source.readLines({ stream, limit: BACKFILL_PAGE, before: page?.before });
        if (!this.#after.has(stream)) this.#after.set(stream, page.after);
        looked += page.looked;
        const events = page.lines.map(readEvent);
        for (const event of events) this.#index.add(event);
        const room = KEPT_EVENTS - this.#recent.length;
        if (room > 0)
          this.#recent.unshift(
            ...events
              .slice(0, room)
              .map(({ summary }) => summary)
              .reverse(),
          );
      } while (!page.isEnd && looked < BACKFILL_RECORDS && Date.now() < deadlineMs);
    }
    this.#recent.sort((a, b) => a.atMs - b.atMs);
  }

  async #readOn(): Promise<void> {
    const fresh: EventSummary[] = [];
    let missed = 0;
    for (const stream of await this.#streams()) {
      const page = await this.#source.readLines({ stream, limit: LINES_PER_POLL, after: this.#after.get(stream) });
      this.#after.set(stream, page.after);
      missed += page.skipped;
      for (const line of page.lines) {
        const event = readEvent(line);
        this.#index.add(event);
        fresh.push(event.summary);
      }
    }
    if (missed > 0) this.#index.miss(missed);
    if (fresh.length === 0 && missed === 0) return;
    fresh.sort((a, b) => a.atMs - b.atMs);
    this.#recent = [...this.#recent, ...fresh].slice(-KEPT_EVENTS);
    const totals = this.#index.totals();
    for (const listener of this.#listeners.keys()) listener({ events: fresh, missed, totals });
  }
}

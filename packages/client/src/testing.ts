/**
 * For end-to-end tests of applications: what a running pipeline made of the events they sent. It reads the console of
 * `pnpm start`; nothing of it belongs into a page.
 */

/** One event as the pipeline lists it, masked. */
export interface SeenEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  readonly status: "valid" | "invalid" | "unknown" | "bad";
  /** Name and version of its contract, such as `search/click/1-0-0`. */
  readonly contract: string | null;
  /** First fault. */
  readonly fault: string | null;
  /** When the stream took it, in epoch milliseconds. */
  readonly atMs: number;
}

/** The fate of one event. */
export interface EventFate {
  readonly status: string;
  /** `<path> <message> (<keyword>)`. */
  readonly faults: readonly string[];
  /** `<path>: <action> (<class>)`. */
  readonly masked: readonly string[];
  /** By route: `delivered`, `undelivered`, `on its way`, `sampled out` or `no match`. */
  readonly routes: Readonly<Record<string, string>>;
  /** The enriched event, masked. */
  readonly enriched: unknown;
}

export interface WaitOptions {
  /** Events behind this mark alone; see {@link PipelineUnderTest.mark}. */
  readonly after?: string;
  /** How long to wait, in milliseconds. Default 15,000. */
  readonly timeoutMs?: number;
  /** How long no further one may come once there are enough, in milliseconds. Default 500. */
  readonly settleMs?: number;
}

/** The pipeline did not do in time what a test waits for, or its console does not answer. */
export class PipelineTestError extends Error {
  override readonly name = "PipelineTestError";
}

/** A pipeline that runs beside a test. */
export interface PipelineUnderTest {
  /**
   * A mark between what is there and what comes: the reset between two tests. Tests that run at the same time do not
   * disturb each other by it.
   */
  mark(): Promise<string>;
  /** Events that a search finds, newest first; the search is written as on the console's page. */
  events(query: string, options?: Pick<WaitOptions, "after">): Promise<readonly SeenEvent[]>;
  /**
   * Waits until a search finds so many events, and a moment longer for one too many.
   * @throws PipelineTestError when there are fewer at the end, or more
   */
  waitForEvents(query: string, count: number, options?: WaitOptions): Promise<readonly SeenEvent[]>;
  /** The fate of an event. @throws PipelineTestError when enrichment has not written it */
  explain(id: string): Promise<EventFate>;
  /**
   * Waits until a route has delivered an event.
   * @throws PipelineTestError with the route's decision and its reason
   */
  waitForRoute(id: string, route: string, options?: Pick<WaitOptions, "timeoutMs">): Promise<EventFate>;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_SETTLE_MS = 500;
const POLL_MS = 100;

interface Explained {
  readonly explained: {
    readonly verdict: readonly string[];
    readonly events: readonly {
      readonly enriched: readonly { readonly status: string; readonly errors: string[]; readonly masked: string[] }[];
      readonly routes: readonly { readonly route: string; readonly verdict: string; readonly reason: string }[];
      readonly verdict: readonly string[];
    }[];
  };
  readonly enriched: readonly { readonly text: string }[];
}

/**
 * Reaches the pipeline that `pnpm start` runs.
 *
 * @param consoleUrl the address that it printed first, with its token
 * @example
 * ```ts
 * const pipeline = connectPipeline(process.env.MILLRACE_CONSOLE);
 * const after = await pipeline.mark();
 * await page.getByText("Tent").click();
 * const [click] = await pipeline.waitForEvents(`type:search.click status:valid has:${session}`, 1, { after });
 * await pipeline.waitForRoute(click.id, "recommendations/search-clicks");
 * ```
 */
export function connectPipeline(consoleUrl: string): PipelineUnderTest {
  const base = consoleUrl.endsWith("/") ? consoleUrl : `${consoleUrl}/`;

  async function ask<T>(path: string, params: Readonly<Record<string, string>>): Promise<T> {
    const url = new URL(`${path}?${new URLSearchParams(params).toString()}`, base);
    const response = await fetch(url).catch((cause: unknown) => {
      throw new PipelineTestError(`No console answers at ${base}. Is the pipeline running?`, { cause });
    });
    const text = await response.text();
    if (!response.ok) throw new PipelineTestError(`The console answered ${String(response.status)}: ${text}`);
    return JSON.parse(text) as T;
  }

  type Found = { readonly events: readonly SeenEvent[]; readonly mark: string };
  const search = (query: string, after?: string): Promise<Found> =>
    ask<Found>("api/events", { q: query, limit: "500", ...(after === undefined ? {} : { after }) });

  async function explain(id: string): Promise<{ readonly fate: EventFate; readonly answer: Explained }> {
    const answer = await ask<Explained>("api/explain", { id });
    const [event] = answer.explained.events;
    const copy = event?.enriched.at(-1);
    const text = answer.enriched.at(-1)?.text;
    if (event === undefined || copy === undefined || text === undefined) {
      const why = [...answer.explained.verdict, ...(event?.verdict ?? [])].join(" ");
      throw new PipelineTestError(`Nothing is known of event ${id}. ${why}`);
    }
    const routes = Object.fromEntries(event.routes.map(({ route, verdict }) => [route, verdict]));
    const { status, errors: faults, masked } = copy;
    return { fate: { status, faults, masked, routes, enriched: JSON.parse(text) }, answer };
  }

  return {
    mark: async () => (await search("")).mark,
    events: async (query, { after } = {}) => (await search(query, after)).events,
    waitForEvents: async (query, count, options = {}) => {
      const { after, timeoutMs = DEFAULT_TIMEOUT_MS, settleMs = DEFAULT_SETTLE_MS } = options;
      const isThere = ({ events }: Found): boolean => events.length >= count;
      const first = await poll(() => search(query, after), isThere, timeoutMs);
      const isOne = first.events.length === count && settleMs > 0;
      if (isOne) await new Promise((resolve) => setTimeout(resolve, settleMs));
      const { events } = isOne ? await search(query, after) : first;
      if (events.length === count) return events;
      throw new PipelineTestError(
        `Expected ${String(count)} events to match "${query}", found ${String(events.length)}` +
          `${events.length === 0 ? "" : `: ${events.map(({ id, status }) => `${id} (${status})`).join(", ")}`}.`,
      );
    },
    explain: async (id) => (await explain(id)).fate,
    waitForRoute: async (id, route, { timeoutMs = DEFAULT_TIMEOUT_MS } = {}) => {
      const read = (): Promise<Awaited<ReturnType<typeof explain>> | PipelineTestError> =>
        explain(id).catch((error: unknown) => {
          if (error instanceof PipelineTestError) return error;
          throw error;
        });
      const last = await poll(read, (found) => "fate" in found && found.fate.routes[route] === "delivered", timeoutMs);
      if (!("fate" in last)) throw last;
      if (last.fate.routes[route] === "delivered") return last.fate;
      const decided = last.answer.explained.events[0]?.routes.find((each) => each.route === route);
      throw new PipelineTestError(
        decided === undefined
          ? `There is no route ${route}. There are: ${Object.keys(last.fate.routes).join(", ")}.`
          : `Route ${route} did not deliver event ${id}: ${decided.verdict}, ${decided.reason}.`,
      );
    },
  };
}

/** Reads until it is as it should be, or the time is over. @returns the last that was read */
async function poll<T>(read: () => Promise<T>, isEnough: (value: T) => boolean, timeoutMs: number): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (isEnough(value) || Date.now() > deadlineMs) return value;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

import { randomUUID } from "node:crypto";

/** Where to send, and what the service has confirmed so far. */
export interface Sender {
  readonly confirmed: ReadonlySet<string>;
  /** Requests without a 2xx: their events may be lost. */
  readonly refused: number;
  /** Those by their status, or by the code of the broken connection. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Sends nothing more and waits for the answers. */
  stop(): Promise<void>;
}

const eventsPerRequest = 5;
const requestTimeoutMs = 20_000;

/**
 * Sends events at a steady rate to whatever address `ingestUrl` gives at the moment, and remembers the ids that were
 * confirmed with 2xx. It never repeats a request, so that whatever is doubled was doubled by the pipeline.
 */
export function sendConfirmed(ingestUrl: () => string, writeKey: string, ratePerSecond: number): Sender {
  const confirmed = new Set<string>();
  const underway = new Set<Promise<void>>();
  const refusals = new Map<string, number>();
  const refuse = (reason: string): void => void refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
  const send = async (): Promise<void> => {
    const events = Array.from({ length: eventsPerRequest }, () => createEvent(randomUUID()));
    try {
      const response = await fetch(ingestUrl(), {
        method: "POST",
        headers: { authorization: `Bearer ${writeKey}`, "content-type": "application/json" },
        body: JSON.stringify(events),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      const text = await response.text();
      if (!response.ok) refuse(String(response.status));
      else for (const id of (JSON.parse(text) as { ids: string[] }).ids) confirmed.add(id);
    } catch (error) {
      const { cause, name } = error as { readonly cause?: { readonly code?: string }; readonly name: string };
      refuse(cause?.code ?? name);
    }
  };
  const timer = setInterval(
    () => {
      const sending = send().finally(() => underway.delete(sending));
      underway.add(sending);
    },
    (1_000 * eventsPerRequest) / ratePerSecond,
  );
  return {
    confirmed,
    refusals,
    get refused() {
      return [...refusals.values()].reduce((sum, count) => sum + count, 0);
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underway);
    },
  };
}

/** A click that a route wants, so that it crosses every hop. */
function createEvent(id: string): Record<string, unknown> {
  const context = { pageUrl: "https://shop.example/search?q=tent", sessionId: "s-1", visitorId: "visitor-1" };
  return {
    specversion: "1.0",
    id,
    source: "https://shop.example/kills",
    type: "search.click",
    subject: `visitor-${id.slice(0, 4)}`,
    data: { context, queryId: "q-1", query: "tent", productId: "SKU-3002", rank: 1 },
  };
}

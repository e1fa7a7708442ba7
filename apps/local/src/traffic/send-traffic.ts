import type { SentLedger } from "../report/sent-ledger.ts";
import { renderHttpRequest } from "./http-request.ts";
import type { PlannedEvent, PlannedRequest, PlannedSending, PlannedStray } from "./traffic-plan.ts";

export interface SendOptions {
  /** Base URL of the event service. */
  readonly url: string;
  readonly writeKey: string;
  /** Events a second, kept on average. */
  readonly rate: number;
  /** Events to send in all. */
  readonly limit: number;
  /** Puts a record on the raw stream past the service and gives its place as `(shardId, sequenceNumber)`. */
  readonly putStray: (bytes: Uint8Array) => Promise<readonly [shardId: string, sequenceNumber: string]>;
  readonly signal: AbortSignal;
}

/** Requests under way at once: enough to keep any rate a laptop can serve, few enough to be a polite client. */
const maxRequestsInFlight = 64;
/** Bound on the attempts for one request that the service answers with 429 or 503. */
const maxAttempts = 20;

/** The service's answer to a batch. */
interface Answer {
  readonly accepted?: number;
  readonly ids?: readonly string[];
  readonly rejected?: readonly { readonly index: number }[];
  readonly errors?: readonly { readonly index?: number }[];
}

/**
 * Sends planned requests at a steady rate and writes every outcome into the ledger. Returns when all are answered.
 * A request answered 429 or 503 is sent again after `Retry-After`, as any careful client does.
 */
export async function sendTraffic(
  plan: Iterator<PlannedSending>,
  ledger: SentLedger,
  options: SendOptions,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  const startedAt = Date.now();
  let sent = 0;
  while (sent < options.limit && !options.signal.aborted) {
    const next = plan.next();
    if (next.done === true) break;
    await waitUntil(startedAt + (sent / options.rate) * 1000, options.signal);
    while (inFlight.size >= maxRequestsInFlight) await Promise.race(inFlight);
    const planned = cut(next.value, options.limit - sent);
    const count = planned.kind === "stray" ? 1 : planned.events.length;
    sent += count;
    ledger.sent += count;
    const outcome =
      planned.kind === "stray" ? sendStray(planned, ledger, options) : sendRequest(planned, ledger, options);
    const sending = outcome.finally(() => inFlight.delete(sending));
    inFlight.add(sending);
  }
  await Promise.all(inFlight);
}

function cut(planned: PlannedSending, maxEvents: number): PlannedSending {
  return planned.kind === "stray" ? planned : { ...planned, events: planned.events.slice(0, maxEvents) };
}

async function sendStray({ record }: PlannedStray, ledger: SentLedger, { putStray }: SendOptions): Promise<void> {
  try {
    ledger.strays.push({ identity: JSON.stringify(await putStray(record.bytes)), name: record.name });
  } catch (error) {
    ledger.failures.push(`Kinesis refused a stray record (${record.name}): ${(error as Error).message}`);
  }
}

function waitUntil(epochMs: number, signal: AbortSignal): Promise<void> {
  const delayMs = epochMs - Date.now();
  if (delayMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener("abort", done);
  });
}

async function sendRequest(request: PlannedRequest, ledger: SentLedger, options: SendOptions): Promise<void> {
  const sentAtMs = Date.now();
  const { headers, body } = renderHttpRequest(request, options.writeKey, new Date(sentAtMs).toISOString());
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(new URL("/v1/events", options.url), { method: "POST", headers, body });
      const text = await response.text();
      if ((response.status === 429 || response.status === 503) && attempt < maxAttempts) {
        await waitUntil(Date.now() + 1000 * Number(response.headers.get("retry-after") ?? 1), options.signal);
        continue;
      }
      if (response.status >= 500 || response.status === 429) {
        ledger.failures.push(
          `The event service answered ${response.status} to ${attempt} attempts: ${text.slice(0, 300)}`,
        );
        return;
      }
      book(request, ledger, JSON.parse(text) as Answer, sentAtMs);
      return;
    } catch (error) {
      ledger.failures.push(
        `A request of ${request.events.length} events got no usable answer: ${(error as Error).message}`,
      );
      return;
    }
  }
}

/** A broken event may name another source than its draft. */
function sourceOf({ sent, draft }: PlannedEvent): string {
  return (sent as { readonly source?: string } | undefined)?.source ?? draft.source;
}

/** The ids of an answer are those of the accepted events, in the order they were sent. */
function book(request: PlannedRequest, ledger: SentLedger, answer: Answer, sentAtMs: number): void {
  const ids = answer.ids ?? [];
  const refused = new Set(
    (answer.rejected ?? answer.errors ?? []).flatMap(({ index }) => (index === undefined ? [] : [index])),
  );
  const isAllRefused = ids.length === 0;
  let position = 0;
  request.events.forEach((planned: PlannedEvent, index) => {
    if (isAllRefused || refused.has(index)) {
      ledger.reject(planned);
      return;
    }
    const id = ids[position];
    position += 1;
    if (id === undefined) {
      ledger.failures.push(
        `The answer names fewer ids than it accepted: event ${index} of ${request.events.length} has none.`,
      );
      return;
    }
    ledger.accept({ planned, request, identity: JSON.stringify([sourceOf(planned), id]), sentAtMs });
  });
}

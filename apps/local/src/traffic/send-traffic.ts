import { setTimeout as sleep } from "node:timers/promises";
import type { RouteOracle } from "../report/route-oracle.ts";
import type { TrafficOutcomes } from "../report/sent-ledger.ts";
import type { StrayRecord } from "./broken-events.ts";
import type { EventClient, HttpAnswer } from "./event-client.ts";
import { renderHttpRequest } from "./http-request.ts";
import { readOutcomes } from "./read-outcomes.ts";
import type { PlannedRequest, PlannedSending } from "./traffic-plan.ts";

export interface SendOptions {
  readonly client: EventClient;
  readonly writeKey: string;
  /** Events a second, kept on average. */
  readonly rate: number;
  /** Events to send in all. */
  readonly limit: number;
  readonly maxRequestsInFlight: number;
  readonly oracle: RouteOracle;
  /** Hears what became of each sending. */
  readonly onOutcomes: (outcomes: TrafficOutcomes) => void;
  /** Puts a record on the raw stream past the service. */
  readonly onStray: (record: StrayRecord) => void;
  readonly signal: AbortSignal;
}

/** Bound on the attempts for one request that the service answers with 429 or 503. */
const MAX_ATTEMPTS = 20;
const DEFAULT_RETRY_AFTER_SECONDS = 1;

/**
 * Sends planned requests at a steady rate and tells every outcome. Returns when all are answered.
 * A request answered 429 or 503 is sent again after `Retry-After`, as any careful client does.
 */
export async function sendTraffic(plan: Iterator<PlannedSending>, options: SendOptions): Promise<void> {
  const { rate, limit, maxRequestsInFlight, signal, onOutcomes, onStray } = options;
  const inFlight = new InFlight(maxRequestsInFlight);
  const startedAt = Date.now();
  let sent = 0;
  while (sent < limit && !signal.aborted) {
    const next = plan.next();
    if (next.done === true) break;
    await waitUntil(startedAt + (sent / rate) * 1000, signal);
    await inFlight.enter();
    if (next.value.kind === "stray") {
      sent += 1;
      onOutcomes({ sent: 1, accepted: [], refused: [], failures: [] });
      onStray(next.value.record);
      inFlight.leave();
      continue;
    }
    const request = { ...next.value, events: next.value.events.slice(0, limit - sent) };
    sent += request.events.length;
    void sendRequest(request, options).then((outcomes) => {
      onOutcomes(outcomes);
      inFlight.leave();
    });
  }
  await inFlight.drained();
}

/** Counts the requests under way and lets the next one wait for a free place. */
class InFlight {
  readonly #limit: number;
  #count = 0;
  #onLeave: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async enter(): Promise<void> {
    while (this.#count >= this.#limit) await this.#left();
    this.#count += 1;
  }

  leave(): void {
    this.#count -= 1;
    this.#onLeave?.();
  }

  async drained(): Promise<void> {
    while (this.#count > 0) await this.#left();
  }

  #left(): Promise<void> {
    return new Promise((resolve) => {
      this.#onLeave = resolve;
    });
  }
}

async function waitUntil(epochMs: number, signal: AbortSignal): Promise<void> {
  const delayMs = epochMs - Date.now();
  if (delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => undefined);
}

/** Sends until there is an answer that is not "later". */
async function sendRequest(request: PlannedRequest, options: SendOptions): Promise<TrafficOutcomes> {
  const { client, writeKey, oracle, signal } = options;
  const sentAtMs = Date.now();
  const rendered = renderHttpRequest(request, writeKey, new Date(sentAtMs).toISOString());
  try {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await client.post(rendered);
      const isLater = answer.status === 429 || answer.status === 503;
      if (!isLater) return readOutcomes(request, answer, sentAtMs, oracle);
      if (attempt === MAX_ATTEMPTS) return failed(request, refusal(answer, attempt));
      await waitUntil(Date.now() + 1000 * (answer.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS), signal);
    }
  } catch (error) {
    const events = request.events.length;
    return failed(request, `A request of ${events} events got no usable answer: ${(error as Error).message}`);
  }
}

function refusal({ status, body }: HttpAnswer, attempts: number): string {
  return `The event service answered ${status} to ${attempts} attempts: ${body.slice(0, 300)}`;
}

function failed(request: PlannedRequest, failure: string): TrafficOutcomes {
  return { sent: request.events.length, accepted: [], refused: [], failures: [failure] };
}

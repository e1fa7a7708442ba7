import { type Clock, createRandom, type Random, randomChoice, randomInteger, sleep } from "@millrace/aws-simulator";
import type { EventReply } from "@millrace/ingest";
import type { EventServiceHost } from "./event-service-host.ts";
import type { EventSource, SourceEvent } from "./event-source.ts";

/** The senders' knowledge of their events. */
export class SenderLedger {
  /** Identities a reply of the service named as accepted. */
  readonly accepted = new Set<string>();
  /** How often each identity was posted. */
  readonly posts = new Map<string, number>();
  /** Events whose sender gave up: they may be stored or not. */
  readonly givenUp = new Set<string>();
  openRequests = 0;
  /** Replies that no client should see. */
  readonly oddReplies: string[] = [];

  post(events: readonly SourceEvent[]): void {
    for (const { identity } of events) this.posts.set(identity, (this.posts.get(identity) ?? 0) + 1);
  }
}

export interface SenderOptions {
  readonly name: string;
  readonly seed: number;
  readonly clock: Clock;
  readonly host: EventServiceHost;
  readonly source: EventSource;
  readonly ledger: SenderLedger;
  /** Takes up to so many events from the schedule's share; 0 when all were sent. */
  readonly take: (wanted: number) => number;
  readonly maxPauseMs: number;
}

const MAX_TRIES = 6;
/** How often a sender corrects one of the events of a request. */
const CORRECTION_RATE = 0.1;
/** How often it sends the first one again after that. */
const STALE_RATE = 0.3;

/** A client of the event service: sends in all shapes, and sends again if the service could not confirm. */
export async function runSender(options: SenderOptions): Promise<void> {
  const random = createRandom(`${options.seed}/sender-${options.name}`);
  for (;;) {
    const count = options.take(randomChoice(random, [1, 1, 3, 10, randomInteger(random, 10, 40)]));
    if (count === 0) return;
    const now = options.clock.now();
    // Now and then the events of one visitor are more than one record holds.
    const bulky = random() < 0.03 ? { bytes: 6_000, subject: `bulky-${options.name}` } : undefined;
    const events = Array.from({ length: count }, () => options.source.next(now, bulky));
    await sendUntilAccepted(options, random, events);
    const wrong = random() < CORRECTION_RATE ? events[randomInteger(random, 0, count - 1)] : undefined;
    if (wrong !== undefined) await correct(options, random, wrong);
    await sleep(options.clock, randomInteger(random, 0, options.maxPauseMs));
  }
}

/** Sends an event with other data; now and then what was sent first comes once more, late. */
async function correct(options: SenderOptions, random: Random, event: SourceEvent): Promise<void> {
  await sleep(options.clock, randomInteger(random, 1_000, 4_000));
  await sendUntilAccepted(options, random, [options.source.revise(event, random)]);
  if (random() >= STALE_RATE) return;
  await sleep(options.clock, randomInteger(random, 1_000, 4_000));
  await sendUntilAccepted(options, random, [event]);
}

async function sendUntilAccepted(
  options: SenderOptions,
  random: Random,
  events: readonly SourceEvent[],
): Promise<void> {
  const { clock, host, ledger } = options;
  let rest = events;
  for (let attempt = 1; rest.length > 0 && attempt <= MAX_TRIES; attempt += 1) {
    ledger.post(rest);
    ledger.openRequests += 1;
    const reply = await host.handle(requestOf(rest, random));
    ledger.openRequests -= 1;
    rest = readReply(reply, rest, ledger);
    if (rest.length > 0) await sleep(clock, Number(reply.headers["retry-after"] ?? 1) * 1000);
  }
  for (const { identity } of rest) ledger.givenUp.add(identity);
}

function requestOf(events: readonly SourceEvent[], random: Random) {
  const [first] = events;
  if (events.length === 1 && first !== undefined && random() < 0.5) {
    return { contentType: "application/cloudevents+json", body: Buffer.from(first.text) };
  }
  if (random() < 0.5) {
    const lines = events.map(({ text }) => `${text}\n`).join("");
    return { contentType: "application/x-ndjson", body: Buffer.from(lines) };
  }
  return { contentType: "application/json", body: Buffer.from(`[${events.map(({ text }) => text).join()}]`) };
}

/** @returns the events the service did not accept. */
function readReply(reply: EventReply, events: readonly SourceEvent[], ledger: SenderLedger): SourceEvent[] {
  if (reply.status !== 202 && reply.status !== 503) {
    ledger.oddReplies.push(`${reply.status} ${reply.body.slice(0, 200)}`);
    return [...events];
  }
  const { ids } = JSON.parse(reply.body) as { readonly ids: readonly string[] };
  const accepted = new Set(ids);
  for (const { id, identity } of events) if (accepted.has(id)) ledger.accepted.add(identity);
  return events.filter(({ id }) => !accepted.has(id));
}

import {
  type AdaptedEvent,
  createRefusedEvent,
  type Endpoint,
  type OpenedRequest,
  type ReadMessage,
} from "@millrace/sender-adapters";
import type { EventReply, EventRequest, EventService, ProtocolReply, UnconfirmedEvent } from "./event-service.ts";
import { problemBody, problems, type Rejection } from "./problems.ts";
import type { Sender } from "./write-keys.ts";

/** A foreign request that was read, and who sent it. */
export interface ForeignDelivery {
  readonly endpoint: Endpoint;
  readonly opened: OpenedRequest;
  readonly sender: Sender;
  /** `source` of what is stored in the place of messages that are no events. */
  readonly source: string;
  readonly messages: readonly ReadMessage[];
  /** Headers and address of the request; its body has been read. */
  readonly request: Omit<EventRequest, "body">;
}

/** An event on its way, with its place in the foreign request. */
interface PlacedEvent {
  readonly index: number;
  readonly event: AdaptedEvent;
  readonly text: string;
}

interface Stored {
  readonly accepted: number;
  readonly rejections: readonly Rejection[];
  /** The answer of the service when Kinesis did not confirm every event. */
  readonly failure: EventReply | undefined;
}

/**
 * Stores the events of a foreign request and words the answer. Events that Kinesis did not confirm are answered with
 * 503, so that the SDK sends the request again; ids make that harmless. The endpoint decides on messages that are no
 * events.
 */
export async function storeForeignEvents(service: EventService, delivery: ForeignDelivery): Promise<ProtocolReply> {
  const { endpoint, opened, messages } = delivery;
  const faults: Rejection[] = [];
  const events: PlacedEvent[] = [];
  for (const [index, message] of messages.entries()) {
    if ("event" in message) events.push({ index, event: message.event, text: JSON.stringify(message.event) });
    else faults.push({ index, code: message.fault.code, detail: message.fault.detail });
  }
  const stored = await store(service, delivery, events);
  if (stored.failure !== undefined) return stored.failure;
  const rejections = [...faults, ...stored.rejections].sort((a, b) => a.index - b.index);
  if (rejections.length > 0 && endpoint.refusals === "store") {
    const kept = await store(service, delivery, listRefused(delivery, rejections));
    if (kept.failure !== undefined) return kept.failure;
  }
  const [first] = rejections;
  if (first !== undefined && stored.accepted === 0 && endpoint.refusals === "refuse") return replyProblem(first);
  const answer = opened.answer({ accepted: stored.accepted, refused: rejections });
  return { ...answer, code: undefined, accepted: stored.accepted, rejections, unconfirmed: [] };
}

/** Stores events in batches that the service takes, one after the other: their order is that of the request. */
async function store(
  service: EventService,
  { sender, request }: ForeignDelivery,
  events: readonly PlacedEvent[],
): Promise<Stored> {
  const headers = { ...request.headers, "content-type": "application/cloudevents-batch+json" };
  const rejections: Rejection[] = [];
  let accepted = 0;
  for (let start = 0; start < events.length; start += service.maxEventsPerRequest) {
    const batch = events.slice(start, start + service.maxEventsPerRequest);
    const body = Buffer.from(`[${batch.map(({ text }) => text).join(",")}]`);
    const reply = await service.accept(sender, { ...request, headers, body, firstIndex: start });
    const place = <T extends Rejection | UnconfirmedEvent>(items: readonly T[]): T[] =>
      items.map((item) => ({ ...item, index: batch[item.index]?.index ?? item.index }));
    accepted += reply.accepted;
    rejections.push(...place(reply.rejections));
    if (reply.unconfirmed.length === 0) continue;
    const failure = { ...reply, accepted, rejections, unconfirmed: place(reply.unconfirmed) };
    return { accepted, rejections, failure };
  }
  return { accepted, rejections, failure: undefined };
}

function listRefused({ endpoint, source, messages }: ForeignDelivery, rejections: readonly Rejection[]): PlacedEvent[] {
  return rejections.flatMap(({ index, code, detail }) => {
    const message = messages[index];
    if (message === undefined) return [];
    const text = "fault" in message ? message.fault.text : JSON.stringify(message.event.data);
    const event = createRefusedEvent(endpoint.adapter, source, { code, detail, text });
    return [{ index, event, text: JSON.stringify(event) }];
  });
}

function replyProblem(rejection: Rejection): EventReply {
  const { index: _index, code, detail, ...facts } = rejection;
  return {
    status: problems[code].status,
    headers: { "content-type": "application/problem+json" },
    body: problemBody(code, detail, facts),
    code,
    accepted: 0,
    rejections: [rejection],
    unconfirmed: [],
  };
}

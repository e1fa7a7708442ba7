import { partitionKeyOf } from "@millrace/event-contracts";
import {
  type Clock,
  ClosedError,
  type Delivery,
  type FailureReason,
  type PutRecords,
  type PutRecordsError,
} from "@millrace/put-records";
import { type ClientContext, renderClientContext } from "./client-context.ts";
import { EventDraft, type EventFault } from "./event-draft.ts";
import { createMakeId, type MakeId } from "./idempotent-ids.ts";
import { DEFAULT_MAX_EVENT_BYTES, DEFAULT_MAX_EVENTS_PER_REQUEST, retryAfterSeconds } from "./limits.ts";
import { readBodyFormat } from "./media-types.ts";
import { IngestError, type ProblemCode, problemBody, problems, type Rejection } from "./problems.ts";
import { decodeBody, type Headers, isBinaryMode, type ReadResult, readBinaryEvent, readEvents } from "./read-events.ts";
import { type EventRecord, RecordBuilder } from "./record-builder.ts";
import type { WriteKeySource } from "./write-key-source.ts";
import { createKeyring, type Keyring, type Sender, type WriteKeyConfig } from "./write-keys.ts";

export interface EventServiceOptions {
  readonly putRecords: Pick<PutRecords, "send">;
  /** A source is asked at every request. */
  readonly writeKeys: readonly WriteKeyConfig[] | WriteKeySource;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A new event id: UUIDv7, so that ids sort by time. */
  readonly newId: () => string;
  /** One event as it is stored, in bytes. Default 262,144. */
  readonly maxEventBytes?: number;
  /** Default 500. */
  readonly maxEventsPerRequest?: number;
  /** How long Kinesis has to confirm the records of a request. Default 5,000. */
  readonly putTimeoutMs?: number;
  /** Seconds for `Retry-After` of an answer without confirmation. Default: drawn from 1 to 5. */
  readonly retryAfter?: () => number;
  /** Told of each refused event whose id could be read; of none in a dry run. */
  readonly onRefused?: (refusal: RefusedEvent) => void;
}

/** An event that was refused, as far as it was read. */
export interface RefusedEvent extends Pick<Rejection, "code" | "attribute"> {
  /** As its sender wrote it. */
  readonly id: string;
  readonly keyName: string;
}

/** One request, after its transport has been dealt with. */
export interface EventRequest {
  /** Names in lower case, as `node:http` gives them. */
  readonly headers: Headers;
  /** The body after decompression. */
  readonly body: Uint8Array;
  readonly clientIp?: string | undefined;
  /** Place of the events in a longer request that is taken in parts; tells equal events of two parts apart. */
  readonly firstIndex?: number | undefined;
  /** Charges for the records, before any of them is sent; what it throws ends the request. */
  readonly hold?: ((recordBytes: number, events: number) => void) | undefined;
  /** Takes the records instead of the stream. */
  readonly sink?: RecordSink | undefined;
}

/** A place for the records of a request. */
export interface RecordSink {
  send(record: EventRecord): Promise<Delivery>;
}

/** The answer to a request, and its numbers. */
export interface EventReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The code of the problem that is the answer; `undefined` when it is 202. */
  readonly code: ProblemCode | undefined;
  /** Events that Kinesis confirmed. */
  readonly accepted: number;
  /** Events that were refused, each with its code. */
  readonly rejections: readonly Rejection[];
  /** Events that Kinesis did not confirm, by reason. */
  readonly unconfirmed: readonly UnconfirmedEvent[];
  /** The error behind the first unconfirmed event; for the log. */
  readonly cause?: PutRecordsError | undefined;
}

/** An answer in the words of any protocol: some are no text. */
export type ProtocolReply = Omit<EventReply, "body"> & { readonly body: string | Uint8Array };

/** A good event that Kinesis did not confirm in time. Sending it again with this id cannot double it. */
export interface UnconfirmedEvent {
  readonly index: number;
  readonly id: string;
  /** Why, in the words of `@millrace/put-records`; `refused` when it had no room for the record. */
  readonly reason: FailureReason | "refused";
  /** It may have been stored all the same. */
  readonly isAmbiguous: boolean;
}

/** The event service without HTTP. */
export interface EventService {
  /** Events that one call of {@link accept} takes. */
  readonly maxEventsPerRequest: number;
  /**
   * Finds the sender; throws {@link IngestError}. Comes first, so that strangers cannot make the service read bodies.
   */
  authenticate(authorization: string | undefined): Sender;
  /** The keys in force, for protocols that carry the key elsewhere than in `Authorization`. */
  keyring(): Keyring;
  /**
   * Takes the events of a request; resolves when Kinesis has confirmed or failed each record. Throws {@link
   * IngestError}.
   */
  accept(sender: Sender, request: EventRequest): Promise<EventReply>;
  /** Both steps, with faults as replies: all there is to a request but its transport. Never rejects. */
  handle(request: EventRequest): Promise<EventReply>;
}

/** Members that all events of a request have in common when they are written. */
interface Encoding {
  readonly sender: Sender;
  readonly context: ClientContext;
  readonly receivedAt: string;
  readonly makeId: MakeId;
}

interface StoredEvent {
  readonly index: number;
  readonly id: string;
}

/**
 * Makes the event service. It transforms nothing: `data` is passed on as the client wrote it, byte for byte but for
 * line breaks between tokens, and the attributes of the request are added.
 *
 * @example
 * ```ts
 * const service = createEventService({ putRecords, writeKeys, clock, random: Math.random, newId: uuidv7 });
 * const reply = await service.handle({ headers, body });
 * reply.body // '{"accepted":1,"ids":["1"]}'
 * ```
 */
export function createEventService(options: EventServiceOptions): EventService {
  const { putRecords, clock, random, newId } = options;
  const retryAfter = options.retryAfter ?? (() => drawRetryAfter(random));
  const maxEventBytes = options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES;
  const maxEvents = options.maxEventsPerRequest ?? DEFAULT_MAX_EVENTS_PER_REQUEST;
  const putTimeoutMs = options.putTimeoutMs ?? 5_000;
  const { writeKeys } = options;
  const keyring = "current" in writeKeys ? followKeys(writeKeys) : fixKeys(writeKeys);
  const authenticate = (authorization: string | undefined) => keyring().authenticate(authorization);

  const tellRefused = (rejections: readonly Rejection[], results: readonly ReadResult[], { keyName }: Sender): void => {
    if (options.onRefused === undefined) return;
    for (const { index, code, attribute } of rejections) {
      const result = results[index];
      if (!(result instanceof EventDraft) || result.id === undefined) continue;
      options.onRefused({ id: result.id, code, keyName, ...(attribute !== undefined && { attribute }) });
    }
  };

  const encode = (results: readonly ReadResult[], { sender, context, receivedAt, makeId }: Encoding) => {
    const builder = new RecordBuilder();
    const stored: StoredEvent[] = [];
    const rejections: Rejection[] = [];
    for (const [index, result] of results.entries()) {
      const fault = findFault(result, sender);
      if (fault !== undefined) {
        rejections.push({ index, ...fault });
        continue;
      }
      const draft = result as EventDraft;
      const id = draft.id ?? makeId(draft);
      const line = renderLine(draft, id, context, receivedAt);
      const bytes = Buffer.byteLength(line);
      if (bytes > maxEventBytes) {
        const detail = `The event takes ${bytes} bytes as it is stored; the limit is ${maxEventBytes}.`;
        rejections.push({ index, code: "event-too-large", detail, limit: maxEventBytes });
        continue;
      }
      builder.add(index, partitionKeyOf({ subject: draft.subject, id }), line, bytes);
      stored.push({ index, id });
    }
    return { records: builder.build(), stored, rejections };
  };

  const send = async (record: EventRecord, deadline: number): Promise<Delivery> => {
    try {
      return await putRecords.send(record, { deadline, onFull: "refuse" });
    } catch (error) {
      // Closed under a request that outlived the time to drain: nothing was sent, and the client can be told so.
      if (!(error instanceof ClosedError)) throw error;
      return { status: "failed", reason: "cancelled", attempts: 0, isAmbiguous: false, error };
    }
  };

  const accept = async (sender: Sender, request: EventRequest): Promise<EventReply> => {
    const nowMs = clock.now();
    const receivedAt = new Date(nowMs).toISOString();
    const results = readRequest(request, { maxEvents, mayForwardClient: sender.forwardsClient });
    const context = renderClientContext(sender, request.headers, request.clientIp, receivedAt);
    const makeId = createMakeId(sender, request.headers, newId, request.firstIndex);
    const encoding = { sender, context, receivedAt, makeId };
    const { records, stored: encoded, rejections: faulty } = encode(results, encoding);
    const { sink } = request;
    if (sink === undefined) tellRefused(faulty, results, sender);
    if (records.length === 0) return replyNothingAccepted(results.length, faulty);
    request.hold?.(countBytes(records), encoded.length);
    const deadline = nowMs + putTimeoutMs;
    const deliveries = await Promise.all(
      records.map((record) => (sink === undefined ? send(record, deadline) : sink.send(record))),
    );
    const condemned = listCondemned(records, deliveries);
    if (sink === undefined) tellRefused(condemned, results, sender);
    const rejections = [...faulty, ...condemned].sort((a, b) => a.index - b.index);
    if (rejections.length === results.length) return replyNothingAccepted(results.length, rejections);
    const refused = new Set(condemned.map(({ index }) => index));
    const stored = encoded.filter(({ index }) => !refused.has(index));
    const unconfirmed = listUnconfirmed(records, deliveries, stored);
    if (unconfirmed.length > 0) {
      const cause = deliveries.find((delivery) => delivery.status === "failed")?.error;
      return { ...replyUnconfirmed(stored, rejections, unconfirmed, retryAfter()), cause };
    }
    return replyAccepted(stored, rejections);
  };

  const handle = async (request: EventRequest): Promise<EventReply> => {
    try {
      const authorization = request.headers["authorization"];
      return await accept(authenticate(typeof authorization === "string" ? authorization : undefined), request);
    } catch (error) {
      return replyError(error);
    }
  };

  return { maxEventsPerRequest: maxEvents, authenticate, keyring, accept, handle };
}

function fixKeys(keys: readonly WriteKeyConfig[]): () => Keyring {
  const keyring = createKeyring(keys);
  return () => keyring;
}

/** The keys in force; they are prepared once for as long as they are. */
function followKeys(source: WriteKeySource): () => Keyring {
  let keys = source.current();
  let keyring = createKeyring(keys);
  return () => {
    const current = source.current();
    if (current !== keys) {
      keys = current;
      keyring = createKeyring(keys);
    }
    return keyring;
  };
}

function readRequest(request: EventRequest, options: { maxEvents: number; mayForwardClient: boolean }): ReadResult[] {
  const { headers, body } = request;
  const isBinary = isBinaryMode(headers);
  const contentType = headers["content-type"];
  const format = readBodyFormat(typeof contentType === "string" ? contentType : undefined, isBinary);
  if (format === "binary-json" || format === "binary-text") {
    return [readBinaryEvent(headers, decodeBody(body), format, options)];
  }
  if (body.byteLength === 0) throw new IngestError("empty-body", "The request has no body; send at least one event.");
  return readEvents(decodeBody(body), format, options);
}

function findFault(result: ReadResult, sender: Sender): EventFault | undefined {
  if (!(result instanceof EventDraft)) return result;
  if (result.fault !== undefined) return result.fault;
  if (sender.mayUseSource(result.source)) return undefined;
  const detail = "The write key does not name this `source` among those it may use.";
  return { code: "source-not-allowed", detail, attribute: "source" };
}

function countBytes(records: readonly EventRecord[]): number {
  let bytes = 0;
  for (const { data } of records) bytes += data.byteLength;
  return bytes;
}

function renderLine(draft: EventDraft, id: string, context: ClientContext, receivedAt: string): string {
  let line = `{${draft.attributes}`;
  if (draft.id === undefined) line += `,"id":"${id}"`;
  if (!draft.hasTime) line += `,"time":"${receivedAt}"`;
  line += context.members;
  for (const { name, member } of context.defaults) if (!draft.hasExtension(name)) line += member;
  return draft.data === undefined ? `${line}}\n` : `${line},"data":${draft.data}}\n`;
}

/** The events of records that the stream will never take: sending them again does not help. */
function listCondemned(records: readonly EventRecord[], deliveries: readonly Delivery[]): Rejection[] {
  const detail = "Kinesis refuses the record that holds the event as invalid.";
  return deliveries.flatMap((delivery, position) =>
    delivery.status === "failed" && delivery.error.concerns === "record"
      ? (records[position]?.indexes ?? []).map((index) => ({ index, code: "event-not-storable" as const, detail }))
      : [],
  );
}

function listUnconfirmed(
  records: readonly EventRecord[],
  deliveries: readonly Delivery[],
  stored: readonly StoredEvent[],
): UnconfirmedEvent[] {
  const failures = new Map<number, Pick<UnconfirmedEvent, "reason" | "isAmbiguous">>();
  for (const [position, delivery] of deliveries.entries()) {
    if (delivery.status === "delivered") continue;
    const reason = delivery.error.code === "PUT_RECORDS_BACKPRESSURE" ? "refused" : delivery.reason;
    const failure: Pick<UnconfirmedEvent, "reason" | "isAmbiguous"> = { reason, isAmbiguous: delivery.isAmbiguous };
    for (const index of records[position]?.indexes ?? []) failures.set(index, failure);
  }
  return stored.flatMap(({ index, id }) => {
    const failure = failures.get(index);
    return failure === undefined ? [] : [{ index, id, ...failure }];
  });
}

const jsonHeaders = { "content-type": "application/json" } as const;
const problemHeaders = { "content-type": "application/problem+json" } as const;

function replyAccepted(stored: readonly StoredEvent[], rejected: readonly Rejection[]): EventReply {
  const ids = stored.map(({ id }) => id);
  const body = JSON.stringify({ accepted: ids.length, ids, ...(rejected.length > 0 && { rejected }) });
  const summary = { accepted: ids.length, rejections: rejected, unconfirmed: [] };
  return { status: 202, headers: jsonHeaders, body, code: undefined, ...summary };
}

/**
 * Answers a request without an accepted event. A fault that all events have in common is the fault of the request;
 * otherwise each event has its own.
 */
function replyNothingAccepted(events: number, rejected: readonly Rejection[]): EventReply {
  const [first] = rejected;
  const isCommon = first !== undefined && rejected.every(({ code }) => code === first.code);
  const code = isCommon ? first.code : "no-event-accepted";
  const detail = events === 1 && first !== undefined ? first.detail : `None of the ${events} events was accepted.`;
  const { index: _index, code: _code, detail: _detail, ...facts } = first ?? { index: 0, code, detail };
  const body = problemBody(code, detail, { ...(events === 1 && facts), accepted: 0, ids: [], rejected });
  const summary = { accepted: 0, rejections: rejected, unconfirmed: [] };
  return { status: problems[code].status, headers: problemHeaders, body, code, ...summary };
}

function replyUnconfirmed(
  stored: readonly StoredEvent[],
  rejected: readonly Rejection[],
  unconfirmed: readonly UnconfirmedEvent[],
  retryAfterSeconds: number,
): EventReply {
  const missing = new Set(unconfirmed.map(({ index }) => index));
  const ids = stored.filter(({ index }) => !missing.has(index)).map(({ id }) => id);
  const code = unconfirmed.every(({ reason }) => reason === "refused") ? "overloaded" : "stream-unavailable";
  const detail =
    `The stream did not confirm ${unconfirmed.length} of ${stored.length} events. ` +
    "Send these again, with the ids given here, so that none is stored twice.";
  const rejectedMember = rejected.length > 0 && { rejected };
  const body = problemBody(code, detail, { accepted: ids.length, ids, unconfirmed, ...rejectedMember });
  const headers = { ...problemHeaders, "retry-after": String(retryAfterSeconds) };
  return { status: 503, headers, body, code, accepted: ids.length, rejections: rejected, unconfirmed };
}

/** The answer to a request that ended with an error; anything but an {@link IngestError} is our own fault. */
export function replyError(error: unknown, headers: Readonly<Record<string, string>> = {}): EventReply {
  const isKnown = error instanceof IngestError;
  const code = isKnown ? error.code : "internal-error";
  const body = isKnown
    ? problemBody(code, error.message, { ...error.facts })
    : problemBody(code, "The service could not handle the request. It may be sent again.");
  const summary = { accepted: 0, rejections: [], unconfirmed: [] };
  const seconds = isKnown ? error.facts.retryAfterSeconds : undefined;
  const retryAfter = seconds === undefined ? {} : { "retry-after": String(seconds) };
  const all = { ...problemHeaders, ...headers, ...retryAfter };
  return { status: problems[code].status, headers: all, body, code, ...summary };
}

/** Whole seconds for `Retry-After`, drawn so that clients do not return all at once. */
function drawRetryAfter(random: () => number): number {
  const { min, max } = retryAfterSeconds;
  return min + Math.floor(random() * (max - min + 1));
}

import { type Answer, noAnswer, readAnswer, type Refusal } from "./answer.ts";
import { byteLengthOf, createEntry, type Entry } from "./entry.ts";
import { gzip } from "./gzip.ts";
import { MAX_EVENT_BYTES } from "./limits.ts";
import { newId } from "./new-id.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Page } from "./page.ts";
import { retryDelay } from "./retry-delay.ts";
import type { Client, Drop, DropReason, EventAttributes, SentEvent, WaitOptions } from "./types.ts";

/** A call of `flush` that waits. */
interface Waiter {
  readonly left: Set<Entry>;
  readonly finish: (isDone: boolean) => void;
}

/** The client of both platforms: the queue, the batches, and what the answers make of them. */
export class EventClient implements Client {
  readonly #options: ResolvedOptions;
  readonly #page: Page | undefined;
  /** Entries that wait, the oldest first. */
  #waiting: Entry[] = [];
  /** Parts of batches that were refused as a whole: each goes in a request of its own. */
  #parts: Entry[][] = [];
  /** Batches that are being compressed, so that a page that ends can take them back. */
  readonly #packing = new Set<Entry[]>();
  /** Every entry that is neither stored nor dropped, by key. */
  readonly #open = new Map<string, Entry>();
  #openBytes = 0;
  readonly #requests = new Set<AbortController>();
  readonly #waiters = new Set<Waiter>();
  #timer: unknown;
  #failures = 0;
  #notBeforeMs = 0;
  /** The service named {@link #notBeforeMs} itself. */
  #isToldToWait = false;
  #closing: Promise<boolean> | undefined;
  #isEnded = false;
  readonly #warned = new Set<DropReason>();

  constructor(options: ResolvedOptions, page?: Page) {
    this.#options = options;
    this.#page = page;
    page?.start({
      adopt: (entries) => this.#adopt(entries),
      leave: () => this.#leave(),
      abandon: () => this.#abandon(),
      wake: () => this.#wake(),
    });
  }

  readonly send = (type: string, data: unknown, attributes?: EventAttributes): string => {
    const { clock, source, dataschemas } = this.#options;
    const nowMs = clock.now();
    const key = newId(nowMs);
    const time = new Date(nowMs).toISOString();
    const own: Record<string, unknown> = { id: key, source, time, dataschema: dataschemas[type] };
    for (const [name, value] of Object.entries({ ...this.#commonAttributes(), ...attributes })) {
      // An undefined id would be made by the service, another one at each attempt.
      if (value !== undefined) own[name] = value;
    }
    const event = { specversion: "1.0", ...own, type, data } as SentEvent & { readonly id: string };
    this.#enqueue(event, key, nowMs);
    return event.id;
  };

  readonly flush = (options?: WaitOptions): Promise<boolean> => {
    if (this.#open.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (isDone: boolean): void => {
        this.#waiters.delete(waiter);
        this.#options.clock.clearTimeout(timer);
        resolve(isDone);
      };
      const waiter: Waiter = { left: new Set(this.#open.values()), finish };
      const timer = this.#options.clock.setTimeout(() => finish(false), options?.timeoutMs ?? 30_000);
      this.#waiters.add(waiter);
      this.#pump();
    });
  };

  readonly close = (options?: WaitOptions): Promise<boolean> => {
    this.#closing ??= this.flush({ timeoutMs: options?.timeoutMs ?? 10_000 }).then((isDone) => {
      this.#end();
      return isDone;
    });
    return this.#closing;
  };

  #end(): void {
    this.#isEnded = true;
    this.#options.clock.clearTimeout(this.#timer);
    const isKept = this.#page?.isKeeping() === true;
    for (const entry of isKept ? [] : this.#open.values()) this.#drop(entry, "closed", "The client was closed before.");
    this.#open.clear();
    for (const request of this.#requests) request.abort();
    this.#page?.stop();
  }

  #commonAttributes(): EventAttributes | undefined {
    try {
      return this.#options.attributes?.();
    } catch {
      // The event itself is worth more than the attributes that it goes without.
      return undefined;
    }
  }

  #enqueue(event: SentEvent, key: string, nowMs: number): void {
    const refuse = (reason: DropReason, detail: string): void => {
      this.#tellDrop({ event, reason, detail, isAmbiguous: false });
    };
    if (this.#closing !== undefined) {
      refuse("closed", "The client was closed before.");
      return;
    }
    let text: string;
    try {
      text = JSON.stringify(event);
    } catch (error) {
      refuse("not-serializable", `The event cannot be written as JSON: ${String(error)}`);
      return;
    }
    const entry = createEntry(key, text, nowMs);
    if (entry.bytes > MAX_EVENT_BYTES) {
      refuse("too-large", `The event takes ${entry.bytes} bytes; the limit is ${MAX_EVENT_BYTES}.`);
      return;
    }
    this.#page?.keep(entry);
    this.#add(entry);
    this.#makeRoom();
    this.#pump();
  }

  #add(entry: Entry): void {
    this.#open.set(entry.key, entry);
    this.#openBytes += entry.bytes;
    this.#waiting.push(entry);
  }

  /** Drops the oldest that wait while there are too many; what is under way can no longer be called back. */
  #makeRoom(): void {
    const { maxQueueEvents, maxQueueBytes } = this.#options;
    while (this.#open.size > maxQueueEvents || this.#openBytes > maxQueueBytes) {
      const oldest = this.#waiting.shift();
      if (oldest === undefined) return;
      this.#drop(oldest, "queue-full", `The queue holds ${maxQueueEvents} events and ${maxQueueBytes} bytes at most.`);
    }
  }

  /** Sends what is due, and sets the timer for what is not. */
  #pump(): void {
    const { clock, maxConcurrentRequests } = this.#options;
    clock.clearTimeout(this.#timer);
    if (this.#page?.isOnline() === false) return;
    // One request finds out if the service is back. All others wait for its answer.
    const maxRequests = this.#failures > 0 ? 1 : maxConcurrentRequests;
    while (!this.#isEnded && this.#requests.size < maxRequests) {
      const dueMs = this.#dueMs();
      if (dueMs === undefined) return;
      const waitMs = Math.max(dueMs, this.#notBeforeMs) - clock.now();
      if (waitMs > 0) {
        this.#timer = clock.setTimeout(() => this.#pump(), waitMs);
        return;
      }
      const batch = this.#takeBatch();
      if (batch.length > 0) void this.#attempt(batch, false);
    }
  }

  /** When the next batch is complete, or has waited long enough; `undefined` when nothing waits. */
  #dueMs(): number | undefined {
    if (this.#parts.length > 0) return 0;
    const [oldest] = this.#waiting;
    if (oldest === undefined) return undefined;
    const { maxBatchEvents, maxBatchBytes, lingerMs } = this.#options;
    if (this.#waiters.size > 0 || this.#waiting.length >= maxBatchEvents) return 0;
    let bytes = 2;
    for (const entry of this.#waiting) {
      bytes += entry.bytes + 1;
      if (bytes > maxBatchBytes) return 0;
    }
    return oldest.createdAtMs + lingerMs;
  }

  /** The oldest that wait, as many as fit; those that are too old are dropped on the way. */
  #takeBatch(): Entry[] {
    const part = this.#parts.shift();
    if (part !== undefined) return part;
    const { clock, maxAgeMs, maxBatchEvents, maxBatchBytes } = this.#options;
    const bornAfterMs = clock.now() - maxAgeMs;
    const batch: Entry[] = [];
    let bytes = 2;
    let taken = 0;
    for (const entry of this.#waiting) {
      const isExpired = entry.createdAtMs < bornAfterMs;
      if (!isExpired) {
        bytes += entry.bytes + 1;
        if (batch.length > 0 && (bytes > maxBatchBytes || batch.length === maxBatchEvents)) break;
        batch.push(entry);
      } else this.#drop(entry, "expired", `The event is older than ${maxAgeMs} ms.`);
      taken += 1;
    }
    this.#waiting.splice(0, taken);
    return batch;
  }

  /** One request, from the batch to what its answer makes of each event. Never rejects. */
  async #attempt(batch: Entry[], isLeaving: boolean): Promise<void> {
    const { clock, requestTimeoutMs } = this.#options;
    const failures = this.#failures;
    const request = new AbortController();
    const timeout = new Error(`The time of ${requestTimeoutMs} ms was up.`);
    const timer = clock.setTimeout(() => request.abort(timeout), requestTimeoutMs);
    this.#requests.add(request);
    for (const entry of batch) entry.isUnderWay = true;
    let answer: Answer | undefined;
    try {
      answer = await this.#post(batch, isLeaving, request.signal);
    } catch (error) {
      answer = noAnswer(error);
    }
    clock.clearTimeout(timer);
    this.#requests.delete(request);
    if (this.#isEnded) return;
    if (answer !== undefined) this.#settle(batch, answer, failures);
    this.#pump();
  }

  /** `undefined` when a page that ends has taken the batch back before it was sent. */
  async #post(batch: Entry[], isLeaving: boolean, signal: AbortSignal): Promise<Answer | undefined> {
    const { url, writeKey, fetch, clock } = this.#options;
    const text = bodyOf(batch);
    let body: string | Uint8Array<ArrayBuffer> = text;
    let headers: Record<string, string> = {};
    if (!isLeaving) {
      headers = { authorization: `Bearer ${writeKey}`, "content-type": "application/json" };
      if (this.#options.gzip) {
        this.#packing.add(batch);
        const packed = await gzip(text);
        if (!this.#packing.delete(batch)) return undefined;
        if (packed !== undefined) {
          body = packed;
          headers["content-encoding"] = "gzip";
        }
      }
    }
    const bytes = typeof body === "string" ? byteLengthOf(body) : body.length;
    const page = this.#page;
    const keepalive = page?.reserve(bytes) === true;
    try {
      const response = await fetch(isLeaving ? this.#urlWithKey : url, {
        method: "POST",
        headers,
        body,
        signal,
        keepalive,
        credentials: "omit",
      });
      return readAnswer(response.status, response.headers.get("retry-after"), await response.text(), clock.now());
    } finally {
      if (keepalive) page.release(bytes);
    }
  }

  /** A text without headers of its own needs no preflight, for which a page that ends has no time. */
  get #urlWithKey(): string {
    return `${this.#options.url}?key=${encodeURIComponent(this.#options.writeKey)}`;
  }

  #settle(batch: Entry[], answer: Answer, failuresBefore: number): void {
    const again: Entry[] = [];
    for (const [index, entry] of batch.entries()) {
      entry.isUnderWay = false;
      const refusal = answer.refusals.get(index);
      const isAmbiguous = answer.unconfirmed.get(index) ?? (answer.others === "again" ? answer.isAmbiguous : undefined);
      if (refusal !== undefined) this.#refuse(entry, refusal);
      else if (isAmbiguous !== undefined) {
        entry.isAmbiguous ||= isAmbiguous;
        again.push(entry);
      } else if (answer.others === "accepted") this.#accept(entry);
      else if (answer.others === "refused" || batch.length === 1) {
        this.#refuse(entry, { code: answer.code ?? "", detail: answer.detail });
      } else again.push(entry);
    }
    const isSplit = answer.others === "split" && again.length > 1;
    if (isSplit) this.#split(again);
    else this.#waiting.unshift(...again);
    if (again.length === 0 || isSplit) this.#failures = 0;
    else this.#backOff(again.length, answer, failuresBefore);
  }

  /** One event may spoil a body: halves find it, and keep all other events. */
  #split(entries: Entry[]): void {
    const half = entries.length >> 1;
    this.#parts.push(entries.slice(0, half), entries.slice(half));
  }

  #backOff(events: number, { status, code, detail, retryAfterMs }: Answer, failuresBefore: number): void {
    const { clock, random, onRetry } = this.#options;
    const nowMs = clock.now();
    // Requests that were under way together failed for the same reason.
    if (this.#failures <= failuresBefore) this.#failures += 1;
    const delayMs = retryDelay(this.#failures - 1, retryAfterMs, random);
    this.#notBeforeMs = Math.max(this.#notBeforeMs, nowMs + delayMs);
    this.#isToldToWait = retryAfterMs !== undefined;
    const failures = this.#failures;
    callHook(onRetry, { events, status, ...(code !== undefined && { code }), detail, failures, delayMs });
  }

  #accept(entry: Entry): void {
    const { onAccept } = this.#options;
    if (this.#remove(entry) && onAccept !== undefined) callHook(onAccept, eventOf(entry));
  }

  #refuse(entry: Entry, { code, detail }: Refusal): void {
    this.#drop(entry, "refused", detail, code);
  }

  #drop(entry: Entry, reason: DropReason, detail: string, code?: string): void {
    if (!this.#remove(entry)) return;
    const isAmbiguous = entry.isAmbiguous || entry.isUnderWay;
    this.#tellDrop({ event: eventOf(entry), reason, ...(code !== undefined && { code }), detail, isAmbiguous });
  }

  #remove(entry: Entry): boolean {
    if (!this.#open.delete(entry.key)) return false;
    this.#openBytes -= entry.bytes;
    this.#page?.forget(entry.key);
    for (const { left, finish } of this.#waiters) {
      left.delete(entry);
      if (left.size === 0) finish(true);
    }
    return true;
  }

  #tellDrop(drop: Drop): void {
    const { onDrop } = this.#options;
    if (onDrop !== undefined) {
      callHook(onDrop, drop);
      return;
    }
    if (this.#warned.has(drop.reason)) return;
    this.#warned.add(drop.reason);
    console.warn(`@millrace/client dropped an event (${drop.code ?? drop.reason}): ${drop.detail} See \`onDrop\`.`);
  }

  #adopt(entries: readonly Entry[]): void {
    for (const entry of entries) if (!this.#open.has(entry.key)) this.#add(entry);
    this.#waiting.sort((a, b) => a.createdAtMs - b.createdAtMs);
    this.#makeRoom();
    this.#pump();
  }

  #wake(): void {
    if (!this.#isToldToWait) this.#notBeforeMs = 0;
    this.#pump();
  }

  /** Sends one request with as much as may outlive the page. All other events are in the store, if there is one. */
  #leave(): void {
    const { clock, maxBatchEvents } = this.#options;
    const page = this.#page;
    this.#waiting.unshift(...[...this.#packing, ...this.#parts].flat());
    this.#packing.clear();
    this.#parts = [];
    if (page === undefined || !page.isOnline() || clock.now() < this.#notBeforeMs) return;
    const batch: Entry[] = [];
    let bytes = 2;
    for (const entry of this.#waiting) {
      if (entry.isBeaconed) continue;
      bytes += entry.bytes + 1;
      if (bytes > page.keepaliveBytes() || batch.length === maxBatchEvents) break;
      batch.push(entry);
    }
    if (batch.length === 0) return;
    if (page.hasKeepalive) {
      const taken = new Set(batch);
      this.#waiting = this.#waiting.filter((entry) => !taken.has(entry));
      void this.#attempt(batch, true);
    } else if (page.beacon(this.#urlWithKey, bodyOf(batch))) {
      for (const entry of batch) entry.isBeaconed = entry.isAmbiguous = true;
    }
  }

  #abandon(): void {
    this.#options.clock.clearTimeout(this.#timer);
    for (const entry of this.#waiting.splice(0)) {
      this.#open.delete(entry.key);
      this.#openBytes -= entry.bytes;
    }
  }
}

const bodyOf = (batch: readonly Entry[]): string => `[${batch.map(({ text }) => text).join()}]`;

const eventOf = ({ text }: Entry): SentEvent => JSON.parse(text) as SentEvent;

/** Calls a hook of the application, whose faults must not lose an event, nor end the process. */
function callHook<T>(hook: ((value: T) => unknown) | undefined, value: T): void {
  try {
    const result = hook?.(value);
    if (result instanceof Promise) result.catch(ignore);
  } catch {
    ignore();
  }
}

function ignore(): void {
  // The hook is the application's, and so is its fault.
}

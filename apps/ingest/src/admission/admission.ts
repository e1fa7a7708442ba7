import type { Clock } from "@millrace/put-records";
import {
  ACTIVE_KEY_MS,
  EVENT_OVERHEAD_BYTES,
  MAX_IDLE_ACCOUNTS,
  MAX_QUEUE_MS,
  RECORD_COPIES,
  REQUEST_OVERHEAD_BYTES,
  retryAfterSeconds,
} from "../limits.ts";
import { IngestError } from "../problems.ts";
import type { Sender } from "../write-keys.ts";
import { Account } from "./account.ts";
import { type Breaker, retryAfterOutage } from "./breaker.ts";
import { FairQueue, type TurnClock } from "./fair-queue.ts";
import type { Load } from "./load-watch.ts";
import { type BudgetRefusal, SharedBudget } from "./shared-budget.ts";
import { StreamWindow } from "./stream-window.ts";
import { UploadWatch } from "./upload-watch.ts";

export interface AdmissionOptions {
  /** Bytes that requests may hold at once. */
  readonly maxBytes: number;
  /** Requests that are read and wait for the stream at once. */
  readonly maxRequests: number;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly load: Load;
  readonly breaker: Breaker;
  /**
   * True if events can be kept while the stream is away; then an outage is no reason to refuse. Default: they cannot.
   */
  readonly canSpool?: (() => boolean) | undefined;
  /** Default: that of the event loop. */
  readonly turnClock?: TurnClock | undefined;
}

/** No key has this name: names are not empty. */
const unknownSender = "";
const noQuotas = {};

/**
 * Decides which requests are let in. Memory and requests are divided by key, and keys take turns at the processor and
 * the stream. So a key that sends too much is refused (429) while other keys go on. When the service as a whole has no
 * more to give, every key is refused (503).
 */
export class Admission {
  readonly bytes: SharedBudget;
  readonly requests: SharedBudget;
  readonly #options: AdmissionOptions;
  readonly #accounts = new Map<string, Account>();
  readonly #window: StreamWindow;
  readonly #queue: FairQueue;
  readonly #uploads: UploadWatch;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#window = new StreamWindow(options.maxBytes);
    this.#queue = new FairQueue(this.#window, options.clock, options.turnClock);
    this.#uploads = new UploadWatch(options.clock);
    this.bytes = new SharedBudget(options.maxBytes);
    this.requests = new SharedBudget(options.maxRequests);
  }

  /**
   * Lets a request in before its body is read.
   * @param sender `undefined` while only the body can tell; those who cannot be told share what one key may have
   * @throws IngestError `quota-exceeded`, `key-over-share`, `overloaded`, `stream-unavailable`
   */
  enter(sender: Sender | undefined): Ticket {
    const { clock, load } = this.#options;
    const nowMs = clock.now();
    if (load.isExhausted) throw this.refusal("full");
    const account = this.#accountOf(sender, nowMs);
    // Refused before its body is read: it would be refused after that.
    if (account.lane.expectedWaitMs > MAX_QUEUE_MS) throw this.refusal("share");
    this.#refuseOutage(nowMs);
    return new Ticket(this, account, clock);
  }

  /** Books what the ticket holds on the sender, whom the body has told. @throws IngestError as {@link enter} */
  assign(ticket: Ticket, sender: Sender): void {
    const { clock } = this.#options;
    ticket.assign(this.#accountOf(sender, clock.now()));
  }

  /** The error for a request that a budget has no room for. */
  refusal(reason: BudgetRefusal): IngestError {
    const { min, max } = retryAfterSeconds;
    const facts = { retryAfterSeconds: min + Math.floor(this.#options.random() * (max - min + 1)) };
    return reason === "share"
      ? new IngestError("key-over-share", "The write key uses its share of the service. Send less at once.", facts)
      : new IngestError("overloaded", "The service holds as many events as it can. Try again later.", facts);
  }

  /** Runs `work` when it is the account's turn. @throws IngestError `key-over-share` when that takes too long */
  takeTurn<T>(account: Account, bytes: number, work: () => Promise<T>): Promise<T> {
    return this.#queue.run(account.lane, bytes, work, () => this.refusal("share"));
  }

  /** @see UploadWatch.begin */
  watchUpload(arrivedBytes: () => number, onStalled: () => void): () => void {
    return this.#uploads.begin(arrivedBytes, onStalled);
  }

  /** A connection was accepted. */
  connectionOpened(): void {
    this.#queue.noteConnection();
  }

  /** Records of a request begin to wait for the stream. @param bytes as they are charged */
  recordsStarted(bytes: number): void {
    this.#window.started(bytes);
  }

  recordsSettled(bytes: number, tookMs: number): void {
    this.#window.settled(bytes, tookMs, this.#options.clock.now());
    this.#queue.wake();
  }

  /** The account of a sender who may send now. */
  #accountOf(sender: Sender | undefined, nowMs: number): Account {
    const account = this.#findAccount(sender?.keyName ?? unknownSender, nowMs);
    account.follow(sender?.quotas ?? noQuotas, nowMs);
    account.lastSeenMs = nowMs;
    const waitMs = account.quotaWaitMs(nowMs);
    if (waitMs > 0) throw quotaExceeded(waitMs);
    return account;
  }

  #refuseOutage(nowMs: number): void {
    const { breaker, canSpool, random } = this.#options;
    if (canSpool?.() === true || !breaker.refuses(nowMs)) return;
    const seconds = retryAfterOutage(breaker.outageMs(nowMs), random);
    const detail = "The stream has been away for some time. Nothing of the request was stored; send it again later.";
    throw new IngestError("stream-unavailable", detail, { retryAfterSeconds: seconds });
  }

  #findAccount(keyName: string, nowMs: number): Account {
    let account = this.#accounts.get(keyName);
    if (account === undefined) {
      if (this.#accounts.size >= MAX_IDLE_ACCOUNTS) this.#forgetIdle(nowMs);
      account = new Account();
      this.#accounts.set(keyName, account);
    }
    return account;
  }

  #forgetIdle(nowMs: number): void {
    for (const [name, { bytes, lastSeenMs }] of this.#accounts) {
      if (bytes.held === 0 && nowMs - lastSeenMs >= ACTIVE_KEY_MS) this.#accounts.delete(name);
    }
  }
}

/** A request that was let in, and what it holds. Whatever becomes of the request, `release` ends it. */
export class Ticket {
  readonly #admission: Admission;
  #account: Account;
  readonly #clock: Clock;
  #bytes = 0;
  #requests = 0;
  #waitingBytes = 0;
  #waitingSinceMs = 0;

  constructor(admission: Admission, account: Account, clock: Clock) {
    this.#admission = admission;
    this.#account = account;
    this.#clock = clock;
  }

  /**
   * Charges bytes that have arrived.
   * @throws IngestError `key-over-share`, `overloaded`; the ticket is released then
   */
  charge(bytes: number): void {
    const refusal = this.#admission.bytes.tryTake(this.#account.bytes, bytes);
    if (refusal !== undefined) this.#refuse(refusal);
    this.#bytes += bytes;
  }

  /** Watches the body arrive, until the returned function is called; `onStalled` when it no longer does. */
  watchUpload(onStalled: () => void): () => void {
    return this.#admission.watchUpload(() => this.#bytes, onStalled);
  }

  /** Moves what is held to another account; it was let in once and is not refused for that. */
  assign(account: Account): void {
    this.#account.bytes.held -= this.#bytes;
    account.bytes.held += this.#bytes;
    this.#account = account;
  }

  /** The body is there and is going to be read. @param bytes as it arrived */
  start(bytes: number): void {
    const refusal = this.#admission.requests.tryTake(this.#account.requests, 1);
    if (refusal !== undefined) this.#refuse(refusal);
    this.#requests = 1;
    this.charge(REQUEST_OVERHEAD_BYTES);
    this.#account.countBytes(bytes, this.#clock.now());
  }

  /** Charges for records that are going to wait for the stream. */
  hold(recordBytes: number, events: number): void {
    const nowMs = this.#clock.now();
    this.#account.countEvents(events, nowMs);
    const bytes = recordBytes * RECORD_COPIES + events * EVENT_OVERHEAD_BYTES;
    this.charge(bytes);
    this.settle();
    this.#waitingBytes = bytes;
    this.#waitingSinceMs = nowMs;
    this.#admission.recordsStarted(bytes);
  }

  /**
   * Runs `work`, which reads a body of so many bytes, when it is the turn of its key. Without room for its records the
   * body is not read.
   * @throws IngestError `key-over-share`, `overloaded`; the ticket is released then
   */
  takeTurn<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    return this.#admission.takeTurn(this.#account, bytes, async () => {
      const refusal = this.#admission.bytes.refusalOf(this.#account.bytes, bytes * RECORD_COPIES);
      if (refusal !== undefined) this.#refuse(refusal);
      return work();
    });
  }

  /** The stream has said something about every event of {@link hold}. */
  settle(): void {
    if (this.#waitingBytes === 0) return;
    this.#admission.recordsSettled(this.#waitingBytes, this.#clock.now() - this.#waitingSinceMs);
    this.#waitingBytes = 0;
  }

  /** Gives everything back; more than once is as good as once. */
  release(): void {
    this.settle();
    if (this.#bytes > 0) this.#admission.bytes.give(this.#account.bytes, this.#bytes);
    if (this.#requests > 0) this.#admission.requests.give(this.#account.requests, this.#requests);
    this.#bytes = 0;
    this.#requests = 0;
  }

  #refuse(refusal: BudgetRefusal): never {
    this.release();
    throw this.#admission.refusal(refusal);
  }
}

function quotaExceeded(waitMs: number): IngestError {
  const detail = "The write key has used its quota of events or bytes. Send less, or ask the platform team for more.";
  return new IngestError("quota-exceeded", detail, { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
}

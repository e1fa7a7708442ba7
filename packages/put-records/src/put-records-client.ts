import { PutRecordsCommand, type PutRecordsRequestEntry } from "@aws-sdk/client-kinesis";
import { Admission } from "./admission.ts";
import { type Answer, readAnswer, shardNamedIn } from "./answer.ts";
import {
  COALESCE_MS,
  FAILURE_BASE_MS,
  FAILURE_CAP_MS,
  fullJitter,
  THROTTLE_BASE_MS,
  THROTTLE_CAP_MS,
} from "./backoff.ts";
import { Batcher } from "./batcher.ts";
import { callWithTimeout, type PendingRequest } from "./call-with-timeout.ts";
import { checkRecord } from "./check-record.ts";
import { DelayQueue } from "./delay-queue.ts";
import { Call, type Entry } from "./entry.ts";
import {
  BackpressureError,
  ClosedError,
  InvalidOptionError,
  InvalidRecordsError,
  OversizedRecordError,
  type PutRecordsError,
} from "./errors.ts";
import {
  cancelled,
  classifyCallError,
  expired,
  type Fault,
  internalFailure,
  outcomeUnknown,
  predecessorFailed,
  throttled,
} from "./faults.ts";
import { Fifo } from "./fifo.ts";
import { HookCaller } from "./hook-caller.ts";
import { KeyLanes } from "./key-lanes.ts";
import type { ResolvedOptions } from "./options.ts";
import type { ShardTally } from "./shard-rate-limiter.ts";
import { type StreamState, streamStateOf } from "./stream-state.ts";
import type {
  AmbiguousReport,
  Delivery,
  FailureReason,
  PutOptions,
  PutRecord,
  PutRecords,
  PutRecordsStats,
} from "./types.ts";

/** Requests refused as invalid in a row, without one success, after which the fault is not looked for in single records. */
const MAX_DIVIDED_REFUSALS = 32;

/** Stands for the shard of a throttled record when the text names none. */
const UNNAMED_SHARD = "";

/** With this many calls under way, deadlines that lie close together are handled together. */
const MANY_CALLS = 1000;
const DEADLINE_INTERVAL_MS = 10;

interface Flight {
  readonly entries: readonly Entry[];
  readonly bytes: number;
  readonly startedAt: number;
  readonly request: PendingRequest;
}

export class PutRecordsClient implements PutRecords {
  readonly #options: ResolvedOptions;
  readonly #state: StreamState;
  readonly #batcher: Batcher;
  readonly #admission: Admission;
  readonly #hooks: HookCaller;
  readonly #lanes: KeyLanes | undefined;
  readonly #delayed: DelayQueue<Entry[]>;
  /** Halves of a refused request, to be sent one by one. */
  readonly #divided = new Fifo<Entry[]>();
  readonly #calls = new Set<Call>();
  readonly #flights = new Set<Flight>();
  readonly #counts = { requests: 0, delivered: 0, failed: 0, retried: 0, throttled: 0, ambiguous: 0, pending: 0 };
  #failedRequestsInARow = 0;
  #refusalsInARow = 0;
  #isPumpScheduled = false;
  #lingerTimer: unknown;
  #heldTimer: unknown;
  #deadlineTimer: unknown;
  #deadlineAt = Number.POSITIVE_INFINITY;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#state = streamStateOf(options.client, options.stream, options.clock);
    this.#batcher = new Batcher(this.#state);
    this.#admission = new Admission(options.maxInFlightBytes);
    this.#hooks = new HookCaller(options.hooks);
    this.#lanes = options.isOrderedPerKey ? new KeyLanes() : undefined;
    this.#delayed = new DelayQueue(options.clock, COALESCE_MS, (groups) => {
      for (const group of groups) this.#batcher.retry(group);
      this.#pump();
    });
  }

  async put(records: readonly PutRecord[], options: PutOptions = {}): Promise<Delivery[]> {
    this.#checkUse(options);
    if (!Array.isArray(records)) {
      throw new InvalidRecordsError(`Expected \`records\` to be an array, got ${typeof records}.`);
    }
    return new Promise((resolve) => this.#accept(records, options, false, resolve));
  }

  async send(record: PutRecord, options: PutOptions = {}): Promise<Delivery> {
    this.#checkUse(options);
    this.#state.shardMap.want(() => this.#onShardMap());
    return new Promise((resolve) => {
      this.#accept([record], options, true, ([delivery]) => resolve(delivery as Delivery));
    });
  }

  async flush(): Promise<void> {
    if (this.#calls.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let remaining = this.#calls.size;
    for (const call of this.#calls) {
      call.onFinished(() => {
        if (--remaining === 0) resolve(undefined);
      });
    }
    this.#batcher.flush();
    this.#pump();
    await promise;
  }

  close(): Promise<void> {
    this.#closing ??= this.flush();
    return this.#closing;
  }

  stats(): PutRecordsStats {
    const { pending, ...counts } = this.#counts;
    return {
      ...counts,
      hookErrors: this.#hooks.errors,
      inFlightBytes: this.#admission.usedBytes,
      inFlightRequests: this.#flights.size,
      pendingRecords: pending,
      limitedShards: this.#state.limiter.limits(this.#options.clock.now()),
    };
  }

  #checkUse({ deadline }: PutOptions): void {
    if (this.#closing !== undefined) {
      throw new ClosedError(`The client of stream ${this.#options.stream.label} is closed. Create another one.`);
    }
    if (deadline !== undefined && (typeof deadline !== "number" || Number.isNaN(deadline))) {
      throw new InvalidOptionError(`Expected \`deadline\` to be epoch milliseconds, got ${String(deadline)}.`);
    }
  }

  // ---- taking records in

  #accept(
    records: readonly PutRecord[],
    options: PutOptions,
    isLingering: boolean,
    resolve: (deliveries: Delivery[]) => void,
  ): void {
    const now = this.#options.clock.now();
    const call = new Call(records, options.deadline ?? now + this.#options.timeoutMs, isLingering, resolve);
    for (let index = 0; index < records.length; index++) {
      const checked = checkRecord(records[index], index);
      if (typeof checked !== "number") this.#refuse(call, index, "rejected", checked);
      else if (this.#isTooLarge(checked)) this.#refuse(call, index, "oversized", this.#oversized(index, checked));
      else {
        call.sizes[index] = checked;
        call.bytes += checked;
      }
    }
    if (call.remaining === 0) {
      call.finish();
      return;
    }
    if (!this.#mayEnter(call, options, now)) return;
    if (this.#lanes !== undefined) for (const entry of call.openEntries()) this.#lanes.enter(entry);
    this.#counts.pending += call.remaining;
    this.#calls.add(call);
    this.#watchDeadline(call.deadline);
    this.#watchSignal(call, options.signal);
    if (this.#admission.tryEnter(call)) this.#start(call);
    else this.#admission.wait(call);
  }

  /** Fails the whole call at once where there is no point in queueing it. */
  #mayEnter(call: Call, { signal, onFull }: PutOptions, now: number): boolean {
    let fault: Fault | undefined;
    if (signal?.aborted === true) fault = cancelled(signal.reason);
    else if (call.deadline <= now) fault = expired;
    if (fault === undefined && (onFull !== "refuse" || this.#admission.hasRoomFor(call))) return true;
    for (const { index } of call.openEntries()) {
      if (fault !== undefined) this.#refuse(call, index, fault.reason, fault.toError(0));
      else this.#refuse(call, index, "throttled", this.#full());
    }
    call.finish();
    return false;
  }

  #refuse(call: Call, index: number, reason: FailureReason, error: PutRecordsError): void {
    call.settle(index, { status: "failed", reason, attempts: 0, isAmbiguous: false, error });
    this.#counts.failed++;
  }

  #full(): BackpressureError {
    const { maxInFlightBytes } = this.#options;
    return new BackpressureError(
      `No room for the record: ${this.#admission.usedBytes} of ${maxInFlightBytes} bytes (\`maxInFlightBytes\`) are in flight. Try again later.`,
    );
  }

  #isTooLarge(size: number): boolean {
    const { maxRecordBytes } = this.#options;
    if (maxRecordBytes !== undefined) return size > maxRecordBytes;
    return size > this.#state.recordMaximum.bytes && !this.#state.recordMaximum.isUncertain(size);
  }

  /** Whether the stream must be asked before some record of the call can be sent. */
  #hasUncertainSize(call: Call): boolean {
    const { maxRecordBytes } = this.#options;
    const { bytes } = this.#state.recordMaximum;
    return maxRecordBytes === undefined && call.bytes > bytes && call.sizes.some((size) => size > bytes);
  }

  #oversized(index: number, size: number): OversizedRecordError {
    const maximum = this.#options.maxRecordBytes ?? this.#state.recordMaximum.bytes;
    return new OversizedRecordError(
      `Record ${index} has ${size} bytes with its partition key; stream ${this.#options.stream.label} takes ${maximum}. Make it smaller or raise the stream's maximum (UpdateMaxRecordSize).`,
    );
  }

  #start(call: Call): void {
    if (this.#lanes === undefined && !call.isLingering && !this.#hasUncertainSize(call)) this.#batcher.addCall(call);
    else {
      for (const entry of call.openEntries()) {
        if (!entry.isBehind) this.#enqueue(entry, call.isLingering);
      }
    }
    this.#schedulePump();
  }

  #enqueue(entry: Entry, isLingering: boolean): void {
    const { recordMaximum } = this.#state;
    if (this.#options.maxRecordBytes === undefined && entry.size > recordMaximum.bytes) {
      void recordMaximum.learn().then(() => {
        if (entry.isSettled) return;
        if (entry.size > recordMaximum.bytes) {
          this.#fail(entry, "oversized", this.#oversized(entry.index, entry.size));
          this.#afterSettling();
        } else {
          this.#batcher.add(entry);
          this.#schedulePump();
        }
      });
    } else if (!isLingering || this.#options.lingerMs === 0) this.#batcher.add(entry);
    else if (this.#batcher.linger(entry)) this.#armLinger();
  }

  // ---- sending

  #schedulePump(): void {
    if (this.#isPumpScheduled) return;
    this.#isPumpScheduled = true;
    // Calls made in the same turn share requests.
    queueMicrotask(() => {
      this.#isPumpScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    const now = this.#options.clock.now();
    while (this.#flights.size < this.#options.maxConcurrentRequests) {
      const entries = this.#nextDivided() ?? this.#batcher.next(now);
      if (entries === undefined) break;
      this.#transmit(entries, now);
    }
    this.#armHeld(now);
  }

  #nextDivided(): Entry[] | undefined {
    for (let half = this.#divided.shift(); half !== undefined; half = this.#divided.shift()) {
      const entries = half.filter((entry) => !entry.isSettled);
      if (entries.length > 0) return entries;
    }
    return undefined;
  }

  #transmit(entries: readonly Entry[], now: number): void {
    const { client, clock, requestTimeoutMs, stream } = this.#options;
    let bytes = 0;
    const Records = new Array<PutRecordsRequestEntry>(entries.length);
    for (const [i, entry] of entries.entries()) {
      const { partitionKey, data, explicitHashKey } = entry.record;
      Records[i] =
        explicitHashKey === undefined
          ? { Data: data, PartitionKey: partitionKey }
          : { Data: data, PartitionKey: partitionKey, ExplicitHashKey: explicitHashKey };
      entry.isInFlight = true;
      if (entry.attempts++ > 0) this.#counts.retried++;
      bytes += entry.size;
    }
    const command = new PutRecordsCommand({ ...stream.input, Records });
    const request = callWithTimeout((call) => client.send(command, call), clock, requestTimeoutMs);
    const flight = { entries, bytes, startedAt: now, request };
    this.#flights.add(flight);
    this.#counts.requests++;
    request.answer.then(
      (answer) => this.#onAnswer(flight, answer),
      (error: unknown) => this.#onCallFailed(flight, error),
    );
  }

  #land(flight: Flight): void {
    this.#flights.delete(flight);
    for (const entry of flight.entries) entry.isInFlight = false;
  }

  #onCallFailed(flight: Flight, error: unknown): void {
    this.#land(flight);
    const fault = classifyCallError(error, this.#options.stream.label);
    const { entries } = flight;
    const throttledCount = fault.reason === "throttled" ? entries.length : 0;
    const ambiguous = fault.isAmbiguous ? this.#reportAmbiguous(entries, "no-answer", error) : 0;
    if (throttledCount > 0) this.#reportThrottle(undefined, throttledCount);
    this.#reportRequest(flight, { throttled: throttledCount, ambiguous, error });
    if (fault.isDivisible && entries.length > 1 && this.#refusalsInARow < MAX_DIVIDED_REFUSALS) this.#divide(entries);
    else this.#retryOrFail(entries, fault, this.#failedRequestsInARow, FAILURE_BASE_MS, FAILURE_CAP_MS);
    if (fault.isDivisible) this.#refusalsInARow++;
    this.#failedRequestsInARow++;
    this.#afterSettling();
  }

  /** One bad record spoils a request for all. Nothing was stored, so its halves may be sent apart to find it. */
  #divide(entries: readonly Entry[]): void {
    const middle = entries.length >> 1;
    this.#divided.push(entries.slice(0, middle));
    this.#divided.push(entries.slice(middle));
  }

  #onAnswer(flight: Flight, given: unknown): void {
    const { entries } = flight;
    const answer = readAnswer(given, entries.length);
    this.#land(flight);
    if (answer === undefined) {
      const fault = outcomeUnknown("The answer did not have one result per record", undefined);
      const ambiguous = this.#reportAmbiguous(entries, "malformed-answer");
      this.#reportRequest(flight, { ambiguous });
      this.#retryOrFail(entries, fault, this.#failedRequestsInARow++, FAILURE_BASE_MS, FAILURE_CAP_MS);
    } else {
      this.#failedRequestsInARow = 0;
      this.#refusalsInARow = 0;
      this.#readResults(flight, answer);
    }
    this.#afterSettling();
  }

  #readResults(flight: Flight, { results, hasHiddenAttempts, failedCount }: Answer): void {
    const { entries } = flight;
    const tallies = failedCount > 0 || this.#state.limiter.isWatching ? new Map<string, ShardTally>() : undefined;
    const refused = new Map<string, { entries: Entry[]; message: string }>();
    const broken: Entry[] = [];
    let brokenText: { code: string; message: string } | undefined;
    let delivered = 0;
    let isMapStale = false;
    let ambiguous = hasHiddenAttempts ? this.#reportAmbiguous(entries, "no-answer") : 0;
    for (const [i, entry] of entries.entries()) {
      const result = results[i] ?? {};
      const { SequenceNumber: sequenceNumber, ShardId: shardId, ErrorCode: code } = result;
      if (hasHiddenAttempts) entry.isAmbiguous = true;
      if (code === undefined && sequenceNumber !== undefined && shardId !== undefined) {
        delivered++;
        if (entry.shardId !== undefined && entry.shardId !== shardId) isMapStale = true;
        if (tallies !== undefined) {
          const tally = tallyOf(tallies, shardId);
          tally.accepted++;
          tally.acceptedBytes += entry.size;
        }
        if (!entry.isSettled) this.#deliver(entry, shardId, sequenceNumber);
      } else if (code === "ProvisionedThroughputExceededException") {
        const message = result.ErrorMessage ?? code;
        const named = shardNamedIn(message);
        if (named !== undefined && entry.shardId !== undefined && entry.shardId !== named) isMapStale = true;
        const shard = named ?? entry.shardId ?? UNNAMED_SHARD;
        const group = refused.get(shard);
        if (group === undefined) refused.set(shard, { entries: [entry], message });
        else group.entries.push(entry);
        if (tallies !== undefined) tallyOf(tallies, shard).throttled++;
      } else {
        broken.push(entry);
        brokenText ??= { code: code ?? "neither result nor error", message: result.ErrorMessage ?? "no text" };
      }
    }
    const refusals = tallies === undefined ? undefined : this.#observe(tallies, isMapStale);
    let throttledCount = 0;
    for (const [shardId, group] of refused) {
      throttledCount += group.entries.length;
      this.#reportThrottle(shardId === UNNAMED_SHARD ? undefined : shardId, group.entries.length);
      const failures = refusals?.get(shardId) ?? fewestAttempts(group.entries) - 1;
      this.#retryOrFail(group.entries, throttled(group.message), failures, THROTTLE_BASE_MS, THROTTLE_CAP_MS);
    }
    if (brokenText !== undefined) {
      ambiguous += this.#reportAmbiguous(broken, "internal-failure");
      const failures = fewestAttempts(broken) - 1;
      const fault = internalFailure(brokenText.code, brokenText.message);
      this.#retryOrFail(broken, fault, failures, FAILURE_BASE_MS, FAILURE_CAP_MS);
    }
    this.#reportRequest(flight, { delivered, throttled: throttledCount, ambiguous });
  }

  /** Teaches the limiter, and the shard map when a record landed elsewhere. Returns refusals in a row per shard. */
  #observe(tallies: ReadonlyMap<string, ShardTally>, isMapStale: boolean): Map<string, number> {
    const { limiter, shardMap } = this.#state;
    const now = this.#options.clock.now();
    const refusals = new Map<string, number>();
    let isStale = isMapStale;
    for (const [shardId, tally] of tallies) {
      if (shardId === UNNAMED_SHARD) continue;
      refusals.set(shardId, limiter.observe(shardId, tally, now));
      if (shardMap.current?.has(shardId) === false) isStale = true;
    }
    const onMap = () => this.#onShardMap();
    if (isStale) shardMap.refresh(onMap);
    else if (limiter.isWatching) shardMap.want(onMap);
    return refusals;
  }

  #onShardMap(): void {
    const { limiter, shardMap } = this.#state;
    limiter.retain((shardId) => shardMap.current?.has(shardId) !== false);
    this.#pump();
  }

  #retryOrFail(entries: readonly Entry[], fault: Fault, failures: number, baseMs: number, capMs: number): void {
    const { isRetryingAmbiguous, maxAttempts, random } = this.#options;
    const again: Entry[] = [];
    for (const entry of entries) {
      if (fault.isAmbiguous) entry.isAmbiguous = true;
      entry.fault = fault;
      if (entry.isSettled) continue;
      if (entry.isCancelled) this.#failWith(entry, cancelled(fault.cause));
      else if (fault.isRetryable && entry.attempts < maxAttempts && (isRetryingAmbiguous || !fault.isAmbiguous)) {
        again.push(entry);
      } else this.#failWith(entry, fault);
    }
    if (again.length > 0) this.#delayed.push(again, fullJitter(failures, baseMs, capMs, random));
  }

  // ---- settling

  #deliver(entry: Entry, shardId: string, sequenceNumber: string): void {
    const { attempts, isAmbiguous } = entry;
    this.#counts.delivered++;
    this.#settle(entry, { status: "delivered", shardId, sequenceNumber, attempts, isAmbiguous });
    if (this.#lanes !== undefined) this.#advanceLane(this.#lanes, entry);
  }

  #failWith(entry: Entry, fault: Fault): void {
    this.#fail(entry, fault.reason, fault.toError(entry.attempts), fault.isDivisible);
  }

  /** @param isFinal the record can never be stored, so those behind it in its lane do not overtake anything. */
  #fail(entry: Entry, reason: FailureReason, error: PutRecordsError, isFinal = reason === "oversized"): void {
    const fail = (failed: Entry, why: FailureReason, cause: PutRecordsError) => {
      const { attempts, isAmbiguous } = failed;
      this.#counts.failed++;
      this.#settle(failed, { status: "failed", reason: why, attempts, isAmbiguous, error: cause });
    };
    fail(entry, reason, error);
    if (this.#lanes === undefined) return;
    if (!isFinal) {
      const fault = predecessorFailed(error);
      for (let behind = entry.next; behind !== undefined; behind = behind.next) {
        if (!behind.isSettled) fail(behind, fault.reason, fault.toError(0));
      }
    }
    this.#advanceLane(this.#lanes, entry);
  }

  #advanceLane(lanes: KeyLanes, entry: Entry): void {
    if (entry.isBehind) return;
    const next = lanes.advance(entry);
    if (next?.call.isAdmitted === true) this.#enqueue(next, false);
  }

  #settle(entry: Entry, delivery: Delivery): void {
    const { call } = entry;
    entry.isSettled = true;
    call.settle(entry.index, delivery);
    this.#counts.pending--;
    if (call.isAdmitted) this.#admission.release(entry.size);
    if (delivery.status === "failed" && !entry.isInFlight) this.#batcher.noteSettled();
    if (call.remaining > 0) return;
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#unwatchDeadline();
    call.finish();
  }

  /** Room may have become free. */
  #afterSettling(): void {
    for (let call = this.#admission.next(); call !== undefined; call = this.#admission.next()) this.#start(call);
    this.#pump();
  }

  // ---- time and cancelling

  #armLinger(): void {
    if (this.#lingerTimer !== undefined) return;
    this.#lingerTimer = this.#options.clock.setTimeout(() => {
      this.#lingerTimer = undefined;
      this.#batcher.flush();
      this.#pump();
    }, this.#options.lingerMs);
  }

  #armHeld(now: number): void {
    if (this.#heldTimer !== undefined) return;
    const delayMs = this.#batcher.msUntilHeld(now);
    if (delayMs === undefined) return;
    this.#heldTimer = this.#options.clock.setTimeout(() => {
      this.#heldTimer = undefined;
      this.#pump();
    }, delayMs);
  }

  #watchDeadline(deadline: number): void {
    if (deadline >= this.#deadlineAt) return;
    const { clock } = this.#options;
    clock.clearTimeout(this.#deadlineTimer);
    this.#deadlineAt = deadline;
    this.#deadlineTimer = clock.setTimeout(() => this.#onDeadline(), Math.max(0, deadline - clock.now()));
  }

  /** A timer left behind would keep the process alive. */
  #unwatchDeadline(): void {
    this.#options.clock.clearTimeout(this.#deadlineTimer);
    this.#deadlineAt = Number.POSITIVE_INFINITY;
  }

  #onDeadline(): void {
    const now = this.#options.clock.now();
    this.#deadlineAt = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    for (const call of this.#calls) {
      if (call.deadline <= now) this.#expire(call);
      else if (call.deadline < next) next = call.deadline;
    }
    if (this.#calls.size > MANY_CALLS) next = Math.max(next, now + DEADLINE_INTERVAL_MS);
    if (next < Number.POSITIVE_INFINITY) this.#watchDeadline(next);
    this.#admission.compact();
    // A request whose records nobody waits for any more only occupies the wire.
    for (const flight of this.#flights) {
      if (flight.entries.every((entry) => entry.isSettled)) flight.request.abandon(new Error("deadline passed"));
    }
    this.#afterSettling();
  }

  #expire(call: Call): void {
    const unknown = outcomeUnknown("The deadline passed while the request was under way", undefined);
    const entries = call.openEntries();
    this.#reportAmbiguous(
      entries.filter((entry) => entry.isInFlight),
      "no-answer",
    );
    for (const entry of entries) {
      if (entry.isSettled) continue;
      if (entry.isInFlight) {
        entry.isAmbiguous = true;
        this.#failWith(entry, unknown);
      } else this.#failWith(entry, entry.fault ?? expired);
    }
  }

  #watchSignal(call: Call, signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const onAbort = () => this.#cancel(call, signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    call.onFinished(() => signal.removeEventListener("abort", onAbort));
  }

  /** What waits is cancelled; what is on the wire keeps the right to its answer, which is the only truth about it. */
  #cancel(call: Call, reason: unknown): void {
    const fault = cancelled(reason);
    for (const entry of call.openEntries()) {
      if (entry.isInFlight) entry.isCancelled = true;
      else if (!entry.isSettled) this.#failWith(entry, fault);
    }
    this.#afterSettling();
  }

  // ---- reporting

  /** Counts each record once: one that its deadline has settled was counted then. */
  #reportAmbiguous(entries: readonly Entry[], cause: AmbiguousReport["cause"], error?: unknown): number {
    let records = 0;
    for (const entry of entries) if (!entry.isSettled) records++;
    if (records === 0) return 0;
    this.#counts.ambiguous += records;
    this.#hooks.call("onAmbiguous", error === undefined ? { records, cause } : { records, cause, error });
    return records;
  }

  #reportThrottle(shardId: string | undefined, records: number): void {
    this.#counts.throttled += records;
    this.#hooks.call("onThrottle", { shardId, records });
  }

  #reportRequest(
    { entries, bytes, startedAt }: Flight,
    outcome: { delivered?: number; throttled?: number; ambiguous?: number; error?: unknown },
  ): void {
    const durationMs = this.#options.clock.now() - startedAt;
    this.#hooks.call("onRequest", {
      records: entries.length,
      bytes,
      durationMs,
      delivered: 0,
      throttled: 0,
      ambiguous: 0,
      ...outcome,
    });
  }
}

function fewestAttempts(entries: readonly Entry[]): number {
  return entries.reduce((fewest, entry) => Math.min(fewest, entry.attempts), Number.POSITIVE_INFINITY);
}

function tallyOf(tallies: Map<string, ShardTally>, shardId: string): ShardTally {
  let tally = tallies.get(shardId);
  if (tally === undefined) {
    tally = { accepted: 0, acceptedBytes: 0, throttled: 0 };
    tallies.set(shardId, tally);
  }
  return tally;
}

import { Admission } from "./intake/admission.ts";
import { Batcher } from "./queues/batcher.ts";
import { Call } from "./intake/call.ts";
import { checkRecord } from "./intake/check-record.ts";
import type { Entry } from "./intake/entry.ts";
import {
  BackpressureError,
  ClosedError,
  InvalidRecordsError,
  OversizedRecordError,
  type PutRecordsError,
} from "./errors.ts";
import { cancelled, expired, type Fault, outcomeUnknown, oversized } from "./outcome/faults.ts";
import { KeyLanes } from "./queues/key-lanes.ts";
import { checkPutOptions, type ResolvedOptions } from "./options.ts";
import { Reports } from "./outcome/reports.ts";
import { Settlement } from "./outcome/settlement.ts";
import { type StreamState, streamStateOf } from "./stream/stream-state.ts";
import { Timer } from "./time/timer.ts";
import { Transmitter } from "./wire/transmitter.ts";
import type { Delivery, FailureReason, PutOptions, PutRecord, PutRecords, PutRecordsStats } from "./types.ts";

/** With this many calls under way, deadlines that lie close together are handled together. */
const MANY_CALLS = 1000;
const DEADLINE_INTERVAL_MS = 10;

/** Takes records in and watches deadlines and abort signals. Queues, transmitter and settlement do the rest. */
export class PutRecordsClient implements PutRecords {
  readonly #options: ResolvedOptions;
  readonly #state: StreamState;
  readonly #admission: Admission;
  readonly #batcher: Batcher;
  readonly #reports: Reports;
  readonly #lanes: KeyLanes | undefined;
  readonly #settlement: Settlement;
  readonly #transmitter: Transmitter;
  readonly #lingerTimer: Timer;
  readonly #deadlineTimer: Timer;
  #deadlineAt = Number.POSITIVE_INFINITY;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#state = streamStateOf(options.client, options.stream, options.clock);
    this.#state.users++;
    this.#admission = new Admission(options.maxInFlightBytes);
    this.#batcher = new Batcher(this.#state, this.#admission);
    this.#reports = new Reports(options.hooks);
    this.#lanes = options.isOrderedPerKey ? new KeyLanes() : undefined;
    this.#settlement = new Settlement({
      admission: this.#admission,
      batcher: this.#batcher,
      lanes: this.#lanes,
      reports: this.#reports,
      onFirstInLane: (entry) => this.#enqueue(entry, false),
      onIdle: () => this.#rest(),
    });
    this.#transmitter = new Transmitter({
      options,
      state: this.#state,
      batcher: this.#batcher,
      reports: this.#reports,
      settlement: this.#settlement,
      admitWaiting: () => this.#admitWaiting(),
    });
    this.#lingerTimer = new Timer(options.clock, () => {
      this.#batcher.flush();
      this.#transmitter.pump();
    });
    this.#deadlineTimer = new Timer(options.clock, () => this.#onDeadline());
  }

  async put(records: readonly PutRecord[], options: PutOptions = {}): Promise<Delivery[]> {
    this.#checkUse(options);
    if (!Array.isArray(records)) {
      throw new InvalidRecordsError(`Expected \`records\` to be an array, got ${typeof records}.`);
    }
    // A copy: callers fill and empty their arrays while the records wait.
    return new Promise((resolve) => this.#accept(records.slice(), options, false, resolve));
  }

  async send(record: PutRecord, options: PutOptions = {}): Promise<Delivery> {
    this.#checkUse(options);
    this.#state.shardMap.want(() => this.#transmitter.onShardMap());
    return new Promise((resolve) => {
      this.#accept([record], options, true, ([delivery]) => resolve(delivery as Delivery));
    });
  }

  async flush(): Promise<void> {
    const calls = this.#settlement.calls.filter(() => true);
    if (calls.length === 0) return;
    await new Promise<void>((resolve) => {
      let remaining = calls.length;
      for (const call of calls) {
        call.onFinished(() => {
          if (--remaining === 0) resolve();
        });
      }
      this.#batcher.flush();
      this.#transmitter.pump();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.flush().then(() => {
      if (--this.#state.users === 0) this.#state.stopAsking();
    });
    return this.#closing;
  }

  stats(): PutRecordsStats {
    return {
      ...this.#reports.counts,
      hookErrors: this.#reports.hookErrors,
      inFlightBytes: this.#admission.usedBytes,
      heldBytes: this.#admission.heldBytes,
      waitingBytes: this.#admission.waitingBytes,
      inFlightRequests: this.#transmitter.requestsInFlight,
      pendingRecords: this.#reports.pending,
      limitedShards: this.#state.limiter.limits(this.#options.clock.now()),
    };
  }

  #checkUse(options: PutOptions): void {
    if (this.#closing !== undefined) {
      throw new ClosedError(`The client of stream ${this.#options.stream.label} is closed. Create another one.`);
    }
    checkPutOptions(options);
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
      else if (this.#isTooLarge(checked)) {
        this.#refuse(call, index, "oversized", new OversizedRecordError(this.#tooLarge(index, checked)));
      } else {
        call.sizes[index] = checked;
        call.bytes += checked;
      }
    }
    if (call.remaining > 0) this.#refuseHopeless(call, options, now);
    if (call.remaining === 0) {
      call.finish();
      return;
    }
    this.#settlement.begin(call);
    this.#watchDeadline(call.deadline);
    this.#watchSignal(call, options.signal);
    const fullShard = this.#fullShardOf(call);
    if (fullShard !== undefined) this.#admission.waitForShard(call, fullShard);
    else if (this.#admission.tryEnter(call)) {
      this.#start(call);
      this.#transmitter.schedulePump();
    } else this.#admission.wait(call);
  }

  /**
   * Returns a shard of a call whose records are all for shards with a full share of the room; undefined for other
   * calls. With ordering per key all calls wait in one line: the records of a later call may be behind those of an
   * earlier one, and must not take the room that the earlier call needs.
   */
  #fullShardOf(call: Call): string | undefined {
    if (this.#lanes !== undefined || !this.#state.limiter.isLimiting || !this.#admission.hasFullShards)
      return undefined;
    let fullShard: string | undefined;
    for (let index = 0; index < call.records.length; index++) {
      if (!call.isOpen(index)) continue;
      fullShard = this.#batcher.limitedShardOf(call.entryAt(index));
      if (fullShard === undefined || !this.#admission.isShardFull(fullShard)) return undefined;
    }
    return fullShard;
  }

  /** Fails at once the records of a call that is aborted, too late, or refused for lack of room. */
  #refuseHopeless(call: Call, { signal, onFull }: PutOptions, now: number): void {
    const refuseAll = ({ reason, toError }: Pick<Fault, "reason" | "toError">) => {
      for (const { index } of call.openEntries()) this.#refuse(call, index, reason, toError(0));
    };
    if (signal?.aborted === true) refuseAll(cancelled(signal.reason));
    else if (call.deadline <= now) refuseAll(expired);
    else if (onFull !== "refuse") return;
    else if (!this.#admission.hasRoomFor(call)) refuseAll({ reason: "throttled", toError: () => this.#full() });
    else if (this.#state.limiter.isLimiting && this.#admission.hasFullShards) this.#refuseWhereShardIsFull(call);
  }

  #refuseWhereShardIsFull(call: Call): void {
    for (const entry of call.openEntries()) {
      const shardId = this.#batcher.limitedShardOf(entry);
      if (shardId === undefined || !this.#admission.isShardFull(shardId)) continue;
      const error = new BackpressureError(
        `No room for the record: ${shardId} is throttled, and what waits for it has its share of \`maxInFlightBytes\`. Try again later.`,
      );
      this.#refuse(call, entry.index, "throttled", error);
    }
  }

  #refuse(call: Call, index: number, reason: FailureReason, error: PutRecordsError): void {
    call.settle(index, { status: "failed", reason, attempts: 0, isAmbiguous: false, error });
    this.#reports.counts.failed++;
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

  /**
   * True if a record of the call is larger than the known maximum, so that the stream must be asked before it is sent.
   */
  #hasUncertainSize(call: Call): boolean {
    const { maxRecordBytes } = this.#options;
    const { bytes } = this.#state.recordMaximum;
    return maxRecordBytes === undefined && call.bytes > bytes && call.sizes.some((size) => size > bytes);
  }

  #tooLarge(index: number, size: number): string {
    const maximum = this.#options.maxRecordBytes ?? this.#state.recordMaximum.bytes;
    return `Record ${index} has ${size} bytes with its partition key; stream ${this.#options.stream.label} takes ${maximum}. Make it smaller or raise the stream's maximum (UpdateMaxRecordSize).`;
  }

  /** Lets waiting calls in where there is room. Returns whether any entered. */
  #admitWaiting(): boolean {
    let isAny = false;
    for (let call = this.#admission.next(); call !== undefined; call = this.#admission.next()) {
      this.#start(call);
      isAny = true;
    }
    return isAny;
  }

  #start(call: Call): void {
    if (this.#lanes === undefined && !call.isLingering && !this.#hasUncertainSize(call)) {
      this.#batcher.addCall(call);
      return;
    }
    for (const entry of call.openEntries()) {
      const shardId = this.#batcher.limitedShardOf(entry);
      if (shardId !== undefined) this.#admission.addToBacklog(entry, shardId);
      if (!entry.isBehind) this.#enqueue(entry, call.isLingering);
    }
  }

  #enqueue(entry: Entry, isLingering: boolean): void {
    const { maxRecordBytes, lingerMs } = this.#options;
    if (maxRecordBytes === undefined && entry.size > this.#state.recordMaximum.bytes) void this.#enqueueIfTaken(entry);
    else if (!isLingering || lingerMs === 0) this.#batcher.add(entry);
    else if (this.#batcher.linger(entry) && !this.#lingerTimer.isArmed) this.#lingerTimer.arm(lingerMs);
  }

  /** Asks the stream for its record maximum, then queues the record or fails it as oversized. */
  async #enqueueIfTaken(entry: Entry): Promise<void> {
    const { recordMaximum } = this.#state;
    await recordMaximum.learn();
    if (entry.isSettled) return;
    if (entry.size > recordMaximum.bytes) {
      this.#settlement.fail(entry, oversized(this.#tooLarge(entry.index, entry.size)));
    } else this.#batcher.add(entry);
    this.#transmitter.schedulePump();
  }

  // ---- time and cancelling

  /** Clears timers and queues once no call is under way: a timer left behind would keep the process alive. */
  #rest(): void {
    this.#lingerTimer.clear();
    this.#deadlineTimer.clear();
    this.#deadlineAt = Number.POSITIVE_INFINITY;
    this.#batcher.clear();
    this.#transmitter.clear();
  }

  #watchDeadline(deadline: number): void {
    if (deadline >= this.#deadlineAt) return;
    this.#deadlineAt = deadline;
    this.#deadlineTimer.arm(Math.max(0, deadline - this.#options.clock.now()));
  }

  #onDeadline(): void {
    const now = this.#options.clock.now();
    const { calls } = this.#settlement;
    this.#deadlineAt = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    const due = calls.filter((call) => {
      if (call.deadline > now) next = Math.min(next, call.deadline);
      return call.deadline <= now;
    });
    for (const call of due) this.#expire(call);
    if (calls.size > MANY_CALLS) next = Math.max(next, now + DEADLINE_INTERVAL_MS);
    if (calls.size > 0) this.#watchDeadline(next);
    this.#admission.compact();
    this.#transmitter.abandonUnwanted();
    this.#transmitter.pump();
  }

  #expire(call: Call): void {
    const unknown = outcomeUnknown("The deadline passed while the request was under way", undefined);
    const entries = call.openEntries();
    const inFlight = entries.filter((entry) => entry.isInFlight);
    this.#reports.ambiguous(inFlight, "no-answer");
    for (const entry of entries) {
      if (entry.isSettled) continue;
      if (entry.isInFlight) {
        entry.isAmbiguous = true;
        this.#settlement.fail(entry, unknown);
      } else this.#settlement.fail(entry, entry.fault ?? expired);
    }
  }

  #watchSignal(call: Call, signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const onAbort = () => this.#cancel(call, signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    call.onFinished(() => signal.removeEventListener("abort", onAbort));
  }

  /**
   * Cancels the records that wait. Records on the wire keep their request, because only its answer tells whether they
   * are stored.
   */
  #cancel(call: Call, reason: unknown): void {
    const fault = cancelled(reason);
    for (const entry of call.openEntries()) {
      if (entry.isInFlight) entry.isCancelled = true;
      else if (!entry.isSettled) this.#settlement.fail(entry, fault);
    }
    this.#transmitter.pump();
  }
}

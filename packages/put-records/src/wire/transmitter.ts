import { PutRecordsCommand, type PutRecordsRequestEntry } from "@aws-sdk/client-kinesis";
import { type Answer, readAnswer, shardNamedIn } from "./answer.ts";
import {
  COALESCE_MS,
  FAILURE_BASE_MS,
  FAILURE_CAP_MS,
  fullJitter,
  THROTTLE_BASE_MS,
  THROTTLE_CAP_MS,
} from "./backoff.ts";
import type { Batcher } from "../queues/batcher.ts";
import { callWithTimeout, NobodyWaits } from "./call-with-timeout.ts";
import { DelayQueue } from "../time/delay-queue.ts";
import type { Entry } from "../intake/entry.ts";
import {
  cancelled,
  classifyCallError,
  type Fault,
  internalFailure,
  invalidRequest,
  outcomeUnknown,
  throttled,
} from "../outcome/faults.ts";
import { Fifo } from "../queues/fifo.ts";
import { Flight } from "./flight.ts";
import { LinkedSet } from "../queues/linked-set.ts";
import type { ResolvedOptions } from "../options.ts";
import type { Reports } from "../outcome/reports.ts";
import { bodyBytesOf } from "./request-ceiling.ts";
import type { Settlement } from "../outcome/settlement.ts";
import type { ShardTally } from "../stream/shard-rate-limiter.ts";
import type { StreamState } from "../stream/stream-state.ts";
import { Timer } from "../time/timer.ts";

/**
 * After this many requests in a row that were refused as invalid, without one success, requests are divided no further:
 * the fault is not in a single record.
 */
const MAX_DIVIDED_REFUSALS = 32;

/** A record fails as invalid after this many refusals in requests of its own: one refusal may be a passing fault. */
const REFUSALS_OF_INVALID_RECORD = 2;

/** Stands for the shard of a throttled record when the text names none. */
const UNNAMED_SHARD = "";

/** The records of one request that a shard throttled. */
interface Refusal {
  readonly entries: Entry[];
  readonly message: string;
}

interface TransmitterParts {
  readonly options: ResolvedOptions;
  readonly state: StreamState;
  readonly batcher: Batcher;
  readonly reports: Reports;
  readonly settlement: Settlement;
  /** Lets waiting calls in where there is room. Returns whether any entered. */
  readonly admitWaiting: () => boolean;
}

/** Sends queued records, reads the answers, and queues failed records for another attempt. */
export class Transmitter {
  readonly #parts: TransmitterParts;
  readonly #delayed: DelayQueue<Entry[]>;
  /** Halves of refused requests, each to be sent as a request of its own. */
  readonly #divided = new Fifo<Entry[]>();
  readonly #flights = new LinkedSet<Flight>();
  readonly #heldTimer: Timer;
  #failedRequestsInARow = 0;
  #refusalsInARow = 0;
  #isPumpScheduled = false;

  constructor(parts: TransmitterParts) {
    const { batcher, options } = parts;
    this.#parts = parts;
    this.#heldTimer = new Timer(options.clock, () => this.pump());
    this.#delayed = new DelayQueue(options.clock, COALESCE_MS, (groups) => {
      for (const group of groups) batcher.retry(group);
      this.pump();
    });
  }

  get requestsInFlight(): number {
    return this.#flights.size;
  }

  /** Sends in a microtask, so that calls made in the same turn share requests. */
  schedulePump(): void {
    if (this.#isPumpScheduled) return;
    this.#isPumpScheduled = true;
    queueMicrotask(() => {
      this.#isPumpScheduled = false;
      this.pump();
    });
  }

  /** Sends all batches that may be sent now. */
  pump(): void {
    const { admitWaiting, batcher, options } = this.#parts;
    const now = options.clock.now();
    admitWaiting();
    do {
      while (this.#flights.size < options.maxConcurrentRequests) {
        const entries = this.#nextDivided() ?? batcher.next(now);
        if (entries === undefined) break;
        this.#transmit(entries, now);
      }
      // Entries just held back for a throttled shard may have left room for waiting calls.
    } while (admitWaiting());
    const heldMs = batcher.msUntilHeld(now);
    if (heldMs !== undefined && !this.#heldTimer.isArmed) this.#heldTimer.arm(heldMs);
  }

  /** Abandons requests whose records are all settled: they only occupy the wire. */
  abandonUnwanted(): void {
    const unwanted = this.#flights.filter(({ entries }) => entries.every((entry) => entry.isSettled));
    for (const { request } of unwanted) request.abandon(new NobodyWaits());
  }

  /** Clears timers and queues; called when every entry is settled. */
  clear(): void {
    this.#heldTimer.clear();
    this.#delayed.clear();
    this.#divided.clear();
  }

  onShardMap(): void {
    const { limiter, shardMap } = this.#parts.state;
    limiter.retain((shardId) => shardMap.current?.has(shardId) !== false);
    this.pump();
  }

  #nextDivided(): Entry[] | undefined {
    for (let half = this.#divided.shift(); half !== undefined; half = this.#divided.shift()) {
      const entries = half.filter((entry) => !entry.isSettled);
      if (entries.length > 0) return entries;
    }
    return undefined;
  }

  #transmit(entries: readonly Entry[], now: number): void {
    const { options, reports } = this.#parts;
    const { client, clock, requestTimeoutMs, stream } = options;
    const Records = new Array<PutRecordsRequestEntry>(entries.length);
    let bytes = 0;
    let retried = 0;
    let i = 0;
    for (const entry of entries) {
      const { partitionKey, data, explicitHashKey } = entry.record;
      Records[i++] =
        explicitHashKey === undefined
          ? { Data: data, PartitionKey: partitionKey }
          : { Data: data, PartitionKey: partitionKey, ExplicitHashKey: explicitHashKey };
      entry.isInFlight = true;
      if (entry.attempts++ > 0) retried++;
      bytes += entry.size;
    }
    const command = new PutRecordsCommand({ ...stream.input, Records });
    const request = callWithTimeout((call) => client.send(command, call), clock, requestTimeoutMs);
    const flight = new Flight(entries, bytes, now, request);
    this.#flights.add(flight);
    reports.counts.requests++;
    reports.counts.retried += retried;
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
    const { options, reports } = this.#parts;
    const fault = classifyCallError(error, options.stream.label);
    const { entries } = flight;
    const throttledCount = fault.reason === "throttled" ? entries.length : 0;
    const ambiguous = fault.isAmbiguous ? reports.ambiguous(entries, "no-answer", error) : 0;
    if (throttledCount > 0) reports.throttle(undefined, throttledCount);
    reports.request(flight, options.clock.now(), { throttled: throttledCount, ambiguous, error });
    const failures = this.#failedRequestsInARow++;
    if (fault.remedy === "apart") this.#lookForInvalid(entries, fault);
    else if (fault.remedy === "smaller" && this.#shrink(flight))
      this.#parts.batcher.retry(this.#withoutCancelled(entries));
    else this.#retryOrFail(entries, fault, failures, FAILURE_BASE_MS, FAILURE_CAP_MS);
    this.pump();
  }

  /** Finds the invalid record that spoils a request. The request stored nothing, so its halves are sent apart. */
  #lookForInvalid(entries: readonly Entry[], fault: Fault): void {
    const { options, settlement } = this.#parts;
    if (this.#refusalsInARow++ >= MAX_DIVIDED_REFUSALS) {
      this.#retryOrFail(entries, invalidRequest(options.stream.label, fault.cause), 0, 0, 0);
      return;
    }
    const open = this.#withoutCancelled(entries);
    const [alone] = open;
    if (entries.length > 1) {
      const middle = open.length >> 1;
      for (const half of [open.slice(0, middle), open.slice(middle)]) if (half.length > 0) this.#divided.push(half);
    } else if (alone !== undefined) {
      alone.fault = fault;
      const isInvalid = ++alone.refusals >= REFUSALS_OF_INVALID_RECORD || alone.attempts >= options.maxAttempts;
      if (isInvalid) settlement.fail(alone, fault);
      else this.#divided.push([alone]);
    }
  }

  /** Lowers the size of later requests. Returns false if the request held one record, which cannot be divided. */
  #shrink({ entries, bytes }: Flight): boolean {
    const { options, state } = this.#parts;
    state.ceiling.refused(bodyBytesOf(entries.length, bytes), options.clock.now());
    return entries.length > 1;
  }

  /** Fails the entries whose callers have aborted, and returns the unsettled ones. */
  #withoutCancelled(entries: readonly Entry[]): Entry[] {
    const { settlement } = this.#parts;
    for (const entry of entries) {
      if (entry.isCancelled && !entry.isSettled) settlement.fail(entry, cancelled(undefined));
    }
    return entries.filter((entry) => !entry.isSettled);
  }

  #onAnswer(flight: Flight, given: unknown): void {
    const { entries } = flight;
    const answer = readAnswer(given, entries.length);
    this.#land(flight);
    if (answer === undefined) this.#onUselessAnswer(flight);
    else {
      this.#failedRequestsInARow = 0;
      this.#refusalsInARow = 0;
      this.#parts.state.ceiling.passed(bodyBytesOf(entries.length, flight.bytes));
      this.#readResults(flight, answer);
    }
    this.pump();
  }

  #onUselessAnswer(flight: Flight): void {
    const { options, reports } = this.#parts;
    const { entries } = flight;
    const fault = outcomeUnknown("The answer did not have one result per record", undefined);
    const ambiguous = reports.ambiguous(entries, "malformed-answer");
    reports.request(flight, options.clock.now(), { ambiguous });
    this.#retryOrFail(entries, fault, this.#failedRequestsInARow++, FAILURE_BASE_MS, FAILURE_CAP_MS);
  }

  #readResults(flight: Flight, { results, hasHiddenAttempts, failedCount }: Answer): void {
    const { options, reports, settlement, state } = this.#parts;
    const { entries } = flight;
    const tallies = failedCount > 0 || state.limiter.isWatching ? new Map<string, ShardTally>() : undefined;
    const refused = new Map<string, Refusal>();
    const broken: Entry[] = [];
    let brokenText: { code: string; message: string } | undefined;
    let delivered = 0;
    let isMapStale = false;
    let ambiguous = hasHiddenAttempts ? reports.ambiguous(entries, "no-answer") : 0;
    let i = 0;
    for (const entry of entries) {
      const { SequenceNumber: sequenceNumber, ShardId: shardId, ErrorCode: code, ErrorMessage } = results[i++] ?? {};
      if (hasHiddenAttempts) entry.isAmbiguous = true;
      if (code === undefined && sequenceNumber !== undefined && shardId !== undefined) {
        delivered++;
        if (entry.shardId !== undefined && entry.shardId !== shardId) isMapStale = true;
        if (tallies !== undefined) {
          const tally = tallyOf(tallies, shardId);
          tally.accepted++;
          tally.acceptedBytes += entry.size;
        }
        if (!entry.isSettled) settlement.deliver(entry, shardId, sequenceNumber);
      } else if (code === "ProvisionedThroughputExceededException") {
        const message = ErrorMessage ?? code;
        const named = shardNamedIn(message);
        if (named !== undefined && entry.shardId !== undefined && entry.shardId !== named) isMapStale = true;
        const shard = named ?? entry.shardId ?? UNNAMED_SHARD;
        const refusal = refused.get(shard);
        if (refusal === undefined) refused.set(shard, { entries: [entry], message });
        else refusal.entries.push(entry);
        if (tallies !== undefined) tallyOf(tallies, shard).throttled++;
      } else {
        broken.push(entry);
        brokenText ??= { code: code ?? "neither result nor error", message: ErrorMessage ?? "no text" };
      }
    }
    const refusals = tallies === undefined ? undefined : this.#observe(tallies, isMapStale);
    const throttledCount = this.#retryRefused(refused, refusals);
    if (brokenText !== undefined) {
      ambiguous += reports.ambiguous(broken, "internal-failure");
      const fault = internalFailure(brokenText.code, brokenText.message);
      this.#retryOrFail(broken, fault, fewestAttempts(broken) - 1, FAILURE_BASE_MS, FAILURE_CAP_MS);
    }
    reports.request(flight, options.clock.now(), { delivered, throttled: throttledCount, ambiguous });
  }

  #retryRefused(refused: ReadonlyMap<string, Refusal>, refusals: ReadonlyMap<string, number> | undefined): number {
    let count = 0;
    for (const [shardId, { entries, message }] of refused) {
      count += entries.length;
      this.#parts.reports.throttle(shardId === UNNAMED_SHARD ? undefined : shardId, entries.length);
      const failures = refusals?.get(shardId) ?? fewestAttempts(entries) - 1;
      this.#retryOrFail(entries, throttled(message), failures, THROTTLE_BASE_MS, THROTTLE_CAP_MS);
    }
    return count;
  }

  /**
   * Passes the counts to the limiter, and refreshes the shard map if it proved wrong. Returns refusals in a row per
   * shard.
   */
  #observe(tallies: ReadonlyMap<string, ShardTally>, isMapStale: boolean): Map<string, number> {
    const { limiter, shardMap } = this.#parts.state;
    const now = this.#parts.options.clock.now();
    const refusals = new Map<string, number>();
    let isStale = isMapStale;
    for (const [shardId, tally] of tallies) {
      if (shardId === UNNAMED_SHARD) continue;
      refusals.set(shardId, limiter.observe(shardId, tally, now));
      if (shardMap.current?.has(shardId) === false) isStale = true;
    }
    const onMap = () => this.onShardMap();
    if (isStale) shardMap.refresh(onMap);
    else if (limiter.isWatching) shardMap.want(onMap);
    return refusals;
  }

  #retryOrFail(entries: readonly Entry[], fault: Fault, failures: number, baseMs: number, capMs: number): void {
    const { options, settlement } = this.#parts;
    const { isRetryingAmbiguous, maxAttempts, random } = options;
    const isRetryable = fault.remedy === "again" || fault.remedy === "smaller";
    const again: Entry[] = [];
    for (const entry of entries) {
      if (fault.isAmbiguous) entry.isAmbiguous = true;
      entry.fault = fault;
      if (entry.isSettled) continue;
      if (entry.isCancelled) settlement.fail(entry, cancelled(fault.cause));
      else if (isRetryable && entry.attempts < maxAttempts && (isRetryingAmbiguous || !fault.isAmbiguous)) {
        again.push(entry);
      } else settlement.fail(entry, fault);
    }
    if (again.length > 0) this.#delayed.push(again, fullJitter(failures, baseMs, capMs, random));
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

import { type Clock, systemClock } from "../clock.ts";
import type { KinesisErrorCode } from "../kinesis/errors.ts";
import type { Kinesis } from "../kinesis/kinesis.ts";
import { createRandom, type Random, randomInteger } from "../random.ts";
import { failuresInPassing, type RawAnswer, refusalsInPassing } from "./answers.ts";
import { checkFaultRates } from "./check-rates.ts";

/** The fate of one call on its way. */
export type CallFault =
  /** Refused before anything was stored. */
  | { readonly kind: "reject"; readonly code: KinesisErrorCode; readonly message: string }
  /** Carried out, then answered with an error. */
  | { readonly kind: "fail-after"; readonly code: KinesisErrorCode; readonly message: string }
  /** Answered in the words of a front end or of a proxy, before the request was carried out or after. */
  | { readonly kind: "answer"; readonly answer: RawAnswer; readonly isCarriedOut: boolean }
  /** The connection breaks before Kinesis has the request. */
  | { readonly kind: "reset-before" }
  /** The connection breaks after the request was carried out. */
  | { readonly kind: "reset-after" }
  /** Takes this much longer before and after it is carried out. */
  | { readonly kind: "slow"; readonly delayBeforeMs: number; readonly delayAfterMs: number };

/** The fate of one record in a PutRecords call that is otherwise carried out. */
export type RecordFault = "throttle" | "internal-failure" | "internal-failure-stored";

/**
 * How often each fault happens: shares of calls or of records (0–1), or mean times between occurrences. All default to
 * never.
 */
export interface FaultRates {
  /** Records refused with ProvisionedThroughputExceededException. */
  readonly recordThrottle?: number;
  /** Records answered with InternalFailure and not stored. */
  readonly recordInternalFailure?: number;
  /** Records answered with InternalFailure, yet stored. */
  readonly recordInternalFailureStored?: number;
  /** Calls answered with 500 or 503 before anything was stored. */
  readonly serverErrorBefore?: number;
  /** Calls answered with 500 or 503 after everything was stored. */
  readonly serverErrorAfter?: number;
  /**
   * Calls refused with a 4xx or 3xx that passes: throttling by other names, a wrong clock, proxies. Nothing was stored.
   */
  readonly refusalInPassing?: number;
  /** Calls whose answer hides a failure, as `InternalFailure` with 400, a 408 or a proxy's 502: carried out or not. */
  readonly failureInPassing?: number;
  /** Connections that break before Kinesis has the request. */
  readonly resetBefore?: number;
  /** Connections that break after the request was carried out. */
  readonly resetAfter?: number;
  /** Calls that take `slowMs` longer. */
  readonly slow?: number;
  /** How much longer; default 100 to 5,000. */
  readonly slowMs?: { readonly min: number; readonly max: number };
  /** PutRecords calls whose records are stored in another order than given; AWS guarantees none. */
  readonly shuffle?: number;
  /** GetRecords calls that give fewer records than there are. */
  readonly shortRead?: number;
  /** Mean time between moments at which one shard loses most of its capacity to others. */
  readonly hotShardEveryMs?: number;
  /** How long it stays hot; default 2,000 to 10,000. */
  readonly hotShardMs?: { readonly min: number; readonly max: number };
  /** Share of its capacity a hot shard keeps; default 0.02. */
  readonly hotShardCapacity?: number;
  /** Mean time between moments at which one stream refuses every record, as one that lost its capacity does. */
  readonly outageEveryMs?: number;
  /** How long it does; default 5,000 to 30,000. */
  readonly outageMs?: { readonly min: number; readonly max: number };
  /** Mean time between reshardings (split, merge, UpdateShardCount), under whatever load there is. */
  readonly reshardEveryMs?: number;
  /** Most open shards resharding may leave a stream with; default 8. */
  readonly reshardMaxShards?: number;
}

/** Rates and randomness of faults. */
export interface FaultsOptions {
  /** The same seed draws the same faults. */
  readonly seed: number | string;
  /** How often each fault comes about, 0 to 1; those left out never do. */
  readonly rates: FaultRates;
  /** Only these operations are hit by faults of calls; default all. */
  readonly operations?: readonly string[];
  /** Only these streams are hit by faults of records, hot shards and resharding; default all. */
  readonly streams?: readonly string[];
}

/** A kind of fault, as it is counted. */
export type FaultKind =
  | "recordThrottle"
  | "recordInternalFailure"
  | "recordInternalFailureStored"
  | "serverErrorBefore"
  | "serverErrorAfter"
  | "refusalInPassing"
  | "failureInPassing"
  | "resetBefore"
  | "resetAfter"
  | "slow"
  | "shuffle"
  | "shortRead"
  | "hotShard"
  | "outage"
  | "reshard"
  | "scripted";

const callFaults = [
  "serverErrorBefore",
  "serverErrorAfter",
  "resetBefore",
  "resetAfter",
  "slow",
  "refusalInPassing",
  "failureInPassing",
] as const;
const recordFaults = ["recordThrottle", "recordInternalFailure", "recordInternalFailureStored"] as const;
const recordFaultOf = {
  recordThrottle: "throttle",
  recordInternalFailure: "internal-failure",
  recordInternalFailureStored: "internal-failure-stored",
} as const;

/** The faults whose rate is a share, of calls or of records. */
type DrawnFault = (typeof callFaults)[number] | (typeof recordFaults)[number] | "shuffle" | "shortRead";

/**
 * Decides what goes wrong. Every kind of fault draws from a generator of its own, so that the same seed gives the same
 * faults whatever the other rates are.
 *
 * @example
 * ```ts
 * const faults = new Faults({ seed: 7, rates: { recordThrottle: 0.05, resetAfter: 0.01 } });
 * const kinesis = new Kinesis({ clock, faults });
 * ```
 */
export class Faults {
  readonly #seed: string;
  readonly #randoms = new Map<string, Random>();
  readonly #operations: ReadonlySet<string> | undefined;
  readonly #streams: ReadonlySet<string> | undefined;
  readonly #counts = new Map<FaultKind, number>();
  readonly #scripted: { readonly operation: string; readonly fault: CallFault }[] = [];
  readonly #timers = new Set<unknown>();
  #rates: FaultRates;
  #kinesis: Kinesis | undefined;
  #clock: Clock = systemClock;
  readonly #scheduled = new Set<string>();
  readonly #hot = new Set<{ cool: () => void }>();
  readonly #broken = new Set<string>();
  #isOn = true;
  #isStarted = false;

  /** @throws OptionError */
  constructor(options: FaultsOptions) {
    checkFaultRates(options.rates);
    this.#seed = String(options.seed);
    this.#rates = options.rates;
    this.#operations = options.operations === undefined ? undefined : new Set(options.operations);
    this.#streams = options.streams === undefined ? undefined : new Set(options.streams);
  }

  /** Faults so far, by kind. */
  get counts(): Readonly<Partial<Record<FaultKind, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** Faults so far. */
  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** Called by the model these faults are for. */
  attach(kinesis: Kinesis): void {
    this.#kinesis = kinesis;
    this.#clock = kinesis.clock;
  }

  /** Other rates from now on. @throws OptionError */
  set(rates: FaultRates): void {
    checkFaultRates(rates);
    this.#rates = rates;
    if (this.#isStarted) this.start();
  }

  /** Lets one fault happen to the next call of `operation`, before any drawn ones. */
  failNext(operation: string, fault: CallFault): void {
    this.#scripted.push({ operation, fault });
  }

  /** Starts the faults that happen at a time and not to a call: hot shards, outages and resharding. */
  start(): void {
    this.#isStarted = true;
    this.#schedule(
      "hotShard",
      () => this.#rates.hotShardEveryMs,
      () => this.#heatShard(),
    );
    this.#schedule(
      "outage",
      () => this.#rates.outageEveryMs,
      () => this.#breakAnyStream(),
    );
    this.#schedule(
      "reshard",
      () => this.#rates.reshardEveryMs,
      () => this.#reshard(),
    );
  }

  /** Lets a stream refuse every record, as one without any capacity does, until `stop`. */
  breakStream(streamName: string): void {
    this.#count("outage", { stream: streamName });
    this.#broken.add(streamName);
  }

  /** Ends all faults for good: nothing fails from now on, and hot shards cool down. */
  stop(): void {
    this.#isOn = false;
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#timers.clear();
    for (const { cool } of [...this.#hot]) cool();
    this.#broken.clear();
  }

  /** The fault, if any, that one call meets. */
  call(operation: string): CallFault | undefined {
    const index = this.#scripted.findIndex((entry) => entry.operation === operation);
    if (index >= 0) {
      const [scripted] = this.#scripted.splice(index, 1);
      this.#count("scripted", { operation, fault: scripted?.fault.kind });
      return scripted?.fault;
    }
    if (!this.#isOn || this.#operations?.has(operation) === false) return undefined;
    switch (this.#firstDrawn(callFaults, { operation })) {
      case "serverErrorBefore":
        return { kind: "reject", ...this.#serverError() };
      case "serverErrorAfter":
        return { kind: "fail-after", ...this.#serverError() };
      case "refusalInPassing":
        return { kind: "answer", answer: this.#oneOf("refusal", refusalsInPassing), isCarriedOut: false };
      case "failureInPassing": {
        const isCarriedOut = this.#random("failureSide")() < 0.5;
        return { kind: "answer", answer: this.#oneOf("failure", failuresInPassing), isCarriedOut };
      }
      case "resetBefore":
        return { kind: "reset-before" };
      case "resetAfter":
        return { kind: "reset-after" };
      case "slow":
        return this.#slowCall();
      case undefined:
        return undefined;
    }
  }

  /** The fault, if any, that one record meets. */
  record(streamName: string, shardId: string): RecordFault | undefined {
    if (!this.#isOn || this.#streams?.has(streamName) === false) return undefined;
    const drawn = this.#firstDrawn(recordFaults, { stream: streamName, shard: shardId });
    if (this.#broken.has(streamName)) return "throttle";
    return drawn === undefined ? undefined : recordFaultOf[drawn];
  }

  /** The order in which `count` records of a call are stored; `undefined` for the order given. */
  orderOf(count: number): number[] | undefined {
    if (!this.#isOn || count < 2) return undefined;
    if (this.#firstDrawn(["shuffle"], { records: count }) === undefined) return undefined;
    const random = this.#random("shuffleOrder");
    const order = Array.from({ length: count }, (_, index) => index);
    for (let index = count - 1; index > 0; index -= 1) {
      const other = randomInteger(random, 0, index);
      [order[index], order[other]] = [order[other] ?? 0, order[index] ?? 0];
    }
    return order;
  }

  /** How many records a GetRecords call gives at most. */
  readLimit(limit: number): number {
    if (!this.#isOn || this.#firstDrawn(["shortRead"], { limit }) === undefined) return limit;
    return Math.max(1, Math.floor(limit * this.#random("shortReadShare")() * 0.1));
  }

  #heatShard(): void {
    const target = this.#anyStream("hotShardStream");
    if (target === undefined) return;
    const { kinesis, streamName } = target;
    const shards = kinesis.openShardIds(streamName);
    const shardId = shards[Math.floor(this.#random("hotShardShard")() * shards.length)];
    if (shardId === undefined) return;
    this.#count("hotShard", { stream: streamName, shard: shardId });
    kinesis.limitShardCapacity(streamName, shardId, this.#rates.hotShardCapacity ?? 0.02);
    const { min, max } = this.#rates.hotShardMs ?? { min: 2000, max: 10_000 };
    const entry = {
      cool: () => {
        this.#hot.delete(entry);
        // It may have been split or merged away meanwhile.
        if (kinesis.openShardIds(streamName).includes(shardId)) kinesis.limitShardCapacity(streamName, shardId, 1);
      },
    };
    this.#hot.add(entry);
    this.#after(randomInteger(this.#random("hotShardMs"), min, max), entry.cool);
  }

  #breakAnyStream(): void {
    const target = this.#anyStream("outageStream");
    if (target === undefined) return;
    const { streamName } = target;
    this.breakStream(streamName);
    const { min, max } = this.#rates.outageMs ?? { min: 5000, max: 30_000 };
    this.#after(randomInteger(this.#random("outageMs"), min, max), () => {
      this.#broken.delete(streamName);
    });
  }

  #reshard(): void {
    const target = this.#anyStream("reshardStream");
    if (target === undefined) return;
    const { kinesis, streamName } = target;
    const random = this.#random("reshardHow");
    this.#count("reshard", { stream: streamName });
    kinesis.reshardAtRandom(streamName, random, this.#rates.reshardMaxShards ?? 8);
  }

  #anyStream(concern: string): { kinesis: Kinesis; streamName: string } | undefined {
    const kinesis = this.#kinesis;
    if (kinesis === undefined || !this.#isOn) return undefined;
    const names = kinesis.streamNames().filter((name) => this.#streams?.has(name) !== false);
    const streamName = names[Math.floor(this.#random(concern)() * names.length)];
    return streamName === undefined ? undefined : { kinesis, streamName };
  }

  #schedule(concern: string, meanMs: () => number | undefined, occur: () => void): void {
    const mean = meanMs();
    if (mean === undefined || this.#scheduled.has(concern)) return;
    this.#scheduled.add(concern);
    // Exponential gaps: occurrences bunch up and leave pauses, as real ones do.
    const gapMs = Math.ceil(-Math.log(1 - this.#random(`${concern}Gap`)()) * mean);
    this.#after(gapMs, () => {
      this.#scheduled.delete(concern);
      if (meanMs() !== undefined) occur();
      this.#schedule(concern, meanMs, occur);
    });
  }

  #after(delayMs: number, callback: () => void): void {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#isOn) callback();
    }, delayMs);
    this.#timers.add(timer);
  }

  #serverError(): { readonly code: KinesisErrorCode; readonly message: string } {
    return this.#random("serverErrorCode")() < 0.5
      ? { code: "InternalFailure", message: "Internal service failure." }
      : { code: "ServiceUnavailable", message: "Service is unavailable. Please try again." };
  }

  /**
   * Returns the first of `kinds` that the draws hit. Every kind draws each time, also after a hit: so the rate of one
   * kind does not move the draws of another.
   */
  #firstDrawn<Kind extends DrawnFault>(
    kinds: readonly Kind[],
    where: Readonly<Record<string, string | number>>,
  ): Kind | undefined {
    let hit: Kind | undefined;
    for (const kind of kinds) {
      const rate = this.#rates[kind];
      if (rate !== undefined && rate > 0 && this.#random(kind)() < rate) hit ??= kind;
    }
    if (hit !== undefined) this.#count(hit, where);
    return hit;
  }

  #oneOf(concern: string, answers: readonly [RawAnswer, ...RawAnswer[]]): RawAnswer {
    return answers[Math.floor(this.#random(`${concern}Answer`)() * answers.length)] ?? answers[0];
  }

  #slowCall(): CallFault {
    const random = this.#random("slowMs");
    const { min, max } = this.#rates.slowMs ?? { min: 100, max: 5000 };
    const delayMs = randomInteger(random, min, max);
    const delayBeforeMs = randomInteger(random, 0, delayMs);
    return { kind: "slow", delayBeforeMs, delayAfterMs: delayMs - delayBeforeMs };
  }

  #count(kind: FaultKind, where: Readonly<Record<string, string | number | undefined>>): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#kinesis?.trace?.record(`fault.${kind}`, where);
  }

  #random(concern: string): Random {
    let random = this.#randoms.get(concern);
    if (random === undefined) {
      random = createRandom(`${this.#seed}/${concern}`);
      this.#randoms.set(concern, random);
    }
    return random;
  }
}

import type { Clock } from "@millrace/put-records";
import { SourceOutcome } from "./batch-ledger.ts";
import type { ConfirmedMemory, ConfirmedOutputs, Recollection, ShardMemory } from "./confirmed-memory.ts";
import { DestinationTallies } from "./destination-tally.ts";
import { DEFAULT_RECORD_TIMEOUT_MS, RECORDS_PER_ROUND } from "./limits.ts";
import { RecordTimer } from "./record-timer.ts";
import type {
  FailedDelivery,
  FailureDecision,
  Output,
  OutputDelivery,
  SourceRecord,
  StreamHandlerOptions,
} from "./types.ts";

/** An output on its way to its destination. */
interface Pending {
  readonly outcome: SourceOutcome;
  readonly output: Output;
  /** Position among the outputs of its source record. */
  readonly index: number;
  isConfirmed: boolean;
}

/** Outputs of one round, by destination. */
type Round = Map<string, Pending[]>;

/** Result of one output at a destination: its delivery, or the error that prevented one. */
type Result = OutputDelivery | Error;

/** When to stop. All epoch ms. */
export interface TimeBudget {
  /** Processing ends; what it gave so far is still written. */
  readonly processUntil: number;
  /** First writes end. */
  readonly writeUntil: number;
  /** Diverted writes end. */
  readonly divertUntil: number;
  /** Whatever a destination does, the answer goes out. */
  readonly hardStop: number;
}

const timeIsUp = Symbol("time is up");

/** One invocation: source records in, outcomes out. */
export class BatchRun {
  readonly outcomes: readonly SourceOutcome[];
  readonly tallies = new DestinationTallies();
  poisoned = 0;
  remembered = 0;
  readonly #options: StreamHandlerOptions;
  readonly #clock: Clock;
  readonly #budget: TimeBudget;
  readonly #timer: RecordTimer;
  readonly #rounds: Round[] = [];
  readonly #writes: Promise<void>[] = [];

  constructor(
    sources: readonly SourceRecord[],
    options: StreamHandlerOptions,
    clock: Clock,
    memory: ConfirmedMemory,
    budget: TimeBudget,
  ) {
    this.outcomes = createOutcomes(sources, memory);
    this.#options = options;
    this.#clock = clock;
    this.#budget = budget;
    const { recordTimeoutMs = DEFAULT_RECORD_TIMEOUT_MS } = options;
    this.#timer = new RecordTimer(clock, recordTimeoutMs, budget.processUntil);
  }

  /** Processes and writes until everything has an outcome or the time is up. */
  async run(): Promise<void> {
    try {
      for (let start = 0; start < this.outcomes.length; start += RECORDS_PER_ROUND) {
        const round: Round = new Map();
        this.#rounds.push(round);
        const isInTime = await this.#processRound(this.outcomes.slice(start, start + RECORDS_PER_ROUND), round);
        this.#writes.push(this.#writeAll(round));
        if (!isInTime) break;
        // A turn of the event loop, so that the requests of this round leave before the next one takes the processor.
        if (start + RECORDS_PER_ROUND < this.outcomes.length) await this.#turn();
      }
      await Promise.all(this.#writes);
    } finally {
      this.#remember();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimeout(resolve, 0);
    });
  }

  /** Returns false when the time ended the round early. */
  async #processRound(outcomes: readonly SourceOutcome[], round: Round): Promise<boolean> {
    for (const outcome of outcomes) {
      const { source } = outcome;
      if (outcome.remembered === "whole") {
        outcome.isProcessed = true;
        this.remembered++;
        continue;
      }
      const now = this.#clock.now();
      if (now >= this.#budget.processUntil) return false;
      this.#timer.begin(now);
      const processed = this.#process(source);
      // Most functions process without waiting; a turn of the microtask queue per record would cost as much as a small
      // one.
      const outputs = processed instanceof Promise ? await this.#settle(source, processed) : processed;
      if (outputs === timeIsUp) return false;
      if (outputs === undefined) continue;
      outcome.isProcessed = true;
      this.#plan(outcome, outputs, round);
    }
    return true;
  }

  /** The outputs of a record; undefined when there are none to be had, so that the record stays unconfirmed. */
  #process(source: SourceRecord): readonly Output[] | Promise<readonly Output[]> | undefined | typeof timeIsUp {
    try {
      const processed = this.#options.process(source, this.#timer);
      // An awaitable value need not be a Promise of this realm: anything but outputs taken for outputs would be none,
      // and the record lost.
      return Array.isArray(processed) ? processed : Promise.resolve(processed);
    } catch (error) {
      return this.#poison(source, error);
    }
  }

  async #settle(
    source: SourceRecord,
    outputs: Promise<readonly Output[]>,
  ): Promise<readonly Output[] | undefined | typeof timeIsUp> {
    try {
      const settled = await this.#before(this.#budget.processUntil, outputs);
      if (settled === timeIsUp || Array.isArray(settled)) return settled;
      throw new TypeError(`Expected \`process\` to give an array of outputs, got ${typeof settled}.`);
    } catch (error) {
      return this.#poison(source, error);
    }
  }

  #poison(source: SourceRecord, error: unknown): readonly Output[] | undefined | typeof timeIsUp {
    if (this.#timer.isLeftToNext(error)) return timeIsUp;
    try {
      const outputs = this.#options.poison?.(source, error);
      if (outputs !== undefined) this.poisoned++;
      return outputs;
    } catch {
      // A record that cannot become a bad row is left to Lambda: retries, bisect, on-failure destination.
      return undefined;
    }
  }

  #plan(outcome: SourceOutcome, outputs: readonly Output[], round: Round): void {
    const confirmed = confirmedOutputs(outcome);
    for (let index = 0; index < outputs.length; index++) {
      const output = outputs[index] as Output;
      const tally = this.tallies.of(output.destination);
      tally.outputs++;
      if (confirmed?.has(this.#nameOf(output, index)) === true) {
        tally.remembered++;
        continue;
      }
      outcome.open++;
      const pending = { outcome, output, index, isConfirmed: false };
      const group = round.get(output.destination);
      if (group === undefined) round.set(output.destination, [pending]);
      else group.push(pending);
    }
  }

  /** By which an output is remembered. The destination belongs to it: another time the same event may go elsewhere. */
  #nameOf(output: Output, index: number): string {
    return `${output.destination} ${this.#options.identify?.(output, index) ?? index}`;
  }

  // ---- writing

  async #writeAll(round: ReadonlyMap<string, readonly Pending[]>): Promise<void> {
    await Promise.all([...round].map(([destination, group]) => this.#writeGroup(destination, group)));
  }

  async #writeGroup(destination: string, group: readonly Pending[]): Promise<void> {
    const { destinationTimeoutMs = Number.POSITIVE_INFINITY } = this.#options;
    const deadline = Math.min(this.#budget.writeUntil, this.#clock.now() + destinationTimeoutMs);
    const results = await this.#write(
      destination,
      group.map(({ output }) => output),
      deadline,
    );
    const diversions: Promise<void>[] = [];
    for (const [i, pending] of group.entries()) {
      const result = results[i] ?? new Error(`Destination ${destination} gave no delivery for the output.`);
      if (isDelivered(result)) confirm(pending);
      else {
        const diversion = this.#onFailed(pending, result);
        if (diversion !== undefined) diversions.push(diversion);
      }
    }
    await Promise.all(diversions);
  }

  /** Writes the outputs to their destination; whatever goes wrong with it is a result, and no one else's. */
  async #write(destination: string, outputs: readonly Output[], deadline: number): Promise<readonly Result[]> {
    const tally = this.tallies.of(destination);
    let results: readonly Result[];
    try {
      const put = this.#options.destinations(destination).put(outputs, { deadline });
      const deliveries = await this.#before(this.#budget.hardStop, put);
      results =
        deliveries === timeIsUp
          ? outputs.map(() => new Error(`Destination ${destination} did not answer in time.`))
          : deliveries;
    } catch (error) {
      const fault = error instanceof Error ? error : new Error(String(error));
      results = outputs.map(() => fault);
    }
    for (const result of results) {
      if (isDelivered(result)) tally.delivered++;
      else tally.failed++;
      if (result instanceof Error) continue;
      if (result.isAmbiguous) tally.ambiguous++;
      tally.retries += Math.max(0, result.attempts - 1);
    }
    return results;
  }

  #onFailed(pending: Pending, result: FailedDelivery | Error): Promise<void> | undefined {
    const { outcome, output, index } = pending;
    const [error, delivery] = result instanceof Error ? [result, undefined] : [result.error, result];
    const decision = this.#decide({ source: outcome.source, output, index, error, delivery });
    const tally = this.tallies.of(output.destination);
    if (decision.action === "release") {
      tally.released++;
      confirm(pending);
      return undefined;
    }
    if (decision.action === "divert") {
      tally.diverted++;
      return this.#divert(pending, decision.outputs);
    }
    outcome.isBlocked = true;
    return undefined;
  }

  #decide(failure: Parameters<NonNullable<StreamHandlerOptions["onFailedOutput"]>>[0]): FailureDecision {
    try {
      return this.#options.onFailedOutput?.(failure) ?? { action: "block" };
    } catch {
      return { action: "block" };
    }
  }

  /** Writes what stands in for a failed output. The source record is confirmed when all of it is. */
  async #divert(pending: Pending, outputs: readonly Output[]): Promise<void> {
    const results = await Promise.all(
      outputs.map(async (output) => {
        this.tallies.of(output.destination).outputs++;
        return this.#write(output.destination, [output], this.#budget.divertUntil);
      }),
    );
    if (results.every(([result]) => result !== undefined && isDelivered(result))) confirm(pending);
    else pending.outcome.isBlocked = true;
  }

  /** The promise's value, or {@link timeIsUp} when it is not there by then. */
  #before<T>(epochMs: number, promise: Promise<T>): Promise<T | typeof timeIsUp> {
    const { resolve, reject, promise: first } = Promise.withResolvers<T | typeof timeIsUp>();
    const timer = this.#clock.setTimeout(() => resolve(timeIsUp), Math.max(0, epochMs - this.#clock.now()));
    promise.then(resolve, reject).finally(() => this.#clock.clearTimeout(timer));
    return first;
  }

  // ---- remembering

  /** Keeps what this invocation confirmed, for the next one. */
  #remember(): void {
    const runs = new Map<ShardMemory, { whole: string[]; partial: Map<string, Set<string>>; isOpen: boolean }>();
    const runOf = (memory: ShardMemory) => {
      const known = runs.get(memory) ?? { whole: [], partial: new Map<string, Set<string>>(), isOpen: false };
      runs.set(memory, known);
      return known;
    };
    for (const { isConfirmed, remembered, memory, source } of this.outcomes) {
      const run = runOf(memory);
      if (!isConfirmed) run.isOpen = true;
      else if (remembered !== "whole") run.whole.push(source.sequenceNumber);
    }
    for (const pending of this.#partlyConfirmed()) {
      const { memory, source } = pending.outcome;
      const { partial } = runOf(memory);
      const outputs = partial.get(source.sequenceNumber) ?? new Set(confirmedOutputs(pending.outcome));
      outputs.add(this.#nameOf(pending.output, pending.index));
      partial.set(source.sequenceNumber, outputs);
    }
    const now = this.#clock.now();
    for (const [memory, run] of runs) memory.add(run, now);
  }

  /** Confirmed outputs of source records that are not. */
  *#partlyConfirmed(): Generator<Pending> {
    if (this.outcomes.every((outcome) => outcome.isConfirmed)) return;
    for (const round of this.#rounds) {
      for (const group of round.values()) {
        for (const pending of group) if (pending.isConfirmed && !pending.outcome.isConfirmed) yield pending;
      }
    }
  }
}

/** Outcomes of source records. A batch is of one shard, and in its order, so the memory is asked once. */
function createOutcomes(sources: readonly SourceRecord[], memory: ConfirmedMemory): SourceOutcome[] {
  let last: SourceRecord | undefined;
  let ofShard: ShardMemory | undefined;
  let recollection: Recollection = new Map();
  return sources.map((source) => {
    if (ofShard === undefined || last?.shardId !== source.shardId || last.streamArn !== source.streamArn) {
      ofShard = memory.ofShard(source.streamArn, source.shardId);
      recollection = ofShard.recall(source.sequenceNumber);
    }
    last = source;
    return new SourceOutcome(source, ofShard, recollection.get(source.sequenceNumber));
  });
}

function confirmedOutputs({ remembered }: SourceOutcome): ConfirmedOutputs | undefined {
  return remembered === "whole" ? undefined : remembered;
}

function confirm(pending: Pending): void {
  pending.outcome.open--;
  pending.isConfirmed = true;
}

function isDelivered(result: Result): result is Extract<OutputDelivery, { status: "delivered" }> {
  return !(result instanceof Error) && result.status === "delivered";
}

import type { Clock, Delivery, Failed } from "@millrace/put-records";
import { SourceOutcome } from "./batch-ledger.ts";
import type { ConfirmedMemory } from "./confirmed-memory.ts";
import { DestinationTallies } from "./destination-tally.ts";
import { RECORDS_PER_ROUND } from "./limits.ts";
import type { FailureDecision, Output, SourceRecord, StreamHandlerOptions } from "./types.ts";

/** An output on its way to its destination. */
interface Pending {
  readonly outcome: SourceOutcome;
  readonly output: Output;
  readonly index: number;
}

/** What a destination gave back for one output: its delivery, or the error that kept it from giving one. */
type Result = Delivery | Error;

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
  readonly #memory: ConfirmedMemory;
  readonly #budget: TimeBudget;
  readonly #writes: Promise<void>[] = [];

  constructor(
    sources: readonly SourceRecord[],
    options: StreamHandlerOptions,
    clock: Clock,
    memory: ConfirmedMemory,
    budget: TimeBudget,
  ) {
    this.outcomes = sources.map((source) => new SourceOutcome(source));
    this.#options = options;
    this.#clock = clock;
    this.#memory = memory;
    this.#budget = budget;
  }

  /** Processes and writes until everything has an outcome or the time is up. */
  async run(): Promise<void> {
    for (let start = 0; start < this.outcomes.length; start += RECORDS_PER_ROUND) {
      const round = new Map<string, Pending[]>();
      const isInTime = await this.#processRound(this.outcomes.slice(start, start + RECORDS_PER_ROUND), round);
      this.#writes.push(this.#writeAll(round));
      if (!isInTime) break;
      // A turn of the event loop, so that the requests of this round leave before the next one takes the processor.
      if (start + RECORDS_PER_ROUND < this.outcomes.length) await this.#turn();
    }
    await Promise.all(this.#writes);
    for (const outcome of this.outcomes) {
      if (outcome.isConfirmed) this.#memory.addWhole(outcome.source);
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimeout(resolve, 0);
    });
  }

  /** Returns false when the time ended the round early. */
  async #processRound(outcomes: readonly SourceOutcome[], round: Map<string, Pending[]>): Promise<boolean> {
    for (const outcome of outcomes) {
      if (this.#memory.isWhole(outcome.source)) {
        outcome.isProcessed = true;
        this.remembered++;
        continue;
      }
      if (this.#clock.now() >= this.#budget.processUntil) return false;
      const outputs = await this.#process(outcome.source);
      if (outputs === timeIsUp) return false;
      if (outputs === undefined) continue;
      outcome.isProcessed = true;
      this.#plan(outcome, outputs, round);
    }
    return true;
  }

  /** The outputs of a record; undefined when there are none to be had, so that the record stays unconfirmed. */
  async #process(source: SourceRecord): Promise<readonly Output[] | undefined | typeof timeIsUp> {
    try {
      const outputs = this.#options.process(source);
      return outputs instanceof Promise ? await this.#before(this.#budget.processUntil, outputs) : outputs;
    } catch (error) {
      return this.#poison(source, error);
    }
  }

  #poison(source: SourceRecord, error: unknown): readonly Output[] | undefined {
    try {
      const outputs = this.#options.poison?.(source, error);
      if (outputs !== undefined) this.poisoned++;
      return outputs;
    } catch {
      // What cannot even be turned into a bad row goes Lambda's way: retries, bisect, on-failure destination.
      return undefined;
    }
  }

  #plan(outcome: SourceOutcome, outputs: readonly Output[], round: Map<string, Pending[]>): void {
    for (const [index, output] of outputs.entries()) {
      const tally = this.tallies.of(output.destination);
      tally.outputs++;
      if (this.#memory.has(outcome.source, index, output)) {
        tally.remembered++;
        continue;
      }
      outcome.open++;
      const pending = { outcome, output, index };
      const group = round.get(output.destination);
      if (group === undefined) round.set(output.destination, [pending]);
      else group.push(pending);
    }
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
      if (isDelivered(result)) this.#confirm(pending);
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

  #confirm({ outcome, output, index }: Pending): void {
    outcome.open--;
    this.#memory.add(outcome.source, index, output);
  }

  #onFailed(pending: Pending, result: Failed | Error): Promise<void> | undefined {
    const { outcome, output, index } = pending;
    const [error, delivery] = result instanceof Error ? [result, undefined] : [result.error, result];
    const decision = this.#decide({ source: outcome.source, output, index, error, delivery });
    const tally = this.tallies.of(output.destination);
    if (decision.action === "release") {
      tally.released++;
      this.#confirm(pending);
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
    if (results.every(([result]) => result !== undefined && isDelivered(result))) this.#confirm(pending);
    else pending.outcome.isBlocked = true;
  }

  /** The promise's value, or {@link timeIsUp} when it is not there by then. */
  #before<T>(epochMs: number, promise: Promise<T>): Promise<T | typeof timeIsUp> {
    const { resolve, reject, promise: first } = Promise.withResolvers<T | typeof timeIsUp>();
    const timer = this.#clock.setTimeout(() => resolve(timeIsUp), Math.max(0, epochMs - this.#clock.now()));
    promise.then(resolve, reject).finally(() => this.#clock.clearTimeout(timer));
    return first;
  }
}

function isDelivered(result: Result): result is Extract<Delivery, { status: "delivered" }> {
  return !(result instanceof Error) && result.status === "delivered";
}

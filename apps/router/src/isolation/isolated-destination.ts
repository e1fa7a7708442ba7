import { CancelledError, type Clock, type FaultConcern, type PutOptions, type PutRecord } from "@millrace/put-records";
import type { FailedDelivery, OutputDelivery, OutputWriter } from "@millrace/stream-handler";
import { DEFAULT_BUDGET_MS, LEAST_BUDGET_MS, PROBE_BUDGET_MS } from "../limits.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";

/**
 * Concerns that the next seconds do not cure: the destination, or this function's access to it, has to be mended by
 * hand.
 */
const LASTING_CONCERNS = new Set<FaultConcern>(["stream", "caller"]);

/** The parts that {@link isolateDestination} takes. */
export interface IsolationOptions {
  /** Of the destination, for messages. */
  readonly name: string;
  readonly clock: Clock;
  /** Default 8,000 ms. */
  readonly budgetMs?: number | undefined;
  /** Told when the destination is given up for now, and when it takes records again. */
  readonly onChange?: ((isOpen: boolean) => void) | undefined;
}

/**
 * Keeps a destination that throttles, is missing or denies access from holding up all others. A call takes at most the
 * budget. A budget that ran out makes the next one smaller. A destination that took nothing is left alone but for one
 * probe now and then. Its records come back as failed deliveries at once.
 */
export function isolateDestination(writer: OutputWriter, options: IsolationOptions): OutputWriter {
  return new IsolatedDestination(writer, options);
}

class IsolatedDestination implements OutputWriter {
  readonly #writer: OutputWriter;
  readonly #options: IsolationOptions;
  readonly #breaker = new CircuitBreaker();
  readonly #fullBudgetMs: number;
  #budgetMs: number;

  constructor(writer: OutputWriter, options: IsolationOptions) {
    this.#writer = writer;
    this.#options = options;
    this.#fullBudgetMs = options.budgetMs ?? DEFAULT_BUDGET_MS;
    this.#budgetMs = this.#fullBudgetMs;
  }

  async put(records: readonly PutRecord[], options: PutOptions = {}): Promise<readonly OutputDelivery[]> {
    const [first, ...rest] = records;
    if (first === undefined) return [];
    switch (this.#breaker.admit(this.#options.clock.now())) {
      case "none":
        return records.map(() => this.#leftAlone());
      case "probe": {
        const [probed = this.#leftAlone()] = await this.#attempt([first], options, PROBE_BUDGET_MS);
        return [probed, ...(this.#breaker.isOpen ? rest.map(() => this.#leftAlone()) : await this.put(rest, options))];
      }
      case "all":
        return this.#attempt(records, options, this.#budgetMs);
    }
  }

  async #attempt(
    records: readonly PutRecord[],
    options: PutOptions,
    budgetMs: number,
  ): Promise<readonly OutputDelivery[]> {
    const deliveries = await this.#writer.put(records, this.#within(options, budgetMs));
    this.#learn(deliveries);
    return deliveries;
  }

  #within(options: PutOptions, budgetMs: number): PutOptions {
    const deadline = this.#options.clock.now() + budgetMs;
    return { ...options, deadline: Math.min(options.deadline ?? deadline, deadline) };
  }

  #learn(deliveries: readonly OutputDelivery[]): void {
    // A fault of one record is no fault of the destination.
    const faults = deliveries.filter(
      (delivery): delivery is FailedDelivery => delivery.status === "failed" && delivery.error.concerns !== "record",
    );
    const wasOpen = this.#breaker.isOpen;
    if (faults.length === 0) {
      this.#budgetMs = this.#fullBudgetMs;
      this.#breaker.succeeded();
    } else {
      this.#budgetMs = Math.max(Math.min(LEAST_BUDGET_MS, this.#fullBudgetMs), Math.floor(this.#budgetMs / 4));
      const tookSome = deliveries.some((delivery) => delivery.status === "delivered");
      if (tookSome) this.#breaker.succeeded();
      else
        this.#breaker.failed(
          this.#options.clock.now(),
          faults.some((fault) => LASTING_CONCERNS.has(fault.error.concerns)),
        );
    }
    if (this.#breaker.isOpen !== wasOpen) this.#options.onChange?.(this.#breaker.isOpen);
  }

  #leftAlone(): FailedDelivery {
    const error = new CancelledError(
      `Destination "${this.#options.name}" took nothing lately and is left alone for now`,
    );
    return { status: "failed", reason: "cancelled", attempts: 0, isAmbiguous: false, error };
  }
}

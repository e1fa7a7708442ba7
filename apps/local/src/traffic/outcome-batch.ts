import type { RefusedEvent, SentEvent, TrafficOutcomes } from "../report/sent-ledger.ts";

/** Gathers outcomes, so that one message tells many of them. */
export class OutcomeBatch {
  #sent = 0;
  #accepted: SentEvent[] = [];
  #refused: RefusedEvent[] = [];
  #failures: string[] = [];

  add({ sent, accepted, refused, failures }: TrafficOutcomes): void {
    this.#sent += sent;
    this.#accepted.push(...accepted);
    this.#refused.push(...refused);
    this.#failures.push(...failures);
  }

  /** Returns the outcomes since the last call; undefined when there are none. */
  take(): TrafficOutcomes | undefined {
    if (this.#sent === 0) return undefined;
    const taken = {
      sent: this.#sent,
      accepted: this.#accepted,
      refused: this.#refused,
      failures: this.#failures,
    };
    this.#sent = 0;
    this.#accepted = [];
    this.#refused = [];
    this.#failures = [];
    return taken;
  }
}

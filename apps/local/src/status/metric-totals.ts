import type { EmbeddedMetrics } from "@millrace/aws-simulator";
import { counters } from "@millrace/telemetry";

/** Sums over everything a function or a destination has reported. */
export type Totals = Readonly<Record<string, number>>;

/** Adds up the counters that functions write for CloudWatch: what it would show. */
export class MetricTotals {
  readonly #sums = new Map<string, Map<string, number>>();

  /** Adds the counters of one line of a function's log. */
  add(values: EmbeddedMetrics): void {
    const owner = values["function"] ?? values["destination"];
    if (typeof owner !== "string") return;
    const sums = this.#sums.get(owner) ?? new Map<string, number>();
    this.#sums.set(owner, sums);
    for (const [name, value] of Object.entries(values)) {
      // A distribution with one value is a number, too.
      if (typeof value === "number" && name in counters) sums.set(name, (sums.get(name) ?? 0) + value);
    }
  }

  /** @param owner name of a function, or of a destination as route documents have it */
  of(owner: string): Totals {
    return Object.fromEntries(this.#sums.get(owner) ?? []);
  }
}

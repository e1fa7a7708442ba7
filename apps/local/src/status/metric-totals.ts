/** Sums over everything a function or a destination has reported. */
export type Totals = Readonly<Record<string, number>>;

/** The start of a line in the embedded metric format; only such lines are parsed. */
const metricLineStart = '{"_aws"';

/**
 * Adds up the counters that functions write as log lines in CloudWatch's embedded metric format: what CloudWatch would
 * show.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class MetricTotals {
  readonly #sums = new Map<string, Map<string, number>>();

  /** Reads one line of a function's log; any other line is passed over. */
  read(line: string): void {
    if (!line.startsWith(metricLineStart)) return;
    let values: Record<string, unknown>;
    try {
      values = JSON.parse(line) as Record<string, unknown>;
    } catch {
      // Cut off by the end of its process.
      return;
    }
    const owner = values["function"] ?? values["destination"];
    if (typeof owner !== "string") return;
    const sums = this.#sums.get(owner) ?? new Map<string, number>();
    this.#sums.set(owner, sums);
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "number") sums.set(name, (sums.get(name) ?? 0) + value);
    }
  }

  /** @param owner name of a function, or of a destination as route documents have it */
  of(owner: string): Totals {
    return Object.fromEntries(this.#sums.get(owner) ?? []);
  }
}

import { type EmbeddedMetrics, type Observations, readEmbeddedMetrics, readObservations } from "./embedded-metrics.ts";

/** Which metric, as CloudWatch tells them apart. */
export interface MetricName {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Statistics that alarms may ask for; percentiles as `p99`, `p99.9`. */
export type Statistic = "Sum" | "Maximum" | "Minimum" | "Average" | "SampleCount" | `p${number}`;

/** Resolution of what is kept, in milliseconds: that of CloudWatch's standard metrics. */
const MINUTE_MS = 60_000;

/** The values of one metric in one minute: sums of all, and some of them for percentiles. */
class Minute {
  count = 0;
  sum = 0;
  max = Number.NEGATIVE_INFINITY;
  min = Number.POSITIVE_INFINITY;
  values: number[] = [];
  /** One value of so many is kept. */
  #stride = 1;
  /** Number of the value that is kept next. */
  #next = 0;

  add({ values, counts, sum, min, max }: Observations): void {
    for (const [index, value] of values.entries()) this.#keep(value, counts?.[index] ?? 1);
    this.sum += sum;
    this.max = Math.max(this.max, max);
    this.min = Math.min(this.min, min);
  }

  #keep(value: number, count: number): void {
    this.count += count;
    while (this.#next < this.count) {
      this.values.push(value);
      if (this.values.length === MAX_VALUES) {
        this.values = this.values.filter((_, index) => index % 2 === 0);
        this.#stride *= 2;
      }
      this.#next = (Math.floor(this.#next / this.#stride) + 1) * this.#stride;
    }
  }
}

/** Values that a minute keeps for percentiles; beyond it every second one goes. */
const MAX_VALUES = 512;

/** The values of metrics by minute, for as long as the longest alarm looks back. Percentiles are of a sample. */
export class MetricStore {
  #retentionMs: number;
  readonly #series = new Map<string, Map<number, Minute>>();

  /** @param retentionMs how long values are kept; default one hour */
  constructor(retentionMs = 3_600_000) {
    this.#retentionMs = retentionMs;
  }

  /** Keeps values for so long from here on. */
  keepFor(retentionMs: number): void {
    this.#retentionMs = retentionMs;
  }

  /** Adds a value to the minute of `atMs`. */
  put(metric: MetricName, value: number, atMs: number): void {
    this.#minuteOf(metric, atMs).add({ values: [value], sum: value, min: value, max: value });
  }

  #minuteOf(metric: MetricName, atMs: number): Minute {
    const key = keyOf(metric);
    let minutes = this.#series.get(key);
    if (minutes === undefined) this.#series.set(key, (minutes = new Map<number, Minute>()));
    const at = Math.floor(atMs / MINUTE_MS);
    let minute = minutes.get(at);
    if (minute === undefined) {
      minutes.set(at, (minute = new Minute()));
      for (const old of minutes.keys()) {
        if (old * MINUTE_MS >= atMs - this.#retentionMs) break;
        minutes.delete(old);
      }
    }
    return minute;
  }

  /** Adds the metrics of a log line in the embedded metric format; any other line is none. */
  putLine(line: string): void {
    const document = readEmbeddedMetrics(line);
    if (document !== undefined) this.putDocument(document);
  }

  /** Adds the metrics of a line that was read, or none of them if one is broken. */
  putDocument(document: EmbeddedMetrics): void {
    const { Timestamp: atMs, CloudWatchMetrics: directives } = document._aws;
    const found: { readonly metric: MetricName; readonly observations: Observations }[] = [];
    for (const { Namespace: namespace, Dimensions: sets, Metrics: metrics } of directives) {
      for (const names of sets) {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(document[name])]));
        for (const { Name: metricName } of metrics) {
          const observations = readObservations(document[metricName]);
          if (observations === undefined) return;
          if (observations.values.length > 0)
            found.push({ metric: { namespace, metricName, dimensions }, observations });
        }
      }
    }
    for (const { metric, observations } of found) this.#minuteOf(metric, atMs).add(observations);
  }

  /** The statistic over `[fromMs, toMs)`, both at whole minutes; undefined where there is no value. */
  statistic(metric: MetricName, statistic: Statistic, fromMs: number, toMs: number): number | undefined {
    const all = this.#series.get(keyOf(metric));
    const minutes: Minute[] = [];
    for (let at = fromMs / MINUTE_MS; at < toMs / MINUTE_MS; at += 1) {
      const minute = all?.get(at);
      if (minute !== undefined) minutes.push(minute);
    }
    return minutes.length === 0 ? undefined : summarize(minutes, statistic);
  }
}

function keyOf({ namespace, metricName, dimensions }: MetricName): string {
  const pairs = Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([namespace, metricName, pairs]);
}

function summarize(minutes: readonly Minute[], statistic: Statistic): number {
  const total = (of: (minute: Minute) => number): number => minutes.reduce((sum, minute) => sum + of(minute), 0);
  switch (statistic) {
    case "Sum":
      return total(({ sum }) => sum);
    case "Maximum":
      return Math.max(...minutes.map(({ max }) => max));
    case "Minimum":
      return Math.min(...minutes.map(({ min }) => min));
    case "Average":
      return total(({ sum }) => sum) / total(({ count }) => count);
    case "SampleCount":
      return total(({ count }) => count);
    default: {
      const sorted = minutes.flatMap(({ values }) => values).sort((one, other) => one - other);
      const rank = Math.ceil((Number(statistic.slice(1)) / 100) * sorted.length);
      return sorted[Math.max(0, rank - 1)] ?? 0;
    }
  }
}

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

/** An EMF document: what a function writes to its log for CloudWatch to read. */
export interface EmbeddedMetrics {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** The values of one metric in one minute: sums of all, and some of them for percentiles. */
class Minute {
  count = 0;
  sum = 0;
  max = Number.NEGATIVE_INFINITY;
  min = Number.POSITIVE_INFINITY;
  values: number[] = [];
  /** One value of so many is kept. */
  #stride = 1;

  add(value: number): void {
    if (this.count % this.#stride === 0) this.values.push(value);
    this.count += 1;
    this.sum += value;
    this.max = Math.max(this.max, value);
    this.min = Math.min(this.min, value);
    if (this.values.length < MOST_VALUES) return;
    this.values = this.values.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }
}

/** Values that a minute keeps for percentiles; beyond it every second one goes. */
const MOST_VALUES = 512;

/**
 * Reads a log line in the embedded metric format; undefined for any other line, and for one that was cut off.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function readEmbeddedMetrics(line: string): EmbeddedMetrics | undefined {
  if (!line.includes('"_aws"')) return undefined;
  try {
    const document = JSON.parse(line) as Partial<EmbeddedMetrics>;
    return document._aws === undefined ? undefined : (document as EmbeddedMetrics);
  } catch {
    return undefined;
  }
}

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
    this.#minuteOf(metric, atMs).add(value);
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

  /** Adds the metrics of a line that was read. */
  putDocument(document: EmbeddedMetrics): void {
    const { Timestamp: atMs, CloudWatchMetrics: directives } = document._aws;
    for (const { Namespace: namespace, Dimensions: sets, Metrics: metrics } of directives) {
      for (const names of sets) {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(document[name])]));
        for (const { Name: metricName } of metrics) {
          const values = [document[metricName]].flat().filter((value) => typeof value === "number");
          if (values.length === 0) continue;
          // Up to a hundred values: looking the metric up costs more than adding one.
          const minute = this.#minuteOf({ namespace, metricName, dimensions }, atMs);
          for (const value of values) minute.add(value);
        }
      }
    }
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

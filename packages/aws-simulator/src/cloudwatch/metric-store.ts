/** Which metric, as CloudWatch tells them apart. */
export interface MetricName {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Statistics that alarms may ask for; percentiles as `p99`, `p99.9`. */
export type Statistic = "Sum" | "Maximum" | "Minimum" | "Average" | "SampleCount" | `p${number}`;

/** Resolution of what is kept, in milliseconds: that of CloudWatch's standard metrics. */
const bucketMs = 60_000;

/** An EMF document: what a function writes to its log for CloudWatch to read. */
interface EmbeddedMetrics {
  readonly _aws?: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** The values of metrics by minute, for as long as the longest alarm looks back. */
export class MetricStore {
  readonly #retentionMs: number;
  readonly #series = new Map<string, Map<number, number[]>>();

  /** @param retentionMs how long values are kept; default three hours */
  constructor(retentionMs = 3 * 3_600_000) {
    this.#retentionMs = retentionMs;
  }

  /** Adds a value to the minute of `atMs`. */
  put(metric: MetricName, value: number, atMs: number): void {
    const key = keyOf(metric);
    let buckets = this.#series.get(key);
    if (buckets === undefined) this.#series.set(key, (buckets = new Map<number, number[]>()));
    const bucket = Math.floor(atMs / bucketMs);
    const values = buckets.get(bucket);
    if (values !== undefined) {
      values.push(value);
      return;
    }
    buckets.set(bucket, [value]);
    for (const old of buckets.keys()) {
      if (old * bucketMs >= atMs - this.#retentionMs) break;
      buckets.delete(old);
    }
  }

  /** Adds the metrics of a log line in the embedded metric format; any other line is none. */
  putLine(line: string): void {
    if (!line.includes('"_aws"')) return;
    const document = parse(line);
    if (document?._aws === undefined) return;
    const { Timestamp: atMs, CloudWatchMetrics: directives } = document._aws;
    for (const { Namespace: namespace, Dimensions: sets, Metrics: metrics } of directives) {
      for (const names of sets) {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(document[name])]));
        for (const { Name: metricName } of metrics) {
          for (const value of [document[metricName]].flat()) {
            if (typeof value === "number") this.put({ namespace, metricName, dimensions }, value, atMs);
          }
        }
      }
    }
  }

  /** The statistic over `[fromMs, toMs)`, both at whole minutes; undefined where there is no value. */
  statistic(metric: MetricName, statistic: Statistic, fromMs: number, toMs: number): number | undefined {
    const buckets = this.#series.get(keyOf(metric));
    const values: number[] = [];
    for (let bucket = fromMs / bucketMs; bucket < toMs / bucketMs; bucket += 1) {
      for (const value of buckets?.get(bucket) ?? []) values.push(value);
    }
    return values.length === 0 ? undefined : summarize(values, statistic);
  }
}

function keyOf({ namespace, metricName, dimensions }: MetricName): string {
  const pairs = Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([namespace, metricName, pairs]);
}

function parse(line: string): EmbeddedMetrics | undefined {
  try {
    return JSON.parse(line) as EmbeddedMetrics;
  } catch {
    return undefined;
  }
}

function summarize(values: number[], statistic: Statistic): number {
  switch (statistic) {
    case "Sum":
      return values.reduce((sum, value) => sum + value, 0);
    case "Maximum":
      return values.reduce((most, value) => Math.max(most, value));
    case "Minimum":
      return values.reduce((least, value) => Math.min(least, value));
    case "Average":
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case "SampleCount":
      return values.length;
    default: {
      const sorted = values.toSorted((one, other) => one - other);
      const rank = Math.ceil((Number(statistic.slice(1)) / 100) * sorted.length);
      return sorted[Math.max(0, rank - 1)] ?? 0;
    }
  }
}

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

/** The observations that a document has of a metric. */
export interface Observations {
  readonly values: readonly number[];
  /** How often each value came; undefined: once. */
  readonly counts?: readonly number[];
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** Values that a document may have of a metric. Source: that of {@link readEmbeddedMetrics} */
const MAX_VALUES = 100;

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

/**
 * Reads the value of a metric: a number, a list, or a histogram with `Values` and `Counts` as AWS's exporter writes it:
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/pull/22626. A metric that is not there has no
 * observation.
 *
 * @returns undefined where the value is broken: CloudWatch then takes no metric of the document, and counts it in
 * `EMFValidationErrors`
 */
export function readObservations(value: unknown): Observations | undefined {
  if (value === undefined) return summarize([]);
  if (typeof value === "number") return Number.isFinite(value) ? summarize([value]) : undefined;
  if (isNumbers(value)) return summarize(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { Values: values, Counts: counts, Sum: sum, Min: min, Max: max } = value as Readonly<Record<string, unknown>>;
  if (!isNumbers(values) || !isNumbers(counts) || !isNumbers([sum, min, max])) return undefined;
  if (values.length !== counts.length || counts.some((count) => count < 0)) return undefined;
  return { values, counts, sum, min, max } as Observations;
}

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= MAX_VALUES && value.every((each) => Number.isFinite(each));

const summarize = (values: readonly number[]): Observations => ({
  values,
  sum: values.reduce((sum, value) => sum + value, 0),
  min: Math.min(...values),
  max: Math.max(...values),
});

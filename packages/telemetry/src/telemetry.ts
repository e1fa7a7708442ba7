import { type Clock, systemClock } from "./clock.ts";
import { toDistributionValue } from "./distribution-value.ts";
import {
  type BreakdownName,
  type CounterName,
  type DestinationCounterName,
  destinationDimensionNames,
  dimensionNames,
  type DistributionName,
  fieldsOnly,
  metricNamespace,
  routeDimensionNames,
} from "./field-names.ts";
import { MAX_KEYS_PER_BREAKDOWN, MAX_METRIC_VALUE } from "./limits.ts";
import { type WriteLine, writeToStdout } from "./write-line.ts";

/** Collects the metrics of an invocation and writes them as one line, and one more for each destination in trouble. */
export interface Telemetry {
  /** Adds to a counter; adding 0 makes it appear in the line, as a field and not as a datum of its metric. */
  count(counter: CounterName, by?: number): void;
  /** Adds to a counter as a whole, and to that of one destination. */
  countAt(counter: DestinationCounterName, destination: string, by?: number): void;
  /** Keeps one value of a distribution. */
  observe(distribution: DistributionName, value: number): void;
  /** Keeps how long a canary event took to pass a route, the longest of an invocation. */
  observeRoute(route: string, canaryAgeMs: number): void;
  /** Adds to a key of a breakdown. */
  countBy(breakdown: BreakdownName, key: string, by?: number): void;
  /** Writes the lines and resets them: call it once, at the end of the invocation. */
  flush(): void;
}

export interface TelemetryOptions {
  /** `enrichment`, `router`. */
  readonly service: string;
  readonly stage: string;
  /** Name of the Lambda function. */
  readonly functionName: string;
  readonly clock?: Clock;
  /** Default: standard output, where CloudWatch reads it. */
  readonly write?: WriteLine;
}

const otherKey = "other";

/** A counter's sum: a cell of its own, since counting then takes one look into a map. */
interface Counted {
  sum: number;
}

/** The values of a distribution, of which the first `length` are there. */
interface Observed {
  values: Float64Array;
  length: number;
}

/**
 * Creates the collector of one execution environment. Lambda runs one invocation at a time there, so one collector
 * serves them all in turn.
 *
 * The line is an EMF document
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html):
 * one per invocation and not one per event, which would cost 250 times as much.
 */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { service, stage, functionName, clock = systemClock, write = writeToStdout } = options;
  const dimensions = { service, stage, function: functionName };
  let isColdStart = true;
  let sums = new Map<CounterName, Counted>();
  let series = new Map<DistributionName, Observed>();
  let groups = new Map<BreakdownName, Map<string, number>>();
  let destinations = new Map<string, Map<DestinationCounterName, number>>();
  let routes = new Map<string, number>();

  /**
   * EMF takes one value of a dimension a document, so what has other dimensions is another document. Metrics have no
   * unit: nobody asks by it, and a declaration would be half as long again.
   */
  const writeDocument = (
    names: readonly string[],
    metrics: readonly string[],
    values: Readonly<Record<string, unknown>>,
  ): void => {
    const Metrics = metrics.filter((Name) => !fieldsOnly.has(Name)).map((Name) => ({ Name }));
    const directive = { Namespace: metricNamespace, Dimensions: [names], Metrics };
    write(JSON.stringify({ _aws: { Timestamp: clock.now(), CloudWatchMetrics: [directive] }, ...values }));
  };

  const count = (counter: CounterName, by = 1): void => {
    // One value that is not a number would cost the whole document.
    if (!Number.isFinite(by)) return;
    const counted = sums.get(counter);
    if (counted === undefined) sums.set(counter, { sum: by });
    else counted.sum += by;
  };

  return {
    count,
    countAt(counter, destination, by = 1) {
      if (!Number.isFinite(by)) return;
      count(counter, by);
      const own = destinations.get(destination) ?? new Map<DestinationCounterName, number>();
      destinations.set(destination, own.set(counter, (own.get(counter) ?? 0) + by));
    },
    observe(distribution, value) {
      // Not a number is no smaller than the limit.
      if (!(Math.abs(value) <= MAX_METRIC_VALUE)) return;
      let observed = series.get(distribution);
      if (observed === undefined) {
        observed = { values: new Float64Array(128), length: 0 };
        series.set(distribution, observed);
      }
      if (observed.length === observed.values.length) {
        const larger = new Float64Array(observed.length * 4);
        larger.set(observed.values);
        observed.values = larger;
      }
      observed.values[observed.length] = value;
      observed.length += 1;
    },
    observeRoute(route, canaryAgeMs) {
      routes.set(route, Math.max(canaryAgeMs, routes.get(route) ?? 0));
    },
    countBy(breakdown, key, by = 1) {
      const group = groups.get(breakdown) ?? new Map<string, number>();
      groups.set(breakdown, group);
      const bounded = group.has(key) || group.size < MAX_KEYS_PER_BREAKDOWN ? key : otherKey;
      group.set(bounded, (group.get(bounded) ?? 0) + by);
    },
    flush() {
      sums.set("coldStart", { sum: isColdStart ? 1 : 0 });
      isColdStart = false;
      const metrics: string[] = [];
      const values: Record<string, unknown> = {};
      for (const [name, { sum }] of sums) {
        // Declaring a datum costs more bytes than the field, and CloudWatch is paid by the byte. A sum is the same
        // without it, and alarms fill what is missing.
        if (sum !== 0) metrics.push(name);
        values[name] = sum;
      }
      for (const [name, observed] of series) {
        metrics.push(name);
        values[name] = toDistributionValue(observed.values.subarray(0, observed.length));
      }
      for (const [name, group] of groups) values[name] = Object.fromEntries(group);
      writeDocument(dimensionNames, metrics, { ...dimensions, ...values });
      for (const [destination, own] of destinations) {
        writeDocument(destinationDimensionNames, [...own.keys()], {
          service,
          stage,
          destination,
          ...Object.fromEntries(own),
        });
      }
      for (const [route, canaryAgeMs] of routes) {
        writeDocument(routeDimensionNames, ["canaryAgeMs"], { service, stage, route, canaryAgeMs });
      }
      sums = new Map();
      series = new Map();
      groups = new Map();
      destinations = new Map();
      routes = new Map();
    },
  };
}

/** Collects nothing, for callers that do not want metrics. */
export const noTelemetry: Telemetry = {
  count: () => undefined,
  countAt: () => undefined,
  observe: () => undefined,
  observeRoute: () => undefined,
  countBy: () => undefined,
  flush: () => undefined,
};

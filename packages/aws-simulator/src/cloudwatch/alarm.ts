import { checkChoice } from "../options.ts";
import { compileMetricMath, type MetricExpression } from "./metric-math.ts";
import type { MetricName, MetricStore, Statistic } from "./metric-store.ts";

/** A metric with the statistic that an alarm looks at. */
export interface AlarmMetric extends MetricName {
  /** Of the data points of one period. */
  readonly statistic: Statistic;
}

/** An alarm, in the words of `PutMetricAlarm`. */
export interface AlarmOptions {
  /** Unique among the alarms of an account. */
  readonly alarmName: string;
  /** The text for those whom it calls. */
  readonly description: string;
  /** By id. */
  readonly metrics: Readonly<Record<string, AlarmMetric>>;
  /** Metric math over the ids; the id alone for an alarm on one metric. */
  readonly expression: string;
  /** Length of one period. */
  readonly periodSeconds: number;
  /** How many of the latest whole periods are looked at. */
  readonly evaluationPeriods: number;
  /** How many of the periods have to breach. */
  readonly datapointsToAlarm: number;
  /** In the unit of the expression. */
  readonly threshold: number;
  /** How a value is compared with the threshold. */
  readonly comparisonOperator: keyof typeof comparisons;
  /** A period without a value breaches, or does not. */
  readonly treatMissingData: "breaching" | "notBreaching";
}

/** `INSUFFICIENT_DATA` until the first evaluation. */
export type AlarmState = "OK" | "ALARM";

/** True if a value breaches the threshold, by operator. */
const comparisons = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

/** Values that come later than this after the end of their period no longer change an alarm. */
const SETTLED_MS = 600_000;

/**
 * An alarm of CloudWatch over a {@link MetricStore}. Each evaluation reads the last whole periods. `treatMissingData`
 * decides if a period without a value breaches. CloudWatch looks for older values before it treats a period as missing,
 * so that it tells some silences later than here.
 *
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export class Alarm {
  readonly options: AlarmOptions;
  readonly #expression: MetricExpression;
  /** Of settled periods, by their beginning: an alarm over hours looks at each of them once. */
  readonly #breaches = new Map<number, boolean>();

  /** @throws OptionError for settings that are not modelled */
  constructor(options: AlarmOptions) {
    checkChoice("comparisonOperator", options.comparisonOperator, Object.keys(comparisons));
    checkChoice("treatMissingData", options.treatMissingData, ["breaching", "notBreaching"]);
    this.options = options;
    this.#expression = compileMetricMath(options.expression);
  }

  /** How far back an evaluation asks for values at most. */
  get lookBackMs(): number {
    const periodMs = this.options.periodSeconds * 1_000;
    // The last whole period may have begun almost two periods ago.
    return Math.min((this.options.evaluationPeriods + 1) * periodMs, SETTLED_MS + 2 * periodMs);
  }

  /** The state at a time, from the whole periods before it; those that began before `sinceMs` are well. */
  evaluate(store: MetricStore, nowMs: number, sinceMs = Number.NEGATIVE_INFINITY): AlarmState {
    const { evaluationPeriods, datapointsToAlarm } = this.options;
    const periodMs = this.options.periodSeconds * 1_000;
    const lastEnd = Math.floor(nowMs / periodMs) * periodMs;
    let breaching = 0;
    for (let index = 0; index < evaluationPeriods; index += 1) {
      const fromMs = lastEnd - (index + 1) * periodMs;
      if (fromMs >= sinceMs && this.#breachesIn(store, fromMs, nowMs)) breaching += 1;
    }
    for (const fromMs of this.#breaches.keys()) {
      if (fromMs < lastEnd - evaluationPeriods * periodMs) this.#breaches.delete(fromMs);
    }
    return breaching >= datapointsToAlarm ? "ALARM" : "OK";
  }

  #breachesIn(store: MetricStore, fromMs: number, nowMs: number): boolean {
    const known = this.#breaches.get(fromMs);
    if (known !== undefined) return known;
    const { threshold, comparisonOperator, treatMissingData, periodSeconds } = this.options;
    const untilMs = fromMs + periodSeconds * 1_000;
    const value = this.#valueOf(store, fromMs, untilMs);
    const breaches =
      value === undefined ? treatMissingData === "breaching" : comparisons[comparisonOperator](value, threshold);
    if (untilMs + SETTLED_MS <= nowMs) this.#breaches.set(fromMs, breaches);
    return breaches;
  }

  #valueOf(store: MetricStore, fromMs: number, toMs: number): number | undefined {
    return this.#expression((id) => {
      const metric = this.options.metrics[id];
      return metric === undefined ? undefined : store.statistic(metric, metric.statistic, fromMs, toMs);
    });
  }
}

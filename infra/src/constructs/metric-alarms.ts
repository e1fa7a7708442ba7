import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import type { Construct } from "constructs";
import { type Metric, PERIOD_SECONDS } from "./metric.ts";
import type { Expression } from "./metric-math.ts";

export interface AlarmProps {
  /** A metric, or an expression over several. */
  readonly of: Metric | Expression;
  /** Tells whoever is woken up the fault, and the remedy. */
  readonly description: string;
  /** Five-minute periods in a row; one is enough where every single datum is a loss. Default 1. */
  readonly periods?: number;
}

/** Makes alarms that tell one topic. */
export class MetricAlarms {
  readonly #scope: Construct;
  readonly #prefix: string;
  readonly #topicArn: string;

  /** @param prefix goes before the name of each alarm, which is its id otherwise */
  constructor(scope: Construct, prefix: string, topicArn: string) {
    this.#scope = scope;
    this.#prefix = prefix;
    this.#topicArn = topicArn;
  }

  /** Fires above a value; these metrics are written only when something happens, so that none is well. */
  above(id: string, threshold: number, props: AlarmProps): void {
    this.#create(id, props, {
      threshold,
      comparisonOperator: "GreaterThanThreshold",
      datapointsToAlarm: props.periods ?? 1,
      treatMissingData: "notBreaching",
    });
  }

  /** Fires when something that never stops has stopped: no data at all is what silence looks like. */
  silent(id: string, props: AlarmProps): void {
    this.#create(id, props, {
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      treatMissingData: "breaching",
    });
  }

  #create(
    id: string,
    { of, description, periods = 1 }: AlarmProps,
    condition: {
      readonly threshold: number;
      readonly comparisonOperator: string;
      readonly datapointsToAlarm?: number;
      readonly treatMissingData: string;
    },
  ): void {
    new CloudwatchMetricAlarm(this.#scope, id, {
      alarmName: `${this.#prefix}-${id.replaceAll("_", "-")}`,
      alarmDescription: description,
      ...("text" in of ? expressionArguments(of) : { ...metricArguments(of), dimensions: { ...of.dimensions } }),
      evaluationPeriods: periods,
      ...condition,
      alarmActions: [this.#topicArn],
      okActions: [this.#topicArn],
    });
  }
}

const metricArguments = ({ namespace, metricName, statistic }: Metric) => ({
  namespace,
  metricName,
  period: PERIOD_SECONDS,
  ...(statistic === "p99" ? { extendedStatistic: statistic } : { statistic }),
});

const expressionArguments = ({ text, metrics, label }: Expression) => ({
  metricQuery: [
    { id: "result", expression: text, label, returnData: true },
    ...Object.entries(metrics).map(([id, { namespace, metricName, dimensions, statistic }]) => ({
      id,
      metric: { namespace, metricName, dimensions: { ...dimensions }, period: PERIOD_SECONDS, stat: statistic },
      returnData: false,
    })),
  ],
});

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

/** Sections of docs/runbooks.md, by what ids of alarms end with. */
const runbooks: Readonly<Record<string, string>> = {
  bad_rows_count: "bad-rows",
  broken_sources: "broken-sources",
  consumer_gone: "consumer-gone",
  dead_letters: "dead-letters",
  dropped: "dropped",
  errors: "errors",
  event_age: "event-age",
  events_set_aside: "set-aside",
  firewall_blocked: "blocked-requests",
  freshness: "freshness",
  iterator_age: "iterator-age",
  loader_no_rows: "no-rows",
  loader_silence: "loader-silence",
  lookups: "lookup-tables",
  near_limit: "near-limit",
  near_timeout: "near-timeout",
  no_file: "no-file",
  no_output: "no-output",
  not_invoked: "not-invoked",
  privacy_keys: "privacy-keys",
  raw_silence: "raw-silence",
  refused_lines: "refused-lines",
  router_duplicates: "duplicates",
  router_loop: "router-loop",
  throttled_reads: "throttled-reads",
  throttled_writes: "throttled-writes",
  throttles: "throttles",
  undelivered: "undelivered",
  unread: "unread",
};

/** Makes alarms that tell one topic, each with its runbook. */
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
    const kind = Object.keys(runbooks).find((end) => id === end || id.endsWith(`_${end}`));
    if (kind === undefined) throw new Error(`The alarm ${id} has no runbook: name its section of docs/runbooks.md.`);
    new CloudwatchMetricAlarm(this.#scope, id, {
      alarmName: `${this.#prefix}-${id.replaceAll("_", "-")}`,
      alarmDescription: `${description} Runbook: docs/runbooks.md#${runbooks[kind]}`,
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

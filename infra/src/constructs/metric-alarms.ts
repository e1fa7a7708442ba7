import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import type { Construct } from "constructs";
import { type Metric, PERIOD_SECONDS } from "./metric.ts";
import type { Expression } from "./metric-math.ts";

export interface AlarmProps {
  /** A metric, or an expression over several. */
  readonly of: Metric | Expression;
  /** Text for the person who is paged: the fault and its remedy. */
  readonly description: string;
  /** Five-minute periods in a row; one is enough where every single datum is a loss. Default 1. */
  readonly periods?: number;
  /** How many of the periods have to be above the value. Default: all of them. */
  readonly badPeriods?: number;
  /** Default: by the end of the id. */
  readonly kind?: AlarmKind;
}

/** `page` wakes somebody up. `ticket` waits until working hours. */
export type Severity = "page" | "ticket";

/** A section of docs/runbooks.md, and how bad its alarms are. */
export interface AlarmKind {
  readonly runbook: string;
  readonly severity: Severity;
}

const page = (runbook: string): AlarmKind => ({ runbook, severity: "page" });
const ticket = (runbook: string): AlarmKind => ({ runbook, severity: "ticket" });

/**
 * By what ids of alarms end with. A page: events are being lost, or everybody's are late, or they will be before the
 * morning. Everything else is a ticket.
 */
const kinds: Readonly<Record<string, AlarmKind>> = {
  bad_rows_count: page("bad-rows"),
  broken_sources: ticket("broken-sources"),
  canaries_not_sent: page("canaries"),
  consumer_gone: ticket("consumer-gone"),
  dead_letters: page("dead-letters"),
  dropped: page("dropped"),
  errors: page("errors"),
  events_set_aside: ticket("set-aside"),
  firewall_blocked: ticket("blocked-requests"),
  freshness: ticket("freshness"),
  iterator_age: page("iterator-age"),
  loader_no_rows: page("no-rows"),
  loader_silence: page("loader-silence"),
  lookups: ticket("lookup-tables"),
  metrics_refused: ticket("metrics-refused"),
  near_limit: ticket("near-limit"),
  near_timeout: ticket("near-timeout"),
  no_file: page("no-file"),
  no_output: page("no-output"),
  not_invoked: page("not-invoked"),
  privacy_keys: page("privacy-keys"),
  raw_silence: page("raw-silence"),
  refused_lines: ticket("refused-lines"),
  router_loop: ticket("router-loop"),
  throttled_reads: ticket("throttled-reads"),
  throttled_writes: page("throttled-writes"),
  throttles: page("throttles"),
  undelivered: ticket("undelivered"),
  unread: page("unread"),
};

/** Topics by the severity of the alarms that they get. */
export type AlarmTopics = Readonly<Record<Severity, string>>;

/** Makes alarms, each with its severity's topic and its runbook. */
export class MetricAlarms {
  readonly #scope: Construct;
  readonly #prefix: string;
  readonly #topics: AlarmTopics;

  /** @param prefix goes before the name of each alarm, which is its id otherwise */
  constructor(scope: Construct, prefix: string, topics: AlarmTopics) {
    this.#scope = scope;
    this.#prefix = prefix;
    this.#topics = topics;
  }

  /** Fires above a value; these metrics are written only when something happens, so that none is well. */
  above(id: string, threshold: number, props: AlarmProps): void {
    this.#create(id, props, {
      threshold,
      comparisonOperator: "GreaterThanThreshold",
      datapointsToAlarm: props.badPeriods ?? props.periods ?? 1,
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
    { of, description, periods = 1, kind = kindOf(id) }: AlarmProps,
    condition: {
      readonly threshold: number;
      readonly comparisonOperator: string;
      readonly datapointsToAlarm?: number;
      readonly treatMissingData: string;
    },
  ): void {
    new CloudwatchMetricAlarm(this.#scope, id, {
      alarmName: `${this.#prefix}-${id.replaceAll("_", "-")}`,
      alarmDescription: `[${kind.severity}] ${description} Runbook: docs/runbooks.md#${kind.runbook}`,
      ...("text" in of ? expressionArguments(of) : { ...metricArguments(of), dimensions: { ...of.dimensions } }),
      evaluationPeriods: periods,
      ...condition,
      alarmActions: [this.#topics[kind.severity]],
      okActions: [this.#topics[kind.severity]],
    });
  }
}

function kindOf(id: string): AlarmKind {
  const end = Object.keys(kinds).find((name) => id === name || id.endsWith(`_${name}`));
  const kind = end === undefined ? undefined : kinds[end];
  if (kind === undefined) throw new Error(`The alarm ${id} has no runbook: name its section of docs/runbooks.md.`);
  return kind;
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

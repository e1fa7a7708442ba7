import { type Clock, systemClock } from "../clock.ts";
import { ServiceError } from "../json-service/errors.ts";
import type { JsonService } from "../json-service/json-service.ts";
import { Alarm, type AlarmOptions, type AlarmState } from "./alarm.ts";
import { compileMetricMath } from "./metric-math.ts";
import type { MetricName, MetricStore, Statistic } from "./metric-store.ts";

/** Metrics, alarms and clock of a CloudWatch. */
export interface CloudWatchOptions {
  /** The metrics of the account. */
  readonly store: MetricStore;
  /** The alarms of the account. Default none. */
  readonly alarms?: readonly AlarmOptions[];
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

type Input = Readonly<Record<string, unknown>>;

interface WatchedAlarm {
  readonly alarm: Alarm;
  state: AlarmState;
  /** Epoch ms. */
  changedMs: number;
}

interface StateChange {
  readonly AlarmName: string;
  readonly AlarmType: "MetricAlarm";
  readonly HistoryItemType: "StateUpdate";
  readonly HistorySummary: string;
  /** Epoch seconds, as times are on the wire. */
  readonly Timestamp: number;
}

interface MetricQuery {
  readonly id: string;
  readonly metric?: MetricName & { readonly statistic: Statistic; readonly periodMs: number };
  readonly expression?: string;
  readonly periodMs?: number;
  readonly isReturned: boolean;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const MAX_QUERIES = 500;
const MAX_DATAPOINTS = 100_800;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const MAX_ALARMS_PER_PAGE = 100;
const KEPT_CHANGES = 1_000;

/**
 * The calls of CloudWatch that operators make, over the metrics of a {@link MetricStore}: GetMetricData with metric
 * math, DescribeAlarms and DescribeAlarmHistory. Alarms have the state of the last {@link CloudWatch.evaluate}. Any
 * other operation, and any option that is not modelled, is refused.
 *
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
 */
export class CloudWatch implements JsonService {
  readonly name = "cloudwatch";
  readonly targetPrefix = "GraniteServiceVersion20100801.";
  readonly contentType = "application/x-amz-json-1.0";
  readonly maxBodyBytes = 1024 * 1024;
  readonly clock: Clock;
  readonly faults = undefined;
  readonly #store: MetricStore;
  readonly #alarms: readonly WatchedAlarm[];
  readonly #sinceMs: number;
  /** Oldest first. */
  readonly #changes: StateChange[] = [];

  constructor({ store, alarms = [], clock = systemClock }: CloudWatchOptions) {
    this.#store = store;
    this.clock = clock;
    this.#sinceMs = clock.now();
    this.#alarms = alarms.map((options) => ({ alarm: new Alarm(options), state: "OK", changedMs: this.#sinceMs }));
  }

  /** Evaluates every alarm, as CloudWatch does once a minute. */
  evaluate(): void {
    const nowMs = this.clock.now();
    for (const watched of this.#alarms) {
      const state = watched.alarm.evaluate(this.#store, nowMs);
      if (state === watched.state) continue;
      this.#changes.push({
        AlarmName: watched.alarm.options.alarmName,
        AlarmType: "MetricAlarm",
        HistoryItemType: "StateUpdate",
        HistorySummary: `Alarm updated from ${watched.state} to ${state}`,
        Timestamp: nowMs / 1_000,
      });
      if (this.#changes.length > KEPT_CHANGES) this.#changes.shift();
      watched.state = state;
      watched.changedMs = nowMs;
    }
  }

  execute(operation: string, input: Input): object {
    switch (operation) {
      case "DescribeAlarms":
        return this.#describeAlarms(input);
      case "DescribeAlarmHistory":
        return this.#describeHistory(input);
      case "GetMetricData":
        return this.#getMetricData(input);
      default:
        throw new ServiceError("UnknownOperationException", `The simulator does not model ${operation}.`);
    }
  }

  #describeAlarms(input: Input): object {
    refuseOthers(input, ["AlarmNamePrefix", "MaxRecords", "NextToken", "AlarmTypes"]);
    const prefix = optionalText(input, "AlarmNamePrefix") ?? "";
    const from = Number(optionalText(input, "NextToken") ?? 0);
    const count = typeof input["MaxRecords"] === "number" ? input["MaxRecords"] : 50;
    if (count < 1 || count > MAX_ALARMS_PER_PAGE)
      throw invalid(`MaxRecords is 1 to ${MAX_ALARMS_PER_PAGE}, got ${count}`);
    const found = this.#alarms.filter(({ alarm }) => alarm.options.alarmName.startsWith(prefix));
    const until = from + count;
    return {
      MetricAlarms: found.slice(from, until).map(({ alarm: { options }, state, changedMs }) => ({
        AlarmName: options.alarmName,
        AlarmDescription: options.description,
        StateValue: state,
        StateUpdatedTimestamp: changedMs / 1_000,
        StateTransitionedTimestamp: changedMs / 1_000,
        ActionsEnabled: true,
        ...describeMetric(options),
      })),
      CompositeAlarms: [],
      ...(until < found.length ? { NextToken: String(until) } : {}),
    };
  }

  /** Of all alarms, newest first: the option of the order is refused. */
  #describeHistory(input: Input): object {
    refuseOthers(input, ["StartDate", "EndDate", "HistoryItemType", "MaxRecords", "AlarmTypes"]);
    const fromMs = seconds(input["StartDate"], 0) * 1_000;
    const toMs = seconds(input["EndDate"], Number.POSITIVE_INFINITY) * 1_000;
    const items = this.#changes.filter(({ Timestamp }) => Timestamp * 1_000 >= fromMs && Timestamp * 1_000 < toMs);
    const count = typeof input["MaxRecords"] === "number" ? input["MaxRecords"] : 100;
    return { AlarmHistoryItems: items.toReversed().slice(0, count) };
  }

  #getMetricData(input: Input): object {
    refuseOthers(input, ["MetricDataQueries", "StartTime", "EndTime", "ScanBy"]);
    const queries = (input["MetricDataQueries"] as readonly Input[] | undefined)?.map(readQuery) ?? [];
    if (queries.length === 0 || queries.length > MAX_QUERIES) {
      throw invalid(`A request has 1 to ${MAX_QUERIES} queries, got ${queries.length}`);
    }
    const fromMs = seconds(input["StartTime"], Number.NaN) * 1_000;
    const toMs = seconds(input["EndTime"], Number.NaN) * 1_000;
    if (!(fromMs < toMs)) throw invalid("The parameter StartTime must be less than the parameter EndTime");
    const isAscending = input["ScanBy"] === "TimestampAscending";
    let datapoints = 0;
    const results = queries
      .filter(({ isReturned }) => isReturned)
      .map((query) => {
        const values = this.#valuesOf(query, queries, fromMs, toMs);
        datapoints += values.length;
        const ordered = isAscending ? values : values.toReversed();
        return {
          Id: query.id,
          Label: query.metric?.metricName ?? query.id,
          StatusCode: "Complete",
          Timestamps: ordered.map(({ atMs }) => atMs / 1_000),
          Values: ordered.map(({ value }) => value),
        };
      });
    // CloudWatch would page. Callers with so many values have to ask for fewer at once.
    if (datapoints > MAX_DATAPOINTS)
      throw invalid(`An answer has at most ${MAX_DATAPOINTS} values, this ${datapoints}`);
    return { MetricDataResults: results, Messages: [] };
  }

  /** The periods that begin within the range and have a value, oldest first. */
  #valuesOf(
    query: MetricQuery,
    queries: readonly MetricQuery[],
    fromMs: number,
    toMs: number,
  ): readonly { readonly atMs: number; readonly value: number }[] {
    const periodMs = query.metric?.periodMs ?? query.periodMs ?? periodOf(queries);
    const expression = query.expression === undefined ? undefined : compileMetricMath(query.expression);
    const values: { atMs: number; value: number }[] = [];
    for (let atMs = Math.floor(fromMs / periodMs) * periodMs; atMs < toMs; atMs += periodMs) {
      const lookup = (id: string): number | undefined => {
        const metric = queries.find((other) => other.id === id)?.metric;
        if (metric === undefined) throw invalid(`There is no metric with the id ${id}`);
        return this.#store.statistic(metric, metric.statistic, atMs, atMs + periodMs);
      };
      const value = expression === undefined ? lookup(query.id) : expression(lookup);
      if (value !== undefined) values.push({ atMs, value });
    }
    return values;
  }
}

/** An alarm on one metric names it. One on an expression has queries, which are left out here. */
function describeMetric({ expression, metrics }: AlarmOptions): object {
  const metric = metrics[expression];
  if (metric === undefined) return {};
  const { namespace: Namespace, metricName: MetricName, dimensions } = metric;
  return { Namespace, MetricName, Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })) };
}

function readQuery(query: Input): MetricQuery {
  refuseOthers(query, ["Id", "MetricStat", "Expression", "ReturnData", "Label", "Period"]);
  const stat = query["MetricStat"] as Input | undefined;
  const id = optionalText(query, "Id") ?? "";
  if (!/^[a-z]\w*$/.test(id)) throw invalid(`"${id}" is no id: it begins with a small letter`);
  const isReturned = query["ReturnData"] !== false;
  const expression = optionalText(query, "Expression");
  if (stat === undefined) {
    if (expression === undefined) throw invalid(`The query ${id} has neither MetricStat nor Expression`);
    const period = query["Period"];
    return { id, expression, isReturned, ...(typeof period === "number" ? { periodMs: period * 1_000 } : {}) };
  }
  const metric = (stat["Metric"] ?? {}) as Input;
  const dimensions = (metric["Dimensions"] ?? []) as readonly { readonly Name: string; readonly Value: string }[];
  return {
    id,
    isReturned,
    metric: {
      namespace: optionalText(metric, "Namespace") ?? "",
      metricName: optionalText(metric, "MetricName") ?? "",
      dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])),
      statistic: (optionalText(stat, "Stat") ?? "") as Statistic,
      periodMs: Number(stat["Period"]) * 1_000,
    },
  };
}

/** An expression without a period of its own has that of the metrics. */
const periodOf = (queries: readonly MetricQuery[]): number =>
  Math.max(60_000, ...queries.flatMap(({ metric }) => (metric === undefined ? [] : [metric.periodMs])));

function refuseOthers(input: Input, known: readonly string[]): void {
  const other = Object.keys(input).find((name) => !known.includes(name));
  if (other !== undefined) throw invalid(`The simulator does not model ${other}`);
}

const invalid = (message: string): ServiceError => new ServiceError("InvalidParameterValue", `${message}.`);

const seconds = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}

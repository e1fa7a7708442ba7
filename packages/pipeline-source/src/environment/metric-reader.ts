import type { CloudWatchClient, MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import type { AlarmSettings } from "@millrace/topology";
import { MAX_METRIC_QUERIES } from "./limits.ts";

export type CloudWatch = Pick<CloudWatchClient, "send">;
export type Metric = AlarmSettings["metrics"][string];

/** Values by the beginning of their period, in epoch milliseconds. */
export type MetricValues = ReadonlyMap<number, number>;

export interface MetricRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodSeconds: number;
}

/** A query for one metric. */
export function queryOf(id: string, metric: Metric, periodSeconds: number, isReturned = true): MetricDataQuery {
  const { namespace, metricName, dimensions, statistic } = metric;
  return {
    Id: id,
    ReturnData: isReturned,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodSeconds,
      Stat: statistic,
    },
  };
}

/** The values of metrics, in the order of these; a period in which a metric was not written has none. */
export async function readMetrics(
  cloudWatch: CloudWatch,
  metrics: readonly Metric[],
  range: MetricRange,
  signal?: AbortSignal,
): Promise<readonly MetricValues[]> {
  const values: MetricValues[] = [];
  for (let at = 0; at < metrics.length; at += MAX_METRIC_QUERIES) {
    const some = metrics.slice(at, at + MAX_METRIC_QUERIES);
    const queries = some.map((metric, index) => queryOf(`m${index}`, metric, range.periodSeconds));
    const found = await getMetricData(cloudWatch, queries, range, signal);
    values.push(...some.map((_, index) => found.get(`m${index}`) ?? new Map<number, number>()));
  }
  return values;
}

/** Returns the results of the queries, by their ids. */
export async function getMetricData(
  cloudWatch: CloudWatch,
  queries: readonly MetricDataQuery[],
  { fromMs, toMs }: MetricRange,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, MetricValues>> {
  const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
  const found = new Map<string, Map<number, number>>();
  const input = { MetricDataQueries: [...queries], StartTime: new Date(fromMs), EndTime: new Date(toMs) };
  let next: string | undefined;
  do {
    const command = new GetMetricDataCommand(next === undefined ? input : { ...input, NextToken: next });
    const answer = await cloudWatch.send(command, signal === undefined ? {} : { abortSignal: signal });
    for (const result of answer.MetricDataResults ?? []) addValues(found, result);
    next = answer.NextToken;
  } while (next !== undefined);
  return found;
}

function addValues(found: Map<string, Map<number, number>>, { Id = "", Timestamps, Values }: MetricDataResult): void {
  const values = found.get(Id) ?? new Map<number, number>();
  found.set(Id, values);
  for (const [index, time] of (Timestamps ?? []).entries()) values.set(time.getTime(), Values?.[index] ?? 0);
}

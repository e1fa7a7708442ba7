import { counters, distributions, metricsOfService } from "@millrace/telemetry";
import prices from "./prices.json" with { type: "json" };

/** A synthesized stack, as far as it has a price. */
export interface PricedStack {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** One line of the bill. */
export interface CostLine {
  readonly what: string;
  readonly quantity: string;
  readonly dollars: number;
}

export interface MonitoringCost {
  readonly pipeline: readonly CostLine[];
  readonly monitoring: readonly CostLine[];
  /** Of the pipeline's, in per cent. */
  readonly share: number;
  readonly asOf: string;
}

const HOURS = 730;
const SECONDS = HOURS * 3_600;
/** An enriched event as it lies in the lake, gzipped: 52 MB of 213,000 events of the sample traffic. */
const LAKE_BYTES = 245;
/** Copies of an event that routes make, all destinations together: as of the sample traffic. */
const COPIES = 1;
/** Time of an invocation without its events: that of PutRecords. */
const INVOCATION_MS = 20;
/** Time of an event in both functions: 0.1 ms of a vCPU each at 1,769 MB, as `pnpm replay` counts it. */
const EVENT_GIGABYTE_SECONDS = 0.0004;
/** Events that senders put into a request. */
const EVENTS_PER_REQUEST = 10;
/** An event as its sender writes it. */
const EVENT_BYTES = 1_000;
/** A line in the embedded metric format: 980 of enrichment and 1,100 of the router in the logs of `pnpm start`. */
const METRIC_LINE_BYTES = 1_060;

const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/**
 * List price of an environment's monitoring and of its pipeline, a month, at a rate. Of the pipeline the warehouse,
 * traffic between zones and the cluster's control plane are left out: the share is rather too high. Metrics of
 * destinations are left out of the monitoring: they exist while something goes wrong.
 */
export function costOfMonitoring({ resource }: PricedStack, eventsPerSecond: number): MonitoringCost {
  const each = (type: string) => Object.values(resource[type] ?? {});
  const streams = each("aws_kinesis_stream");
  const shardsOf = (name: string): number => number(resource["aws_kinesis_stream"]?.[name]?.["shard_count"]);
  const shards = streams.reduce((sum, stream) => sum + number(stream["shard_count"]), 0);
  const kept = streams
    .filter((stream) => number(stream["retention_period"]) > 24)
    .reduce((sum, stream) => sum + number(stream["shard_count"]), 0);
  const events = eventsPerSecond * SECONDS;
  const puts = events * (2 + COPIES);
  const invocationsPerSecond = ["raw", "enriched"].map((stream) => {
    const name = stream === "raw" ? "enrichment" : "router";
    const mapping = resource["aws_lambda_event_source_mapping"]?.[`${name}_mapping`] ?? {};
    const window = Math.max(1, number(mapping["maximum_batching_window_in_seconds"]));
    // A shard is read once a second, and what was read goes to as many invocations as there are lanes.
    return Math.min(eventsPerSecond, (shardsOf(stream) * number(mapping["parallelization_factor"])) / window);
  });
  const invocations = invocationsPerSecond.reduce((sum, rate) => sum + rate, 0) * SECONDS;
  const gigabytes = each("aws_lambda_function").map((item) => number(item["memory_size"]) / 1_024);
  const memory = gigabytes.reduce((sum, size) => sum + size, 0) / Math.max(1, gigabytes.length);
  const pods = number(
    (each("kubernetes_horizontal_pod_autoscaler_v2")[0]?.["spec"] as { min_replicas?: number } | undefined)
      ?.min_replicas,
  );
  const firehoseGigabytes = (events * prices.firehoseRecordBytes) / 1e9;
  const requests = events / EVENTS_PER_REQUEST;
  const rules = (each("aws_wafv2_web_acl")[0]?.["rule"] as readonly unknown[] | undefined)?.length;
  const lakeGigabytes = (events * LAKE_BYTES) / 1e9;
  const pipeline: CostLine[] = [
    line("Kinesis shards", `${shards}`, shards * HOURS * prices.shardHour),
    line("Kinesis, retention over a day", `${kept} shards`, kept * HOURS * prices.extendedRetentionShardHour),
    line("Kinesis PUT units", millions(puts), (puts / 1e6) * prices.putUnitsPerMillion),
    line("Lambda requests", millions(invocations), (invocations / 1e6) * prices.lambdaRequestsPerMillion),
    line(
      "Lambda time",
      `${INVOCATION_MS} ms and events`,
      (((invocations * INVOCATION_MS) / 1e3) * memory + events * EVENT_GIGABYTE_SECONDS) * prices.lambdaGigabyteSecond,
    ),
    line("Firehose", `${firehoseGigabytes.toFixed(0)} GB`, firehoseGigabytes * prices.firehosePerGigabyte),
    line("S3, a month of events", `${lakeGigabytes.toFixed(0)} GB`, lakeGigabytes * prices.s3PerGigabyteMonth),
    line("Event service", `${pods} pods`, pods * HOURS * prices.armCoreHour),
    line(
      "Load balancer",
      `${((events * EVENT_BYTES) / 1e9).toFixed(0)} GB`,
      // A capacity unit takes a gigabyte an hour.
      HOURS * prices.loadBalancerHour + ((events * EVENT_BYTES) / 1e9) * prices.loadBalancerCapacityUnitHour,
    ),
    line(
      "Web firewall",
      millions(requests),
      rules === undefined
        ? 0
        : prices.firewallMonth +
            rules * prices.firewallRuleMonth +
            (requests / 1e6) * prices.firewallRequestsPerMillion,
    ),
  ];
  const metrics = [...Object.keys(counters), ...Object.keys(distributions)];
  const own = Object.values(metricsOfService).map(
    (names) => (names as readonly string[]).filter((name) => metrics.includes(name)).length,
  );
  const customMetrics = own.reduce((sum, count) => sum + count, 0);
  const alarmed = each("aws_cloudwatch_metric_alarm").map(alarmMetrics);
  const dashboards = each("aws_cloudwatch_dashboard").length;
  const lineGigabytes = (invocations * METRIC_LINE_BYTES) / 1e9;
  const alarmCount = alarmed.reduce((sum, count) => sum + count, 0);
  const monitoring: CostLine[] = [
    line(`Alarms (${alarmed.length})`, `${alarmCount} metrics`, alarmCount * prices.alarmMetricMonth),
    line("Metrics of the functions", `${customMetrics}`, customMetrics * prices.customMetricMonth),
    line("Lines of metrics", `${lineGigabytes.toFixed(0)} GB of logs`, lineGigabytes * prices.logsPerGigabyte),
    line("Dashboards", `${dashboards}`, dashboards * prices.dashboardMonth),
  ];
  return { pipeline, monitoring, share: (100 * totalOf(monitoring)) / totalOf(pipeline), asOf: prices.asOf };
}

const line = (what: string, quantity: string, dollars: number): CostLine => ({ what, quantity, dollars });
const millions = (count: number): string => `${(count / 1e6).toFixed(0)} million`;

export const totalOf = (lines: readonly CostLine[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0);

/** An expression costs as much as the metrics that it reads. */
function alarmMetrics({ metric_query: queries }: Readonly<Record<string, unknown>>): number {
  if (!Array.isArray(queries)) return 1;
  return (queries as readonly { readonly metric?: unknown }[]).filter(({ metric }) => metric !== undefined).length;
}

export function formatCost(cost: MonitoringCost, stage: string, eventsPerSecond: number): string {
  const rows = (title: string, lines: readonly CostLine[]): string[] => [
    title,
    ...lines.map(({ what, quantity, dollars }) => `  ${what.padEnd(32)}${quantity.padStart(20)}${money(dollars)}`),
    `  ${"together".padEnd(52)}${money(totalOf(lines))}`,
  ];
  return [
    `${stage} at ${eventsPerSecond} events/s, a month, list prices of ${cost.asOf}`,
    ...rows("Pipeline (without warehouse, traffic between zones, control plane)", cost.pipeline),
    ...rows("Monitoring", cost.monitoring),
    `Monitoring is ${cost.share.toFixed(2)} % of the pipeline.`,
  ].join("\n");
}

const money = (dollars: number): string => `$${dollars.toFixed(2)}`.padStart(12);

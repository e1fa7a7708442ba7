import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard/index.js";
import { Construct } from "constructs";
import type { RouteDestination } from "../inputs/route-destinations.ts";
import type { Metric, Series } from "./metric.ts";
import * as metrics from "./metric.ts";
import type { Watched } from "./watched.ts";

export interface DashboardProps {
  readonly name: string;
  readonly region: string;
  readonly watched: Watched;
}

const GRID_WIDTH = 24;
const WIDGET_HEIGHT = 6;

/** One row for each hop in the order of an event's way, then one for each destination with its owner and routes. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, region, watched }: DashboardProps) {
    super(scope, id);
    const graph = (title: string, series: readonly Series[]) => ({
      type: "metric",
      properties: {
        title,
        region,
        view: "timeSeries",
        period: metrics.PERIOD_SECONDS,
        metrics: series.map(({ label, metric }) => [
          metric.namespace,
          metric.metricName,
          ...Object.entries(metric.dimensions).flat(),
          { label, stat: metric.statistic },
        ]),
      },
    });
    const streams = [watched.raw, watched.enriched, watched.badRows];
    const byName = <T extends { readonly name: string }>(items: readonly T[], metric: (item: T) => Metric): Series[] =>
      items.map((item) => ({ label: item.name, metric: metric(item) }));
    const functions = watched.hops.map((hop) => hop.function);
    const deliveries = watched.deliveries.map(({ delivery }) => delivery);

    const undelivered = ({ name: destination }: RouteDestination): Series => ({
      label: "undelivered",
      metric: metrics.undelivered(watched.router, destination),
    });

    const rows = [
      [
        graph("Records in", byName(streams, metrics.incomingRecords)),
        graph("Bytes in", byName(streams, metrics.incomingBytes)),
        graph("Throttled writes", byName(streams, metrics.throttledWrites)),
      ],
      [
        graph("Events", [
          ...byName(watched.hops, metrics.eventsIn).map(suffixed("in")),
          ...byName(watched.hops, metrics.eventsOut).map(suffixed("out")),
        ]),
        graph("Events with a finding", [
          ...byName([watched.enrichment], metrics.eventsInvalid).map(suffixed("invalid")),
          ...byName([watched.enrichment], metrics.eventsUnknown).map(suffixed("unknown")),
          ...byName([watched.enrichment], metrics.eventsSetAside).map(suffixed("set aside")),
          ...byName(watched.hops, metrics.badRows).map(suffixed("bad rows")),
        ]),
        graph("Age of events, p99 (ms)", byName(watched.hops, metrics.eventAge)),
        graph("Second attempts", [
          ...byName(watched.hops, metrics.deliveryRetries).map(suffixed("retries")),
          ...byName(watched.hops, metrics.throttledAttempts).map(suffixed("throttled")),
          ...byName(watched.hops, metrics.ambiguousDeliveries).map(suffixed("ambiguous")),
          ...byName(watched.hops, metrics.batchItemFailures).map(suffixed("given back")),
          ...byName([watched.router], metrics.duplicates).map(suffixed("duplicates")),
        ]),
      ],
      [
        graph("Iterator age (ms)", byName(functions, metrics.iteratorAge)),
        graph("Failed invocations", byName(functions, metrics.functionErrors)),
        graph("Duration (ms)", byName(functions, metrics.functionDuration)),
        graph(
          "Dead letters and dropped records",
          watched.hops.flatMap((hop) => [
            { label: `${hop.name} dead letters`, metric: metrics.deadLetters(hop.mapping) },
            { label: `${hop.name} dropped`, metric: metrics.droppedRecords(hop.mapping) },
          ]),
        ),
      ],
      [
        graph("Age of the oldest undelivered record (s)", byName(deliveries, metrics.deliveryFreshness)),
        graph("Records delivered to S3", byName(deliveries, metrics.deliveredRecords)),
      ],
      ...watched.destinations.map(({ destination, resource }) => [
        { type: "text", properties: { markdown: describe(resource.name, destination) } },
        ...resource.graphs(undelivered(destination)).map(({ title, series }) => graph(title, series)),
      ]),
      ...watched.foreign.map((destination) => [
        { type: "text", properties: { markdown: describe(destination.arn, destination) } },
        graph("Not taken", [undelivered(destination)]),
      ]),
    ];
    new CloudwatchDashboard(this, "resource", {
      dashboardName: name,
      dashboardBody: JSON.stringify({ start: "-PT6H", widgets: rows.flatMap(placeRow) }),
    });
  }
}

const suffixed =
  (word: string) =>
  ({ label, metric }: Series): Series => ({ label: `${label} ${word}`, metric });

const placeRow = (row: readonly object[], index: number): object[] => {
  const width = GRID_WIDTH / row.length;
  return row.map((widget, column) => ({
    ...widget,
    x: column * width,
    y: index * WIDGET_HEIGHT,
    width,
    height: WIDGET_HEIGHT,
  }));
};

const describe = (title: string, { application, owner, routes }: RouteDestination): string => {
  const listed =
    routes.length === 0 ? "No route writes to it any more." : routes.map((route) => `- ${route}`).join("\n");
  return `## ${title}\n${application}, owned by ${owner}\n${listed}`;
};

import { destinationKinds } from "@millrace/destinations/kinds";
import { destinationCounters, metricNamespace, metricsOfService } from "@millrace/telemetry";
import type { Topology } from "@millrace/topology";
import type { CountName, HopFigures } from "../figures.ts";
import type { Metric } from "./metric-reader.ts";

/** A figure of a hop, and the metric that it is made of. */
export interface FigureMetric {
  readonly figure: "in" | "out" | "ageMs" | CountName;
  readonly metric: Metric;
  /** Milliseconds in a unit of an age. */
  readonly scale?: number;
}

/** A hop with the figures that CloudWatch has for it. A figure that is not in the list is unknown. */
export interface MeasuredHop extends Pick<HopFigures, "name" | "kind" | "unit"> {
  readonly figures: readonly FigureMetric[];
}

const kinesis = (StreamName: string, metricName: string): Metric => ({
  namespace: "AWS/Kinesis",
  metricName,
  dimensions: { StreamName },
  statistic: "Sum",
});

/** Figures that the functions write themselves, by the names of `@millrace/telemetry`. */
const countersOfFunction: readonly (readonly [CountName, string])[] = [
  ["events", "eventsIn"],
  ["invalid", "eventsInvalid"],
  ["unknown", "eventsUnknown"],
  ["badRows", "badRows"],
  ["setAside", "eventsSetAside"],
  ["copies", "routeMatches"],
  ["duplicates", "duplicates"],
  ["undelivered", "undelivered"],
  ["throttled", "throttledAttempts"],
  ["retries", "deliveryRetries"],
  ["coldStarts", "coldStart"],
];

/**
 * Every hop of a stack, with the metrics that AWS and the functions write of it.
 *
 * @param prefix of physical names, such as `millrace-prod-`
 * @param mappingIds identifiers of event source mappings by the names that the stack has for them
 * @param destinations names of the destinations as route documents have them
 */
export function measuredHops(
  { pipelineStreams, streams, functions, mappings, deliveryStreams, pipes, destinations: others }: Topology,
  stage: string,
  prefix: string,
  mappingIds: ReadonlyMap<string, string>,
  destinations: readonly string[],
): readonly MeasuredHop[] {
  const nameOfArn = (arn: string): string => streams.find((stream) => stream.arn === arn)?.name ?? arn;
  const plain = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const router = functions.find(({ name }) => plain(name) === "router");

  const ofMapping = ({ functionName, streamArn, uuid }: Topology["mappings"][number]): MeasuredHop => {
    const service = plain(functionName);
    const written: readonly string[] = isService(service) ? metricsOfService[service] : [];
    const own = (metricName: string): Metric => ({
      namespace: metricNamespace,
      metricName,
      dimensions: { service, stage, function: functionName },
      statistic: "Sum",
    });
    const lambda = (
      metricName: string,
      statistic: Metric["statistic"],
      dimensions = { FunctionName: functionName },
    ) => ({
      ...{ namespace: "AWS/Lambda", metricName, dimensions, statistic },
    });
    const mappingId = mappingIds.get(uuid);
    const lost: readonly FigureMetric[] =
      mappingId === undefined
        ? []
        : [
            {
              figure: "givenUp",
              metric: {
                ...lambda("OnFailureDestinationDeliveredEventCount", "Sum"),
                dimensions: { EventSourceMappingUUID: mappingId },
              },
            },
          ];
    return {
      ...{ name: functionName, kind: "function", unit: "records" },
      figures: [
        { figure: "in", metric: kinesis(nameOfArn(streamArn), "IncomingRecords") },
        ...(written.includes("recordsIn") ? [{ figure: "out", metric: own("recordsIn") } as const] : []),
        { figure: "ageMs", metric: lambda("IteratorAge", "Maximum") },
        { figure: "errors", metric: lambda("Errors", "Sum") },
        ...countersOfFunction.flatMap(([figure, name]) =>
          written.includes(name) ? [{ figure, metric: own(name) }] : [],
        ),
        ...lost,
      ],
    };
  };

  const ofDelivery = ({ name, sourceStreamArn }: Topology["deliveryStreams"][number]): MeasuredHop => {
    const firehose = (metricName: string, statistic: Metric["statistic"]): Metric => ({
      ...{ namespace: "AWS/Firehose", metricName, dimensions: { DeliveryStreamName: name }, statistic },
    });
    return {
      ...{ name, kind: "delivery", unit: "records" },
      figures: [
        { figure: "in", metric: kinesis(nameOfArn(sourceStreamArn), "IncomingRecords") },
        { figure: "out", metric: firehose("DeliveryToS3.Records", "Sum") },
        { figure: "ageMs", metric: firehose("DeliveryToS3.DataFreshness", "Maximum"), scale: 1_000 },
      ],
    };
  };

  /** Metrics of events that the router could not bring to a destination, or brought twice. */
  const ofRouter = (destination: string): readonly FigureMetric[] =>
    router === undefined
      ? []
      : (Object.keys(destinationCounters) as (keyof typeof destinationCounters)[]).map((figure) => ({
          figure,
          metric: {
            namespace: metricNamespace,
            metricName: figure,
            dimensions: { service: "router", stage, destination },
            statistic: "Sum",
          },
        }));

  const arrivals = (metric: Metric): readonly FigureMetric[] => [
    { figure: "in", metric },
    { figure: "out", metric },
  ];
  const own: readonly string[] = Object.values(pipelineStreams);
  const streamHops = streams
    .filter(({ name }) => !own.includes(name))
    .map(({ name }) => ({
      ...{ name, unit: "records" },
      figures: [
        ...arrivals(kinesis(name, "IncomingRecords")),
        { figure: "throttled", metric: kinesis(name, "WriteProvisionedThroughputExceeded") } as const,
      ],
    }));
  const otherHops = others.map(({ kind, name }) => {
    const { arrivals: metric } = destinationKinds[kind];
    return {
      ...{ name, unit: "events" },
      figures:
        metric === undefined
          ? []
          : arrivals({
              ...{ namespace: metric.namespace, metricName: metric.metricName },
              ...{ dimensions: { [metric.dimension]: name }, statistic: "Sum" },
            }),
    };
  });
  const present = [...streamHops, ...otherHops];
  const foreign = destinations
    .filter((destination) => !present.some(({ name }) => plain(name) === destination))
    .map((name) => ({ name, unit: "records", figures: [] }));

  return [
    {
      ...{ name: "ingest", kind: "service", unit: "records" },
      figures: [
        ...arrivals(kinesis(pipelineStreams.raw, "IncomingRecords")),
        { figure: "throttled", metric: kinesis(pipelineStreams.raw, "WriteProvisionedThroughputExceeded") },
      ],
    },
    ...mappings.map(ofMapping),
    ...deliveryStreams.map(ofDelivery),
    ...pipes.map(({ name }): MeasuredHop => ({ name, kind: "pipe", unit: "files", figures: [] })),
    ...[...present, ...foreign].map(
      (hop): MeasuredHop => ({ ...hop, kind: "destination", figures: [...hop.figures, ...ofRouter(plain(hop.name))] }),
    ),
  ];
}

const isService = (name: string): name is keyof typeof metricsOfService => Object.hasOwn(metricsOfService, name);

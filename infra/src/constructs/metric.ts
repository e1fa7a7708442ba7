import {
  type CounterName,
  type DestinationCounterName,
  type DistributionName,
  metricNamespace,
} from "@millrace/telemetry";
import type { DeliveryStream } from "./delivery-stream.ts";
import type { EventStream } from "./event-stream.ts";
import type { LoaderSignal } from "./loader-signal.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import type { StreamMapping } from "./stream-mapping.ts";
import type { Hop } from "./watched.ts";
import type { WebFirewall } from "./web-firewall.ts";

/** A CloudWatch metric as alarms and dashboards name it. */
export interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Sum" | "Maximum" | "SampleCount" | "p99";
}

/** A line of a graph. */
export interface Series {
  readonly label: string;
  readonly metric: Metric;
}

/** A widget of a dashboard. */
export interface Graph {
  readonly title: string;
  readonly series: readonly Series[];
}

/** Every alarm and widget looks at periods of this length. */
export const PERIOD_SECONDS = 300;

// https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
const ofStream =
  (metricName: string, statistic: Metric["statistic"]) =>
  (stream: EventStream): Metric => ({
    namespace: "AWS/Kinesis",
    metricName,
    dimensions: { StreamName: stream.name },
    statistic,
  });
export const incomingRecords = ofStream("IncomingRecords", "Sum");
export const incomingBytes = ofStream("IncomingBytes", "Sum");
export const throttledWrites = ofStream("WriteProvisionedThroughputExceeded", "Sum");
/** GetRecords calls of polling consumers. Consumers with enhanced fan-out do not poll. */
export const successfulReads = ofStream("GetRecords.Success", "Sum");
export const throttledReads = ofStream("ReadProvisionedThroughputExceeded", "Sum");
/** Age of the record that the slowest consumer read last, in ms. */
export const unreadAge = ofStream("GetRecords.IteratorAgeMilliseconds", "Maximum");

/** Events pushed to a consumer with enhanced fan-out. */
export const pushedEvents = (stream: EventStream, consumer: string): Metric => ({
  namespace: "AWS/Kinesis",
  metricName: "SubscribeToShardEvent.Success",
  dimensions: { StreamName: stream.name, ConsumerName: consumer },
  statistic: "Sum",
});

// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
const ofFunction =
  (metricName: string, statistic: Metric["statistic"]) =>
  (target: PipelineFunction): Metric => ({
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { FunctionName: target.name },
    statistic,
  });
export const functionInvocations = ofFunction("Invocations", "Sum");
export const iteratorAge = ofFunction("IteratorAge", "Maximum");
export const functionErrors = ofFunction("Errors", "Sum");
export const functionThrottles = ofFunction("Throttles", "Sum");
export const functionDuration = ofFunction("Duration", "Maximum");

/**
 * Metric lines of a function that CloudWatch took no metric of.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
 */
export const refusedMetricLines = ({ logGroupName }: Pick<PipelineFunction, "logGroupName">): Metric => ({
  namespace: "AWS/Logs",
  metricName: "EMFValidationErrors",
  dimensions: { LogGroupName: logGroupName },
  statistic: "Sum",
});

// Same page, "Event source mapping metrics": only there when the mapping asks for EventCount.
const ofMapping =
  (metricName: string) =>
  (mapping: StreamMapping): Metric => ({
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { EventSourceMappingUUID: mapping.uuid },
    statistic: "Sum",
  });
export const deadLetters = ofMapping("OnFailureDestinationDeliveredEventCount");
export const droppedRecords = ofMapping("DroppedEventCount");

// https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
const ofDelivery =
  (metricName: string, statistic: Metric["statistic"]) =>
  (delivery: DeliveryStream): Metric => ({
    namespace: "AWS/Firehose",
    metricName,
    dimensions: { DeliveryStreamName: delivery.name },
    statistic,
  });
/** Age of the oldest record that has not reached S3, in seconds. */
export const deliveryFreshness = ofDelivery("DeliveryToS3.DataFreshness", "Maximum");
export const deliveredRecords = ofDelivery("DeliveryToS3.Records", "Sum");

// https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
const ofFirewall =
  (metricName: string) =>
  ({ name, region }: WebFirewall): Metric => ({
    namespace: "AWS/WAFV2",
    metricName,
    dimensions: { WebACL: name, Region: region, Rule: "ALL" },
    statistic: "Sum",
  });
export const blockedRequests = ofFirewall("BlockedRequests");
export const allowedRequests = ofFirewall("AllowedRequests");

/**
 * Messages of the warehouse's loader.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
 */
export const loaderMessages = ({ topicName }: LoaderSignal): Metric => ({
  namespace: "AWS/SNS",
  metricName: "NumberOfMessagesPublished",
  dimensions: { TopicName: topicName },
  statistic: "Sum",
});

/** Copies that the router could not bring to a destination, by the destination's name in the route documents. */
export const undelivered = ({ name, stage }: Hop, destination: string): Metric => ({
  namespace: metricNamespace,
  metricName: "undelivered" satisfies DestinationCounterName,
  dimensions: { service: name, stage, destination },
  statistic: "Sum",
});

/** Metrics of the functions themselves, with the names and dimensions of `@millrace/telemetry`. */
const ofService =
  (metricName: CounterName | DistributionName, statistic: Metric["statistic"]) =>
  (hop: Pick<Hop, "name" | "stage" | "function">): Metric => ({
    namespace: metricNamespace,
    metricName,
    dimensions: { service: hop.name, stage: hop.stage, function: hop.function.name },
    statistic,
  });
export const eventsIn = ofService("eventsIn", "Sum");
export const eventsOut = ofService("eventsOut", "Sum");
export const eventsInvalid = ofService("eventsInvalid", "Sum");
export const eventsUnknown = ofService("eventsUnknown", "Sum");
export const badRows = ofService("badRows", "Sum");
export const deliveryRetries = ofService("deliveryRetries", "Sum");
export const throttledAttempts = ofService("throttledAttempts", "Sum");
export const ambiguousDeliveries = ofService("ambiguousDeliveries", "Sum");
export const batchItemFailures = ofService("batchItemFailures", "Sum");
/** Events that the router read at a second place. */
export const duplicates = ofService("duplicates", "Sum");
export const eventsRoutedBefore = ofService("eventsRoutedBefore", "Sum");
export const privacyKeyFailures = ofService("privacyKeyFailures", "Sum");
export const eventsSetAside = ofService("eventsSetAside", "Sum");
export const lookupFailures = ofService("lookupFailures", "Sum");
/** From the receipt by ingest to this function's confirmed output, in ms. */
export const eventAge = ofService("eventAgeMs", "p99");
export const brokenSources = ofService("brokenSources", "Sum");
/** Share of invalid events of the source with the largest one, in per cent. */
export const invalidPercentOfSource = ofService("invalidPercentOfSource", "Maximum");

export const canariesAccepted = ofService("canariesAccepted", "Sum");
export const canariesRefused = ofService("canariesRefused", "Sum");
/** From the request to the answer of the event service, in ms. */
export const canaryAnswer = ofService("canaryAnswerMs", "Maximum");
/** Canary events that the function has passed on. */
export const canariesSeen = ofService("canaryAgeMs", "SampleCount");
/** As {@link eventAge}, of canary events. */
export const canaryAge = ofService("canaryAgeMs", "Maximum");
/** As {@link canaryAge}, of those that passed a route. */
export const routeCanaryAge = ({ name, stage }: Hop, route: string): Metric => ({
  namespace: metricNamespace,
  metricName: "canaryAgeMs" satisfies DistributionName,
  dimensions: { service: name, stage, route },
  statistic: "Maximum",
});

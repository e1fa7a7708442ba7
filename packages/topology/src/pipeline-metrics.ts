import type { Kinesis, MetricStore, SnowpipeStats } from "@millrace/aws-simulator";
import type { AssembledFunction, Assembly } from "./assemble.ts";
import type { DestinationSettings } from "./destinations/destination-model.ts";
import type { ModelledDestinations } from "./destinations/modelled-destinations.ts";
import type { Topology } from "./stack/topology.ts";
import { landingOf } from "./warehouse.ts";

export interface PipelineMetricsOptions {
  readonly topology: Topology;
  readonly assembly: Assembly<AssembledFunction>;
  readonly kinesis: Kinesis;
  readonly destinations: Pick<ModelledDestinations, "metricsOf">;
  readonly store: MetricStore;
}

/** How often the loader's task in the warehouse looks, and how long a file may wait, as the stack has it. */
const LOADER_INTERVAL_MS = 300_000;
const LATE_FILE_MS = 900_000;

/** Writes how long an invocation took, as Lambda does when it is over. */
export function putDuration(store: MetricStore, functionName: string, durationMs: number, nowMs: number): void {
  const dimensions = { FunctionName: functionName };
  store.put({ namespace: "AWS/Lambda", metricName: "Duration", dimensions }, durationMs, nowMs);
}

/**
 * Writes the metrics that AWS writes of a pipeline, from what its parts have counted since the last look: those of
 * streams, functions, mappings, delivery streams and destinations, and the messages of the loader's task. The functions
 * write their own ({@link MetricStore.putLine}). A part that does nothing writes nothing, as on AWS.
 *
 * Sources: https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
 * https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
 */
export class PipelineMetrics {
  #options: PipelineMetricsOptions;
  readonly #last = new Map<string, number>();
  #nextLoaderLookMs: number | undefined;

  constructor(options: PipelineMetricsOptions) {
    this.#options = options;
  }

  /** Goes on with another definition of the same pipeline. */
  follow(topology: Topology): void {
    this.#options = { ...this.#options, topology };
  }

  /** Call it about once a minute. */
  sample(nowMs: number): void {
    for (const { name } of this.#options.topology.streams) this.#sampleStream(name, nowMs);
    for (const mapping of this.#options.assembly.mappings) this.#sampleMapping(mapping, nowMs);
    for (const delivery of this.#options.assembly.deliveries) this.#sampleDelivery(delivery, nowMs);
    for (const destination of this.#options.topology.destinations) this.#sampleDestination(destination, nowMs);
    this.#nextLoaderLookMs ??= nowMs + LOADER_INTERVAL_MS;
    if (nowMs < this.#nextLoaderLookMs) return;
    this.#nextLoaderLookMs += LOADER_INTERVAL_MS;
    this.#runLoaderTask(nowMs);
  }

  #sampleStream(name: string, nowMs: number): void {
    const stats = this.#options.kinesis.stats(name);
    const put = this.#putter("AWS/Kinesis", { StreamName: name }, nowMs);
    put.grown("IncomingRecords", stats.recordsIn);
    put.grown("IncomingBytes", stats.bytesIn);
    put.grown("WriteProvisionedThroughputExceeded", stats.throttledRecords);
    put.grown("ReadProvisionedThroughputExceeded", stats.throttledReads);
    if (put.grown("GetRecords.Success", stats.reads)) {
      put.value("GetRecords.IteratorAgeMilliseconds", stats.iteratorAgeMs);
    }
  }

  #sampleMapping({ settings, mapping }: Assembly<AssembledFunction>["mappings"][number], nowMs: number): void {
    const stats = mapping.stats();
    const ofFunction = this.#putter("AWS/Lambda", { FunctionName: settings.functionName }, nowMs);
    ofFunction.grown("Errors", stats.functionErrors);
    ofFunction.grown("Throttles", stats.throttles);
    if (ofFunction.grown("Invocations", stats.invocations)) ofFunction.value("IteratorAge", stats.iteratorAgeMs);
    const ofMapping = this.#putter("AWS/Lambda", { EventSourceMappingUUID: settings.uuid }, nowMs);
    ofMapping.grown("OnFailureDestinationDeliveredEventCount", stats.discardedBatches - stats.destinationFailures);
    ofMapping.grown("DroppedEventCount", stats.destinationFailures);
  }

  #sampleDelivery({ settings, delivery }: Assembly<AssembledFunction>["deliveries"][number], nowMs: number): void {
    const { recordsIn, recordsDelivered, dataFreshnessMs } = delivery.stats();
    const put = this.#putter("AWS/Firehose", { DeliveryStreamName: settings.name }, nowMs);
    put.grown("DeliveryToS3.Records", recordsDelivered);
    if (recordsIn > recordsDelivered) put.value("DeliveryToS3.DataFreshness", dataFreshnessMs / 1_000);
  }

  #sampleDestination(destination: DestinationSettings, nowMs: number): void {
    for (const { value, ...metric } of this.#options.destinations.metricsOf(destination)) {
      this.#options.store.put(metric, value, nowMs);
    }
  }

  /** Stands in for the task WATCH_LOADER of the warehouse. */
  #runLoaderTask(nowMs: number): void {
    const { topology, assembly } = this.#options;
    const { loaderTopics: topics } = topology;
    if (topics === undefined) return;
    const publish = (topic: string) => this.#putter("AWS/SNS", { TopicName: topic }, nowMs);
    const stats = [...assembly.pipes.values()].map((item) => item.stats());
    publish(topics.refusedLines).grown("NumberOfMessagesPublished", sum(stats, "refusedLines"));
    if (stats.every(({ isRunning, oldestFileMs }) => isRunning && nowMs - (oldestFileMs ?? nowMs) < LATE_FILE_MS)) {
      publish(topics.fresh).value("NumberOfMessagesPublished", 1);
    }
    const { pipe } = landingOf(topology, topology.pipelineStreams.enriched);
    const loaded = assembly.pipes.get(pipe.name)?.stats().rowsLoaded ?? 0;
    if (this.#growth(`loaded ${topics.loaded}`, loaded) > 0)
      publish(topics.loaded).value("NumberOfMessagesPublished", 1);
  }

  #putter(namespace: string, dimensions: Readonly<Record<string, string>>, nowMs: number) {
    const { store } = this.#options;
    const value = (metricName: string, datum: number): void => {
      store.put({ namespace, metricName, dimensions }, datum, nowMs);
    };
    return {
      value,
      /** Puts the growth of a counter. Returns true if it grew. */
      grown: (metricName: string, total: number): boolean => {
        const by = this.#growth(JSON.stringify([namespace, metricName, dimensions]), total);
        if (by > 0) value(metricName, by);
        return by > 0;
      },
    };
  }

  /** The first look at a counter counts from 0. */
  #growth(counter: string, total: number): number {
    const before = this.#last.get(counter) ?? 0;
    this.#last.set(counter, total);
    return total - before;
  }
}

function sum(stats: readonly SnowpipeStats[], counter: "refusedLines"): number {
  return stats.reduce((total, item) => total + item[counter], 0);
}

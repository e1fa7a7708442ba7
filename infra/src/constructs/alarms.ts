import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { Construct } from "constructs";
import type { EnvironmentConfig } from "../config/schema.ts";
import type { RouteDestination } from "../inputs/route-destinations.ts";
import type { DeliveryStream } from "./delivery-stream.ts";
import type { EventStream } from "./event-stream.ts";
import type { Metric } from "./metric.ts";
import * as metrics from "./metric.ts";
import type { DestinationStream, Hop, Watched } from "./watched.ts";

export interface AlarmsProps {
  readonly prefix: string;
  readonly topicArn: string;
  readonly config: EnvironmentConfig["alarms"];
  readonly watched: Watched;
}

interface AlarmProps {
  readonly metric: Metric;
  readonly above: number;
  /** What happened and what to do, for whoever is woken up. */
  readonly description: string;
  /** Five-minute periods in a row; one is enough where every single datum is a loss. */
  readonly periods?: number;
}

/**
 * One alarm for every way in which events can be late or lost, for every function, stream and destination there is.
 * Descriptions say what to do next, because they are all that the woken person sees at first.
 */
export class Alarms extends Construct {
  readonly #prefix: string;
  readonly #topicArn: string;

  constructor(scope: Construct, id: string, { prefix, topicArn, config, watched }: AlarmsProps) {
    super(scope, id);
    this.#prefix = prefix;
    this.#topicArn = topicArn;

    for (const hop of watched.hops) this.#watchHop(hop, config);
    for (const [name, stream] of [
      ["raw", watched.raw],
      ["enriched", watched.enriched],
      ["bad_rows", watched.badRows],
    ] as const) {
      this.#watchWrites(name, stream, "Add shards, or find the partition key that is hot.");
    }
    for (const { id: deliveryId, delivery } of watched.deliveries) this.#watchDelivery(deliveryId, delivery, config);
    for (const destination of watched.destinations) this.#watchDestination(destination, config);
    for (const destination of [...watched.destinations.map((item) => item.destination), ...watched.foreign]) {
      this.#watchUndelivered(watched.router, destination);
    }

    this.#alarm("router_loop", {
      metric: metrics.eventsRoutedBefore(watched.router),
      above: 0,
      description:
        "Copies that the router made come back to it: a destination leads into the enriched stream. They go no further. " +
        "Their processing.router names the routes; run pnpm routes check on the documents.",
    });
    this.#alarm("enrichment_privacy_keys", {
      metric: metrics.privacyKeyFailures(watched.enrichment),
      above: 0,
      periods: 2,
      description:
        "Enrichment cannot read or use its privacy keys. Running instances go on with those they have, new ones give their batches back. " +
        "Its log names the secret and what is wrong.",
    });
    this.#alarm("broken_sources", {
      metric: metrics.brokenSources(watched.enrichment),
      above: 0,
      description:
        "Every event of a source breaks its contract. The view SOURCE_QUALITY names it (invalid_ratio 1), VALIDATION_ERRORS what is wrong; " +
        "invalidBySource of enrichment's metric lines has it at once. Tell its owner, or merge the contract it follows.",
    });
    this.#alarm("bad_rows_count", {
      metric: metrics.incomingRecords(watched.badRows),
      above: config.badRows,
      description: "Many events could not be read. Look at failure_kind in the BAD_ROWS view for what changed.",
    });
    this.#alarm("router_duplicates", {
      metric: metrics.duplicates(watched.router),
      above: config.duplicates,
      description:
        "Many events reach the applications more than once. Look for functions that end while they write: errors, time-outs, memory. " +
        "The view DUPLICATES counts the copies in the lake.",
    });
    if (watched.firewall !== undefined) {
      this.#alarm("firewall_blocked", {
        metric: metrics.blockedRequests(watched.firewall),
        above: config.blockedRequests,
        description:
          "The web firewall refuses many requests: an attack, or senders whose events are lost. See which rule, then raise " +
          "frontDoor.firewall.requestsPerAddress or have that rule count.",
      });
    }
    this.#alarm("refused_lines", {
      metric: metrics.loaderMessages(watched.loader.refusedLines),
      above: 0,
      description:
        "The warehouse's loader refused lines of the lake. REFUSED_LINES names each with file, line and reason; the line is still in its object. " +
        "Repair what wrote it, then load the event again.",
    });
    if (config.onSilence) {
      this.#silence("raw_silence", {
        metric: metrics.incomingRecords(watched.raw),
        description: "Not one event in five minutes. Is the event service up, and does its host name resolve?",
      });
    }
    this.#silence("loader_silence", {
      metric: metrics.loaderMessages(watched.loader.freshness),
      periods: 3,
      description:
        "The warehouse is stale, or nobody watches it: task WATCH_LOADER has not said for 15 minutes that every pipe runs and no file waits. " +
        "Look at SYSTEM$PIPE_STATUS of the pipes, then at TASK_HISTORY.",
    });
  }

  #watchHop(hop: Hop, config: AlarmsProps["config"]): void {
    const { name, function: target, mapping } = hop;
    this.#alarm(`${name}_iterator_age`, {
      metric: metrics.iteratorAge(target),
      above: config.iteratorAge * 1000,
      periods: 2,
      description: `The ${name} function falls behind its stream. Look at its errors, then at parallelization and shards.`,
    });
    this.#alarm(`${name}_event_age`, {
      metric: metrics.eventAge(hop),
      above: config.eventAge * 1000,
      periods: 2,
      description: `One event in a hundred leaves the ${name} function later than promised. Compare the iterator ages to see which hop waits.`,
    });
    this.#alarm(`${name}_errors`, {
      metric: metrics.functionErrors(target),
      above: 0,
      periods: 2,
      description: `Invocations of the ${name} function fail as a whole, not by item. Its log has the stack trace.`,
    });
    this.#alarm(`${name}_throttles`, {
      metric: metrics.functionThrottles(target),
      above: 0,
      periods: 2,
      description: `Lambda refuses to run the ${name} function: the account's concurrency is used up.`,
    });
    this.#alarm(`${name}_dead_letters`, {
      metric: metrics.deadLetters(mapping),
      above: 0,
      description: `Records of the ${name} function were given up and lie in the dead-letter bucket under aws/lambda/. Repair, then redrive them before they expire.`,
    });
    this.#alarm(`${name}_dropped`, {
      metric: metrics.droppedRecords(mapping),
      above: 0,
      description: `Records of the ${name} function were given up and could not be stored either: they exist only in the stream. Check the role's rights on the dead-letter bucket at once.`,
    });
  }

  #watchWrites(name: string, stream: EventStream, remedy: string): void {
    this.#alarm(`${name}_throttled_writes`, {
      metric: metrics.throttledWrites(stream),
      above: 0,
      periods: 2,
      description: `Stream ${stream.name} refuses writes; they are being retried. ${remedy}`,
    });
  }

  #watchDelivery(name: string, delivery: DeliveryStream, config: AlarmsProps["config"]): void {
    this.#alarm(`${name}_freshness`, {
      metric: metrics.deliveryFreshness(delivery),
      above: config.freshness,
      periods: 2,
      description: `Events wait too long for S3 and so for the warehouse. See /aws/kinesisfirehose/${delivery.name}.`,
    });
  }

  #watchDestination({ stream, destination: { owner } }: DestinationStream, config: AlarmsProps["config"]): void {
    const id = stream.node.id;
    this.#watchWrites(id, stream, `Its routes are late, all others are not. It belongs to ${owner}.`);
    this.#alarm(`${id}_unread`, {
      metric: metrics.unreadAge(stream),
      above: (stream.config.retention * 3_600_000 * config.unreadShareOfRetention) / 100,
      periods: 3,
      description: `The consumer of ${stream.name} is so far behind that events expire unread soon. It belongs to ${owner}.`,
    });
  }

  /** Also of streams that other accounts own: that they refuse what is theirs, only we can see. */
  #watchUndelivered(router: Hop, { application, owner, routes, stream }: RouteDestination): void {
    if (routes.length === 0) return;
    this.#alarm(`destination_${stream}_undelivered`, {
      metric: metrics.undelivered(router, stream),
      above: 0,
      description:
        `The stream ${stream} of ${owner} does not take its events in time; they lie in the lake under undelivered/${application}/${stream}/. ` +
        `Find out why in the router's log, then put them back: pnpm routes redrive ${application} --stage ${router.stage}.`,
    });
  }

  /** No data at all is what silence looks like. */
  #silence(id: string, { metric, description, periods = 1 }: Omit<AlarmProps, "above">): void {
    new CloudwatchMetricAlarm(this, id, {
      alarmName: `${this.#prefix}-${id.replaceAll("_", "-")}`,
      alarmDescription: description,
      ...metricArguments(metric),
      evaluationPeriods: periods,
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      treatMissingData: "breaching",
      alarmActions: [this.#topicArn],
      okActions: [this.#topicArn],
    });
  }

  #alarm(id: string, { metric, above, description, periods = 1 }: AlarmProps): void {
    new CloudwatchMetricAlarm(this, id, {
      alarmName: `${this.#prefix}-${id.replaceAll("_", "-")}`,
      alarmDescription: description,
      ...metricArguments(metric),
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      threshold: above,
      comparisonOperator: "GreaterThanThreshold",
      // These metrics are written only when something happens.
      treatMissingData: "notBreaching",
      alarmActions: [this.#topicArn],
      okActions: [this.#topicArn],
    });
  }
}

const metricArguments = ({ namespace, metricName, dimensions, statistic }: Metric) => ({
  namespace,
  metricName,
  dimensions: { ...dimensions },
  period: metrics.PERIOD_SECONDS,
  ...(statistic === "p99" ? { extendedStatistic: statistic } : { statistic }),
});

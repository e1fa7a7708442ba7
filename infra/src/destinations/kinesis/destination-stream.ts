import type { ITerraformDependable } from "cdktf";
import { destinationStream } from "../../config/relations.ts";
import type { DestinationConfig, EnvironmentConfig } from "../../config/schema.ts";
import { EventStream } from "../../constructs/event-stream.ts";
import type { MetricAlarms } from "../../constructs/metric-alarms.ts";
import { absence } from "../../constructs/metric-math.ts";
import * as metrics from "../../constructs/metric.ts";
import { watchWrites } from "../../constructs/stream-alarms.ts";
import type { RouteDestination } from "../../inputs/route-destinations.ts";
import type { DestinationMaker, DestinationResource } from "../destination-resource.ts";

export const destinationStreams: DestinationMaker = {
  make(scope, id, { config: environment, destination, name, key, tags }) {
    const { consumers, ...config } = destinationStream(environment, destination.name);
    return new DestinationStream(new EventStream(scope, id, { name, config, key, tags }), destination, consumers);
  },
};

/** A stream that routes write to. */
class DestinationStream implements DestinationResource {
  readonly #stream: EventStream;
  readonly #destination: RouteDestination;
  readonly #consumers: DestinationConfig["consumers"];

  constructor(stream: EventStream, destination: RouteDestination, consumers: DestinationConfig["consumers"]) {
    this.#stream = stream;
    this.#destination = destination;
    this.#consumers = consumers;
  }

  get name(): string {
    return this.#stream.name;
  }

  get arn(): string {
    return this.#stream.arn;
  }

  get nameReference(): string {
    return this.#stream.nameReference;
  }

  get resource(): ITerraformDependable {
    return this.#stream.resource;
  }

  watch(alarms: MetricAlarms, config: EnvironmentConfig["alarms"]): void {
    const stream = this.#stream;
    const id = stream.node.id;
    const { owner } = this.#destination;
    watchWrites(alarms, {
      id,
      stream,
      config,
      remedy: `Its routes are late, all others are not. It belongs to ${owner}.`,
    });
    alarms.above(`${id}_unread`, (stream.config.retention * 3_600_000 * config.unreadShareOfRetention) / 100, {
      of: metrics.unreadAge(stream),
      periods: 3,
      description: `The consumer of ${stream.name} is so far behind that events expire unread soon. It belongs to ${owner}.`,
    });
    this.#watchConsumer(alarms);
  }

  graphs(undelivered: metrics.Series): readonly metrics.Graph[] {
    const { name } = this;
    return [
      { title: "Records in", series: [{ label: name, metric: metrics.incomingRecords(this.#stream) }] },
      {
        title: "Not taken",
        series: [{ label: "throttled", metric: metrics.throttledWrites(this.#stream) }, undelivered],
      },
      { title: "Unread for (ms)", series: [{ label: name, metric: metrics.unreadAge(this.#stream) }] },
    ];
  }

  #watchConsumer(alarms: MetricAlarms): void {
    const stream = this.#stream;
    const { polling, fanOut } = this.#consumers;
    const reads = [
      ...(polling ? [metrics.successfulReads(stream)] : []),
      ...fanOut.map((consumer) => metrics.pushedEvents(stream, consumer)),
    ];
    if (reads.length === 0 || this.#destination.routes.length === 0) return;
    alarms.above(`${stream.node.id}_consumer_gone`, 0, {
      of: absence([metrics.incomingRecords(stream)], reads, "records without a reader"),
      periods: 3,
      description:
        `Stream ${stream.name} gets events and its consumer does not read them; they expire after ${stream.config.retention} hours. ` +
        `It belongs to ${this.#destination.owner}. A consumer with enhanced fan-out has to be named in streams.destinationOverrides.`,
    });
  }
}

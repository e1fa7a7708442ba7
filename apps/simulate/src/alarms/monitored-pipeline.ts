import {
  Alarm,
  createRandom,
  Faults,
  Kinesis,
  MetricStore,
  Schedule,
  Trace,
  VirtualClock,
} from "@millrace/aws-simulator";
import { createCanaryHandler, userAgent } from "@millrace/canary";
import { createEventService, hashWriteKey } from "@millrace/ingest";
import { createPutRecords } from "@millrace/put-records";
import { createTelemetry, noLogger } from "@millrace/telemetry";
import { PipelineMetrics } from "@millrace/topology";
import { quietPlan } from "../inputs/quiet-pipeline.ts";
import { Confirmations } from "../observe/confirmations.ts";
import { Deliveries } from "../observe/deliveries.ts";
import { identity, type Resources } from "../resources.ts";
import { Pipeline } from "../schedule/pipeline.ts";
import type { SchedulePlan } from "../schedule/plan.ts";
import { EventSource } from "../traffic/event-source.ts";
import { type Consumer, type ConsumerOptions, startConsumer } from "./consumer.ts";

/** Traffic of prod in small: what fires depends on shares and on silence, not on the rate. */
const SEND_EVERY_MS = 10_000;
const EVENTS_PER_REQUEST = 10;
const MINUTE_MS = 60_000;
/** Of the periods that alarms look at. */
const PERIOD_MS = 300_000;
const createdMs = Date.UTC(2026, 0, 5);
const writeKey = "alarms";
const canaryKey = "canaries";
const ANSWER_MS = 5;

/**
 * The pipeline of prod's stack under a virtual clock, with steady traffic, a consumer on each destination, the metrics
 * that AWS and the functions write, and the alarms of the stack over them.
 */
export class MonitoredPipeline {
  readonly clock: VirtualClock;
  readonly kinesis: Kinesis;
  readonly faults: Faults;
  readonly pipeline: Pipeline;
  readonly consumers = new Map<string, Consumer>();
  /** Gives events that the next requests hold beside the usual ones. */
  extraEvents: (nowMs: number) => readonly string[] = () => [];
  /** Records that somebody writes to the raw stream past the event service, with each request. */
  extraRecords: () => readonly string[] = () => [];
  /** Senders post each request twice, as after an answer that was lost. */
  isRepeating = false;
  isSending = true;
  /** How long the event service takes to answer a canary. */
  answerMs = ANSWER_MS;
  /** The event service takes the write key of the canaries. */
  isCanaryKeyKnown = true;
  readonly #canaries: Schedule | undefined;
  readonly #store = new MetricStore();
  readonly #metrics: PipelineMetrics;
  readonly #alarms: readonly Alarm[];
  readonly #prefix: string;
  readonly #service: ReturnType<typeof createEventService>;
  readonly #events: EventSource;
  readonly #firing = new Set<string>();
  readonly #others: Consumer[] = [];
  readonly #over = new AbortController();
  #startMs = createdMs;
  /** Told of each alarm that begins to fire: its name without the environment, minutes since the start. */
  onAlarm: (alarm: string, atMinutes: number) => void = () => undefined;

  private constructor(
    parts: Pick<MonitoredPipeline, "clock" | "kinesis" | "faults" | "pipeline">,
    store: MetricStore,
    resources: Resources,
  ) {
    this.clock = parts.clock;
    this.kinesis = parts.kinesis;
    this.faults = parts.faults;
    this.pipeline = parts.pipeline;
    this.#store = store;
    const { clock, kinesis, pipeline } = parts;
    const { topology } = pipeline;
    this.#prefix = topology.pipelineStreams.raw.replace(/raw$/, "");
    this.#metrics = new PipelineMetrics({
      ...{ topology, kinesis, store },
      assembly: pipeline.parts,
      destinations: pipeline.modelled,
    });
    this.#alarms = topology.alarms.map((options) => new Alarm(options));
    // Sources that keep their promise, so that an alarm on invalid events has another cause.
    const examples = resources.examples.filter(({ isValid }) => isValid);
    this.#events = new EventSource({ seed: 1, hasOddEvents: false }, examples);
    const random = createRandom("alarms/ingest");
    this.#service = createEventService({
      putRecords: createPutRecords({ client: kinesis.client(), streamName: pipeline.places.raw, clock, random }),
      writeKeys: [
        { name: "alarms", sha256: hashWriteKey(writeKey), tenantId: "shop", sources: ["https://shop.example/*"] },
        { name: "canaries", sha256: hashWriteKey(canaryKey), tenantId: "millrace", sources: ["*"], canary: true },
      ],
      ...{ clock, random, newId: () => `n-${Math.floor(random() * 1e9)}` },
    });
    this.#canaries = this.#createCanaries(resources.canaries);
  }

  /** The function of the stack's schedule, with the event service of this pipeline behind its request. */
  #createCanaries(events: readonly object[]): Schedule | undefined {
    const { clock, topology } = { clock: this.clock, topology: this.pipeline.topology };
    const [schedule] = topology.schedules;
    if (schedule === undefined) return undefined;
    const { functionName, expression } = schedule;
    const invoke = createCanaryHandler({
      events,
      writeKey: () => Promise.resolve(this.isCanaryKeyKnown ? canaryKey : "another"),
      post: async (key, body) => {
        await clock.sleep(this.answerMs);
        return this.#service.handle({
          headers: {
            authorization: `Bearer ${key}`,
            "content-type": "application/cloudevents-batch+json",
            "user-agent": userAgent,
          },
          body: Buffer.from(body),
        });
      },
      clock,
      telemetry: createTelemetry({
        service: "canary",
        stage: "prod",
        functionName,
        clock,
        write: (line) => this.#store.putLine(line),
      }),
      logger: noLogger,
    });
    return new Schedule({ clock, expression, invoke });
  }

  /** Stops the sender of canary events. */
  stopCanaries(): void {
    this.#canaries?.stop();
  }

  /** @param plan what differs from a schedule in which nothing goes wrong */
  static async create(resources: Resources, plan: Partial<SchedulePlan> = {}): Promise<MonitoredPipeline> {
    const clock = new VirtualClock({ random: createRandom("alarms/clock"), startMs: createdMs });
    const faults = new Faults({ seed: "alarms", rates: {} });
    const kinesis = new Kinesis({ ...identity, clock, faults, random: createRandom("alarms/kinesis") });
    const store = new MetricStore();
    const pipeline = await Pipeline.create({
      // Enrichment reads its keys again and again.
      plan: { ...quietPlan("prod"), keyRotations: 1, ...plan },
      ...{ clock, kinesis, resources, faults, metrics: store, trace: new Trace({ clock }) },
      confirmations: new Confirmations(clock),
      deliveries: new Deliveries(),
    });
    const monitored = new MonitoredPipeline({ clock, kinesis, faults, pipeline }, store, resources);
    for (const { name } of resources.routes.destinations.filter(({ kind }) => kind === "kinesis")) {
      monitored.consumers.set(name, startConsumer(kinesis, pipeline.places.destination(name)));
    }
    return monitored;
  }

  /**
   * Starts everything, then runs what `work` waits for.
   * @param before makes what is there already when the pipeline starts
   */
  async run(work: () => Promise<void>, before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const whole = async () => {
      await before();
      this.#startMs = Math.ceil(this.clock.now() / PERIOD_MS) * PERIOD_MS;
      await this.clock.sleep(this.#startMs - this.clock.now());
      await this.pipeline.start();
      this.#canaries?.start();
      const loops = [this.repeat(SEND_EVERY_MS, () => this.#send()), this.#watch()];
      await work();
      this.#over.abort();
      // Firehose stops once it has put what it holds.
      this.pipeline.objectStore.accept();
      this.stopCanaries();
      await Promise.all(loops);
      for (const consumer of [...this.consumers.values(), ...this.#others]) consumer.stop();
      for (const { mapping } of this.pipeline.parts.mappings) await mapping.stop({ drain: false });
      for (const { delivery } of this.pipeline.parts.deliveries) await delivery.stop();
    };
    await this.clock.run(whole(), { limitMs: 30 * 24 * 3_600_000 });
  }

  /** Lets one more application read a stream, until the run is over. */
  addConsumer(streamName: string, options: ConsumerOptions): void {
    this.#others.push(startConsumer(this.kinesis, streamName, options));
  }

  async minutes(count: number): Promise<void> {
    await this.clock.sleep(count * MINUTE_MS);
  }

  async #send(): Promise<void> {
    if (!this.isSending) return;
    const now = this.clock.now();
    const usual = Array.from({ length: EVENTS_PER_REQUEST }, () => this.#events.next(now).text);
    const body = Buffer.from(`[${[...usual, ...this.extraEvents(now)].join()}]`);
    const headers = { authorization: `Bearer ${writeKey}`, "content-type": "application/json" };
    await this.#service.handle({ headers, body });
    if (this.isRepeating) await this.#service.handle({ headers, body });
    const Records = this.extraRecords().map((text) => ({ PartitionKey: "extra", Data: Buffer.from(text) }));
    if (Records.length > 0) this.kinesis.putRecords({ StreamName: this.pipeline.places.raw, Records });
  }

  async #watch(): Promise<void> {
    await this.repeat(MINUTE_MS, () => {
      const now = this.clock.now();
      // Of the minute that has just ended.
      this.#metrics.sample(now - 1);
      for (const alarm of this.#alarms) {
        const { alarmName } = alarm.options;
        if (alarm.evaluate(this.#store, now, this.#startMs) === "OK") {
          this.#firing.delete(alarmName);
        } else if (!this.#firing.has(alarmName)) {
          this.#firing.add(alarmName);
          this.onAlarm(alarmName.slice(this.#prefix.length), (now - this.#startMs) / MINUTE_MS);
        }
      }
    });
  }

  /** Acts again and again until the run is over. */
  async repeat(intervalMs: number, act: () => void | Promise<void>): Promise<void> {
    while (!this.#over.signal.aborted) {
      await act();
      await this.clock.sleep(intervalMs);
    }
  }
}

import {
  createRandom,
  DeliveryStream,
  EventSourceMapping,
  type ExecutionEnvironment,
  type Faults,
  type FunctionFaultRates,
  InProcessFunction,
  type InProcessHandler,
  type Kinesis,
  type KinesisStreamEvent,
  MemoryObjectStore,
  MemoryWarehouse,
  type Random,
  Snowpipe,
  sleep,
  type Trace,
  type VirtualClock,
} from "@millrace/aws-simulator";
import { createEnrichmentHandler } from "@millrace/enrichment";
import { createPutRecords, type PutRecords, type PutRecordsOptions } from "@millrace/put-records";
import { createRouterHandler } from "@millrace/router";
import { type CompiledStream, redrive, type RedriveResult } from "@millrace/routes";
import type { Confirmations } from "../observe/confirmations.ts";
import type { Deliveries } from "../observe/deliveries.ts";
import { Invocations } from "../observe/invocations.ts";
import { readLines } from "../read-lines.ts";
import type { Resources } from "../resources.ts";
import type { SchedulePlan } from "./plan.ts";

/** Physical names, as infra makes them. */
export const streamNames = {
  raw: "millrace-sim-raw",
  enriched: "millrace-sim-enriched",
  badRows: "millrace-sim-bad-rows",
  direct: "millrace-sim-direct",
  destination: (stream: string) => `millrace-sim-${stream}`,
} as const;

export const buckets = { lake: "lake", givenUp: "given-up" } as const;
/** In the lake; below it a folder for each application. */
export const deadLetterFolder = "dead-letters/";
export const tables = { enriched: "enriched_events", badRows: "bad_rows" } as const;

export interface PipelineDeps {
  readonly plan: SchedulePlan;
  readonly clock: VirtualClock;
  readonly kinesis: Kinesis;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly resources: Resources;
  readonly confirmations: Confirmations;
  readonly deliveries: Deliveries;
}

type Handler = (event: KinesisStreamEvent, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

/** The pipeline behind the raw stream: real handlers and the real client between simulated services. */
export class Pipeline {
  readonly enrichmentInvocations = new Invocations();
  readonly routerInvocations = new Invocations();
  readonly objectStore: MemoryObjectStore;
  readonly warehouse: MemoryWarehouse;
  /** Of each application, once there was a redrive. */
  readonly redriveResults: RedriveResult[] = [];
  readonly #deps: PipelineDeps;
  readonly #functionFaults: { -readonly [Name in keyof FunctionFaultRates]: FunctionFaultRates[Name] };
  readonly #enrichment: InProcessFunction<KinesisStreamEvent>;
  readonly #router: InProcessFunction<KinesisStreamEvent>;
  readonly #mappings: readonly EventSourceMapping[];
  readonly #deliveryStreams: readonly DeliveryStream[];
  readonly #pipes: readonly Snowpipe[];

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    const { clock, plan, trace } = deps;
    this.#functionFaults = { ...plan.functionFaults };
    this.objectStore = new MemoryObjectStore({ clock });
    this.warehouse = new MemoryWarehouse({ random: createRandom(`${plan.seed}/warehouse`), faults: plan.warehouse });
    const enrichedArn = this.#createStreams();
    this.#enrichment = this.#createFunction("enrichment", this.enrichmentInvocations, (environment) =>
      this.#enrichmentHandler(environment),
    );
    this.#router = this.#createFunction("router", this.routerInvocations, (environment) =>
      this.#routerHandler(environment),
    );
    this.#mappings = [
      this.#createMapping(this.#enrichment, this.#arnOf(streamNames.raw)),
      this.#createMapping(this.#router, enrichedArn),
    ];
    this.#deliveryStreams = [
      this.#createDeliveryStream("enriched", streamNames.enriched),
      this.#createDeliveryStream("bad-rows", streamNames.badRows),
    ];
    this.#pipes = [
      this.#createPipe("enriched", tables.enriched, trace),
      this.#createPipe("bad-rows", tables.badRows, trace),
    ];
  }

  async start(): Promise<void> {
    for (const pipe of this.#pipes) pipe.start();
    await Promise.all([...this.#mappings, ...this.#deliveryStreams].map((consumer) => consumer.start()));
  }

  /** Stops one of the mappings for a while; what it holds and what comes meanwhile waits. */
  async pauseMapping(index: number, forMs: number): Promise<void> {
    const mapping = this.#mappings[index % this.#mappings.length];
    await mapping?.stop({ drain: false });
    this.#deps.trace.record("mapping.pause", { mapping: index % this.#mappings.length, forMs });
    await sleep(this.#deps.clock, forMs);
    await mapping?.start();
  }

  /** Functions no longer crash; those under way may still be hanging. */
  endFaults(): void {
    for (const name of Object.keys(this.#functionFaults) as (keyof FunctionFaultRates)[])
      this.#functionFaults[name] = 0;
  }

  /** Resolves when everything in the raw stream has gone all the way. */
  async drain(): Promise<void> {
    for (const mapping of this.#mappings) await mapping.drain();
    for (const deliveryStream of this.#deliveryStreams) await deliveryStream.stop();
    for (const mapping of this.#mappings) await mapping.stop();
    for (const pipe of this.#pipes) {
      // Notifications that were lost are found by the refresh that operators run.
      await pipe.refresh();
      await pipe.stop();
    }
  }

  /** Puts what destinations did not take back through the routes, as an operator does once they are well. */
  async redrive(): Promise<void> {
    const { clock, plan, resources } = this.#deps;
    const client = this.#deps.kinesis.client({
      latencyMs: plan.latencyMs,
      random: createRandom(`${plan.seed}/redrive`),
    });
    const random = createRandom(`${plan.seed}/redrive/retries`);
    for (const application of new Set(resources.routes.streams.map((stream) => stream.application))) {
      const letters: Record<string, unknown>[] = [];
      for (const { key } of await this.objectStore.list(buckets.lake, `${deadLetterFolder}${application}/`)) {
        for (const line of await readLines(this.objectStore, buckets.lake, key))
          letters.push(JSON.parse(line) as Record<string, unknown>);
      }
      const result = await redrive(letters, {
        application,
        routes: resources.routes,
        destination: (stream) => this.#createWriter(stream, { client, clock, random }),
        now: () => clock.now(),
      });
      this.redriveResults.push(result);
    }
  }

  /** Name of one of the destination streams, counted round. */
  destinationStream(index: number): string {
    const { streams } = this.#deps.resources.routes;
    return streamNames.destination(streams[index % streams.length]?.stream ?? "");
  }

  /** Faults that came about outside of Kinesis. */
  faultCount(): number {
    let count = 0;
    for (const { stats } of [this.#enrichment, this.#router].map((fn) => ({ stats: fn.stats() }))) {
      for (const kind of Object.values(stats.faults)) count += kind;
    }
    for (const mapping of this.#mappings) count += mapping.stats().redeliveries;
    for (const deliveryStream of this.#deliveryStreams) count += deliveryStream.stats().putErrors;
    for (const pipe of this.#pipes) {
      const { loadErrors, filesAlreadyLoaded } = pipe.stats();
      count += loadErrors + filesAlreadyLoaded;
    }
    return count;
  }

  /** Records that Lambda gave up on; they lie in the dead-letter bucket. */
  discardedRecords(): number {
    return this.#mappings.reduce((sum, mapping) => sum + mapping.stats().discardedRecords, 0);
  }

  /** Most records any mapping holds in memory now. */
  bufferedRecords(): number {
    return Math.max(...this.#mappings.map((mapping) => mapping.stats().bufferedRecords));
  }

  #createStreams(): string {
    const { kinesis, plan, resources } = this.#deps;
    kinesis.createStream({ streamName: streamNames.raw, shardCount: plan.shards.raw });
    kinesis.createStream({ streamName: streamNames.badRows, shardCount: 1 });
    kinesis.createStream({ streamName: streamNames.direct, shardCount: plan.shards.direct });
    for (const { stream } of resources.routes.streams) {
      kinesis.createStream({ streamName: streamNames.destination(stream), shardCount: plan.shards.destinations });
    }
    return kinesis.createStream({ streamName: streamNames.enriched, shardCount: plan.shards.enriched });
  }

  #arnOf(streamName: string): string {
    return this.#deps.kinesis.describeStreamSummary({ StreamName: streamName }).StreamDescriptionSummary.StreamARN;
  }

  /** The client as one environment has it: dead with the environment, and watched. */
  #connect(environment: ExecutionEnvironment, name: string) {
    const { kinesis, plan, confirmations } = this.#deps;
    const client = kinesis.client({
      latencyMs: plan.latencyMs,
      random: createRandom(`${plan.seed}/${name}-${environment.id}/latency`),
    });
    return confirmations.watch(environment.connect(client), `${name}-${environment.id}`);
  }

  #enrichmentHandler(environment: ExecutionEnvironment): Handler {
    const { resources } = this.#deps;
    return createEnrichmentHandler({
      client: this.#connect(environment, "enrichment"),
      enrichedStreamName: streamNames.enriched,
      badRowStreamName: streamNames.badRows,
      contracts: resources.contracts,
      enrichments: resources.enrichments,
      privacyKeys: resources.privacyKeys,
      clock: environment.clock,
      random: environment.random,
    });
  }

  #routerHandler(environment: ExecutionEnvironment): Handler {
    const { resources, deliveries } = this.#deps;
    const { clock, random } = environment;
    const client = this.#connect(environment, "router");
    const objects = environment.connect({
      send: (key: string, bytes: Uint8Array) => this.#putDeadLetters(key, bytes, random),
    });
    return createRouterHandler({
      routes: () => resources.routes,
      destination: (stream) => this.#createWriter(stream, { client, clock, random }),
      badRows: deliveries.watch(
        createPutRecords({ client, streamName: streamNames.badRows, clock, random }),
        streamNames.badRows,
      ),
      deadLetters: { put: (key, bytes) => objects.send(key, bytes) },
      clock,
      random,
      logger: silentLogger,
    });
  }

  /** S3 as the router meets it: now and then it answers with an error, before it has stored the object or after. */
  async #putDeadLetters(key: string, bytes: Uint8Array, random: Random): Promise<void> {
    const { failureRate } = this.#deps.plan.delivery;
    if (random() < failureRate) throw new Error("503 SlowDown");
    await this.objectStore.put(buckets.lake, `${deadLetterFolder}${key}`, bytes);
    if (random() < failureRate) throw new Error("500 InternalError");
  }

  #createWriter(
    { stream, ordering }: CompiledStream,
    { client, clock, random }: Pick<PutRecordsOptions, "client" | "clock" | "random">,
  ): PutRecords {
    const streamName = streamNames.destination(stream);
    return this.#deps.deliveries.watch(createPutRecords({ client, streamName, ordering, clock, random }), streamName);
  }

  #createFunction(
    functionName: string,
    invocations: Invocations,
    createHandler: (environment: ExecutionEnvironment) => Handler,
  ): InProcessFunction<KinesisStreamEvent> {
    const { clock, plan, trace } = this.#deps;
    return new InProcessFunction<KinesisStreamEvent>({
      functionName,
      clock,
      random: createRandom(`${plan.seed}/${functionName}`),
      timeoutMs: plan.functionTimeoutMs,
      initDurationMs: { min: 50, max: 500 },
      invokeDelayMs: { min: 1, max: 20 },
      faults: this.#functionFaults,
      maxClockSkewMs: plan.maxClockSkewMs,
      trace,
      createHandler: (environment): InProcessHandler<KinesisStreamEvent> => {
        const handler = createHandler(environment);
        return (event, context) => {
          invocations.record(event, environment.id);
          return handler(event, context);
        };
      },
    });
  }

  #createMapping(target: InProcessFunction<KinesisStreamEvent>, streamArn: string): EventSourceMapping {
    const { clock, kinesis, plan, trace } = this.#deps;
    return new EventSourceMapping({
      kinesis,
      clock,
      streamArn,
      trace,
      random: createRandom(`${plan.seed}/mapping-${target.functionName}`),
      functionArn: target.functionArn,
      invoke: (event, options) => target.invoke(event, options),
      batchSize: plan.mapping.batchSize,
      maximumBatchingWindowInSeconds: plan.mapping.batchingWindowSeconds,
      parallelizationFactor: plan.mapping.parallelizationFactor,
      maximumRetryAttempts: plan.mapping.maximumRetryAttempts,
      maximumRecordAgeInSeconds: 3600,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      onFailure: { objectStore: this.objectStore, bucket: buckets.givenUp },
      faults: { redeliveryRate: plan.redeliveryRate },
    });
  }

  #createDeliveryStream(name: string, streamName: string): DeliveryStream {
    const { clock, kinesis, plan, trace } = this.#deps;
    return new DeliveryStream({
      name,
      kinesis,
      clock,
      trace,
      sourceStreamArn: this.#arnOf(streamName),
      objectStore: this.objectStore,
      bucket: buckets.lake,
      prefix: `${name}/`,
      errorOutputPrefix: "errors/!{firehose:error-output-type}/",
      bufferingIntervalSeconds: 5,
      bufferingSizeMb: 1,
      compressionFormat: plan.delivery.isCompressed ? "GZIP" : "UNCOMPRESSED",
      startingPosition: "TRIM_HORIZON",
      random: createRandom(`${plan.seed}/firehose-${name}`),
      faults: { repeatRate: plan.delivery.repeatRate, failureRate: plan.delivery.failureRate },
    });
  }

  #createPipe(name: string, table: string, trace: Trace): Snowpipe {
    const { clock, plan } = this.#deps;
    return new Snowpipe({
      name,
      objectStore: this.objectStore,
      bucket: buckets.lake,
      prefix: `${name}/`,
      warehouse: this.warehouse,
      table,
      columns: [
        { name: "record", source: "$1" },
        { name: "file", source: "METADATA$FILENAME" },
        { name: "line", source: "METADATA$FILE_ROW_NUMBER" },
      ],
      clock,
      trace,
      random: createRandom(`${plan.seed}/pipe-${name}`),
      faults: plan.pipe,
    });
  }
}

const silent = () => undefined;
const silentLogger = { debug: silent, info: silent, warn: silent, error: silent };

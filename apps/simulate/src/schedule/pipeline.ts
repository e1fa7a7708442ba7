import {
  createRandom,
  type ExecutionEnvironment,
  type Faults,
  type InProcessHandler,
  type Kinesis,
  type KinesisStreamEvent,
  MemoryWarehouse,
  type MetricStore,
  type Random,
  type ServiceCall,
  ServiceFaults,
  sleep,
  type Trace,
  type VirtualClock,
} from "@millrace/aws-simulator";
import { createEnrichmentHandler, createPrivacyKeySource, type PrivacyKeySource } from "@millrace/enrichment";
import { type CompiledContracts, parseJson } from "@millrace/event-contracts";
import type { PrivacyKey } from "@millrace/privacy-keys";
import { type Clock, createPutRecords, type PutRecordsOptions } from "@millrace/put-records";
import { createRouterHandler, RELOAD_TIMEOUT_MS, RouteSource } from "@millrace/router";
import { type Connections, openDestination, targetOf } from "@millrace/destinations";
import { redrive, type RedriveResult } from "@millrace/route-tools";
import type { CompiledDestination } from "@millrace/routes";
import type { Compression } from "@millrace/packed-records";
import type { RouteSet } from "@millrace/routes/runtime";
import type { OutputWriter } from "@millrace/stream-handler";
import { createTelemetry, noTelemetry, type Telemetry } from "@millrace/telemetry";
import {
  assemble,
  type Assembly,
  ModelledDestinations,
  createStreams,
  type FunctionSettings,
  putDuration,
  startConsumers,
  type Topology,
} from "@millrace/topology";
import type { Confirmations } from "../observe/confirmations.ts";
import type { Deliveries } from "../observe/deliveries.ts";
import { EntryDeliveries } from "../observe/entry-deliveries.ts";
import { Invocations } from "../observe/invocations.ts";
import { KeysInUse, type PublishedKeys } from "../observe/keys-in-use.ts";
import { Routings } from "../observe/routings.ts";
import { readLines } from "../read-lines.ts";
import { identity, type PublishedRoutes, type Resources } from "../resources.ts";
import type { SchedulePlan } from "./plan.ts";
import { BreakableFunction, BreakableObjectStore } from "./breakable.ts";
import { Places } from "./places.ts";

export interface PipelineDeps {
  readonly plan: SchedulePlan;
  readonly clock: VirtualClock;
  readonly kinesis: Kinesis;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly resources: Resources;
  readonly confirmations: Confirmations;
  readonly deliveries: Deliveries;
  /** Takes the metrics of functions and invocations, where somebody looks at them. */
  readonly metrics?: MetricStore;
}

/** Interval in which the router looks for newer routes. No environment sets one yet, because none reloads. */
const ROUTES_CHECK_MS = 3_000;
const routesKey = "routes/routes.json";
/** How often enrichment reads its keys again; less often than it has batches. */
const KEYS_MAX_AGE_MS = 3_000;

/** The world as the writers of one process have it. */
interface WriterParts extends Pick<PutRecordsOptions, "client"> {
  readonly clock: Clock;
  readonly random: Random;
  /** The call as that process has it. */
  readonly connect: (call: ServiceCall) => ServiceCall;
}

type Handler = (event: KinesisStreamEvent, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;
type RunningParts = Assembly<BreakableFunction>;

/** The pipeline of a stack behind its raw stream: real handlers and the real client between simulated services. */
export class Pipeline {
  readonly topology: Topology;
  readonly places: Places;
  readonly enrichmentInvocations = new Invocations();
  readonly routerInvocations = new Invocations();
  readonly routings = new Routings();
  /** Newer routes, with the time at which they were published. */
  readonly publications: { readonly atMs: number; readonly routes: RouteSet }[] = [];
  readonly keysInUse = new KeysInUse();
  /** The privacy keys and, after each rotation, the newer ones. */
  readonly publishedKeys: PublishedKeys[];
  readonly objectStore: BreakableObjectStore;
  /** Of queues and buses. */
  readonly entryDeliveries = new EntryDeliveries();
  readonly warehouse: MemoryWarehouse;
  /** Of each application, once there was a redrive. */
  readonly redriveResults: RedriveResult[] = [];
  readonly #deps: PipelineDeps;
  readonly #serviceFaults: ServiceFaults;
  /** The destinations that are no streams. */
  readonly modelled: ModelledDestinations;
  #assembled: RunningParts | undefined;
  #isRefusingUndelivered = false;
  #areKeysBroken = false;
  /** Events of this source are set aside where no contract describes them. */
  setAsideSource: string | undefined;
  #isContractThere: boolean;

  private constructor(deps: PipelineDeps) {
    this.#deps = deps;
    const { clock, plan, resources } = deps;
    this.topology = writeEnriched(
      limitRetries(resources.topologies[plan.environment], plan.mostRetries),
      plan.compression,
    );
    this.places = new Places(this.topology);
    this.publishedKeys = [{ atMs: Number.NEGATIVE_INFINITY, keys: resources.privacyKeys }];
    this.#isContractThere = plan.lateType === undefined;
    this.#serviceFaults = new ServiceFaults({ seed: `${plan.seed}/services`, rates: plan.serviceFaults });
    const services = { clock, faults: this.#serviceFaults, random: createRandom(`${plan.seed}/services/ids`) };
    this.modelled = new ModelledDestinations(() => services);
    this.objectStore = new BreakableObjectStore({ clock });
    this.warehouse = new MemoryWarehouse({
      random: createRandom(`${plan.seed}/warehouse`),
      faults: plan.warehouse,
      parseLine: parseJson,
    });
  }

  static async create(deps: PipelineDeps): Promise<Pipeline> {
    const pipeline = new Pipeline(deps);
    await pipeline.#assemble();
    return pipeline;
  }

  async #assemble(): Promise<void> {
    const { clock, kinesis, plan, trace } = this.#deps;
    createStreams(this.topology, kinesis);
    this.modelled.create(this.topology.destinations);
    const randomOf = (name: string) => createRandom(`${plan.seed}/${name}`);
    this.#assembled = await assemble<BreakableFunction>(this.topology, {
      kinesis,
      objectStore: this.objectStore,
      warehouse: this.warehouse,
      createFunction: (settings) => this.#createFunction(settings),
      ofMapping: ({ functionName }) => ({
        clock,
        trace,
        random: randomOf(`mapping-${functionName}`),
        faults: { redeliveryRate: plan.redeliveryRate },
      }),
      ofDelivery: ({ name }) => ({ clock, trace, random: randomOf(`firehose-${name}`), faults: plan.delivery }),
      ofPipe: ({ name }) => ({ clock, trace, random: randomOf(`pipe-${name}`), faults: plan.pipe }),
      onInvoked: (functionName, durationMs) => {
        const { metrics } = this.#deps;
        if (metrics !== undefined) putDuration(metrics, functionName, durationMs, clock.now());
      },
    });
  }

  start(): Promise<void> {
    return startConsumers(this.parts);
  }

  /** Stops one of the mappings for a while; what it holds and what comes meanwhile waits. */
  async pauseMapping(index: number, forMs: number): Promise<void> {
    const { mappings } = this.parts;
    const paused = mappings[index % mappings.length];
    await paused?.mapping.stop({ drain: false });
    this.#deps.trace.record("mapping.pause", { mapping: index % mappings.length, forMs });
    await sleep(this.#deps.clock, forMs);
    await paused?.mapping.start();
  }

  /** S3 takes no undelivered events for a while: what a destination does not take stays with its record. */
  refuseUndelivered(isRefusing: boolean): void {
    this.#isRefusingUndelivered = isRefusing;
    this.#deps.trace.record("s3.refuse", { isRefusing });
  }

  /** Stores newer routes where the router looks for them. */
  async publishRoutes({ text, routes }: PublishedRoutes): Promise<void> {
    const { clock, trace } = this.#deps;
    await this.objectStore.put(this.places.undelivered.bucket, routesKey, Buffer.from(text));
    this.publications.push({ atMs: clock.now(), routes });
    trace.record("routes.publish", { version: routes.version });
  }

  /** Puts a new active key in front of the one before, as an operator rotates them. */
  rotateKeys(): void {
    const { clock, trace } = this.#deps;
    const number = this.publishedKeys.length;
    const before = this.publishedKeys.at(-1)?.keys ?? [];
    const newest: PrivacyKey = { id: `rotated-${number}`, key: Buffer.alloc(32, 100 + number) };
    this.publishedKeys.push({ atMs: clock.now(), keys: [newest, ...before.slice(0, 1)] });
    trace.record("keys.rotate", { active: newest.id });
  }

  /** Deploys the contract that came late, in new environments: those that run go on with what they have. */
  deployContract(): void {
    const { plan, trace } = this.#deps;
    this.#isContractThere = true;
    for (const { faults } of this.parts.functions.values()) faults.recycle = 1;
    trace.record("contract.deploy", { type: plan.lateType ?? "" });
  }

  /** True if every environment that begins its work now has all contracts. */
  get haveContractsArrived(): boolean {
    return this.#isContractThere;
  }

  #contracts(): CompiledContracts {
    const { lateType } = this.#deps.plan;
    const { contracts } = this.#deps.resources;
    const all: CompiledContracts = {
      ...contracts,
      setsAside: (event) => event.source === this.setAsideSource || contracts.setsAside(event),
    };
    return this.#isContractThere || lateType === undefined ? all : withoutType(all, lateType);
  }

  /** Destinations as the process of an operator reaches them. */
  connectOperator({
    client,
    random,
    guard,
  }: {
    readonly client: PutRecordsOptions["client"];
    readonly random: Random;
    readonly guard: (call: ServiceCall) => ServiceCall;
  }): Connections {
    const { clock, plan } = this.#deps;
    return {
      kinesis: () => client,
      call: (kind) => guard(this.modelled.service(kind).client({ latencyMs: plan.latencyMs, random })),
      clock,
      random,
    };
  }

  /** From now on the secret with the keys is no longer one. */
  breakKeys(): void {
    this.#areKeysBroken = true;
  }

  /** Every key that was in force at some time. */
  get privacyKeys(): readonly PrivacyKey[] {
    return [...new Set(this.publishedKeys.flatMap(({ keys }) => keys))];
  }

  /** Functions no longer crash and services no longer fail; what is under way may still be hanging. */
  endFaults(): void {
    this.#serviceFaults.stop();
    for (const { faults } of this.parts.functions.values()) {
      for (const name of Object.keys(faults) as (keyof typeof faults)[]) faults[name] = 0;
    }
  }

  /** Resolves when everything in the raw stream has gone all the way. */
  async drain(): Promise<void> {
    const { deliveries, mappings, pipes } = this.parts;
    await this.settle();
    for (const { delivery } of deliveries) await delivery.stop();
    for (const { mapping } of mappings) await mapping.stop();
    for (const pipe of pipes.values()) {
      // Notifications that were lost are found by the refresh that operators run.
      await pipe.refresh();
      await pipe.stop();
    }
  }

  /** Waits until the functions have taken everything there is. */
  async settle(): Promise<void> {
    const { mappings } = this.parts;
    // Twice: the last outputs of enrichment must still meet the router.
    for (const { mapping } of mappings) await mapping.drain();
    for (const { mapping } of mappings) await mapping.drain();
  }

  /** Puts what destinations did not take back through the routes, as an operator does once they are well. */
  async redrive(): Promise<void> {
    const { clock, plan, resources } = this.#deps;
    const client = this.#deps.kinesis.client({
      latencyMs: plan.latencyMs,
      random: createRandom(`${plan.seed}/redrive`),
    });
    const random = createRandom(`${plan.seed}/redrive/retries`);
    const { bucket, folder } = this.places.undelivered;
    for (const application of new Set(resources.routes.destinations.map((destination) => destination.application))) {
      const rows: Record<string, unknown>[] = [];
      for (const { key } of await this.objectStore.list(bucket, `${folder}${application}/`)) {
        for (const line of await readLines(this.objectStore, bucket, key))
          rows.push(JSON.parse(line) as Record<string, unknown>);
      }
      const result = await redrive(rows, {
        application,
        routes: this.publications.at(-1)?.routes ?? resources.routes,
        destination: (destination) =>
          this.#createWriter(destination, { client, clock, random, connect: (call) => call }),
        now: () => clock.now(),
      });
      this.redriveResults.push(result);
    }
  }

  /** Lets one of the destinations, counted round, take nothing while there are faults. */
  breakDestination(index: number): void {
    const { destinations } = this.#deps.resources.routes;
    this.refuseDestination(destinations[index % destinations.length]?.name ?? "");
  }

  /** Lets a destination take nothing while there are faults. @param name as routes have it */
  refuseDestination(name: string): void {
    const { kind } = this.#deps.resources.routes.destinations.find((destination) => destination.name === name) ?? {};
    if (kind === "kinesis") this.#deps.faults.breakStream(this.places.destination(name));
    else this.#serviceFaults.breakDestination(this.places.destination(name));
  }

  /** Events that lie in a destination that is no stream, each as the router wrote it. */
  linesIn({ kind, name }: Pick<CompiledDestination, "kind" | "name">): string[] {
    const service = this.modelled.service(kind);
    return service.messagesAfter(this.places.destination(name), 0).map(({ text }) => service.eventIn(text));
  }

  /** Faults that came about outside of Kinesis. */
  faultCount(): number {
    const { deliveries, functions, mappings, pipes } = this.parts;
    let count = this.#serviceFaults.total;
    for (const running of functions.values()) {
      for (const kind of Object.values(running.stats().faults)) count += kind;
    }
    for (const { mapping } of mappings) count += mapping.stats().redeliveries;
    for (const { delivery } of deliveries) count += delivery.stats().putErrors;
    for (const pipe of pipes.values()) {
      const { loadErrors, filesAlreadyLoaded } = pipe.stats();
      count += loadErrors + filesAlreadyLoaded;
    }
    return count;
  }

  /** The parts that run. */
  get parts(): RunningParts {
    if (this.#assembled === undefined) throw new Error("The pipeline is not assembled yet.");
    return this.#assembled;
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

  #enrichmentHandler(
    { environment: variables, name: functionName }: FunctionSettings,
    environment: ExecutionEnvironment,
  ): Handler {
    const { plan, resources } = this.#deps;
    let batch: KinesisStreamEvent | undefined;
    const telemetry = this.#telemetry("enrichment", functionName);
    const enrich = createEnrichmentHandler({
      telemetry,
      client: this.#connect(environment, "enrichment"),
      enrichedStreamName: variables["ENRICHED_STREAM_NAME"] ?? "",
      badRowStreamName: variables["BAD_ROW_STREAM_NAME"] ?? "",
      lanes: plan.lanes,
      compression: plan.compression,
      contracts: this.#contracts(),
      enrichments: resources.enrichments,
      privacyKeys: this.#keySource(environment, () => batch, telemetry),
      clock: environment.clock,
      random: environment.random,
    });
    return (event, context) => {
      batch = event;
      return enrich(event, context);
    };
  }

  /** The secret with the keys, read as a function reads it; without rotations there is nothing to read. */
  #keySource(
    environment: ExecutionEnvironment,
    batch: () => KinesisStreamEvent | undefined,
    telemetry: Telemetry,
  ): readonly PrivacyKey[] | PrivacyKeySource {
    const { clock, plan, resources } = this.#deps;
    if (plan.keyRotations === 0) return resources.privacyKeys;
    const secret = environment.connect({ send: async () => this.#currentKeys() });
    const source = createPrivacyKeySource({
      secretId: "privacy-keys",
      read: () => secret.send(),
      maxAgeMs: KEYS_MAX_AGE_MS,
      clock: environment.clock,
      random: environment.random,
      telemetry,
      logger: silentLogger,
    });
    const watched = { batch, now: () => clock.now(), maxAgeMs: KEYS_MAX_AGE_MS, published: this.publishedKeys };
    return this.keysInUse.watch(source, watched);
  }

  #currentKeys(): { readonly text: string; readonly versionId: string } {
    if (this.#areKeysBroken) return { text: "not JSON", versionId: "broken" };
    const keys = this.publishedKeys.at(-1)?.keys ?? [];
    const entries = keys.map(({ id, key }) => ({ id, key: Buffer.from(key).toString("base64") }));
    return { text: JSON.stringify(entries), versionId: String(this.publishedKeys.length) };
  }

  #routerHandler(
    { environment: variables, name: functionName }: FunctionSettings,
    environment: ExecutionEnvironment,
  ): Handler {
    const { resources, deliveries } = this.#deps;
    const { clock, random } = environment;
    const client = this.#connect(environment, "router");
    const objects = environment.connect({
      send: (key: string, bytes: Uint8Array) => this.#putUndelivered(key, bytes, random),
    });
    const streamName = variables["BAD_ROW_STREAM_NAME"] ?? "";
    const connect = (call: ServiceCall): ServiceCall => environment.connect({ send: call }).send;
    const published = environment.connect({ send: (etag: string | undefined) => this.#fetchRoutes(etag) });
    const source = new RouteSource({
      bundled: resources.routes,
      fetchRoutes: (etag) => published.send(etag),
      checkEveryMs: ROUTES_CHECK_MS,
      timeoutMs: RELOAD_TIMEOUT_MS,
      clock,
      logger: silentLogger,
    });
    const route = createRouterHandler({
      telemetry: this.#telemetry("router", functionName),
      routes: () => this.routings.watch(source.current(), environment.id),
      destination: (destination) => this.#createWriter(destination, { client, clock, random, connect }),
      badRows: deliveries.watch(createPutRecords({ client, streamName, clock, random }), streamName),
      undelivered: { put: (key, bytes) => objects.send(key, bytes) },
      clock,
      random,
      logger: silentLogger,
    });
    return async (event, context) => {
      const beganMs = this.#deps.clock.now();
      await source.refresh();
      this.#checkFreshness(source.current().version, beganMs);
      const answer = await route(event, context);
      this.routings.confirm(event, environment.id, answer);
      return answer;
    };
  }

  /** Returns the telemetry of one environment. Its stage is the environment's name, as in its stack. */
  #telemetry(service: string, functionName: string): Telemetry {
    const { clock, metrics, plan } = this.#deps;
    if (metrics === undefined) return noTelemetry;
    return createTelemetry({
      service,
      stage: plan.environment,
      functionName,
      clock,
      write: (line) => metrics.putLine(line),
    });
  }

  async #fetchRoutes(etag: string | undefined): Promise<{ etag: string; text: string } | undefined> {
    if (this.publications.length === 0) return undefined;
    const { object, bytes } = await this.objectStore.get(this.places.undelivered.bucket, routesKey);
    return object.etag === etag ? undefined : { etag: object.etag, text: Buffer.from(bytes).toString("utf8") };
  }

  /** Routes may be as old as the newest that were there a check ago. */
  #checkFreshness(version: string, beganMs: number): void {
    const isOld = ({ atMs }: { atMs: number }) => atMs <= beganMs - ROUTES_CHECK_MS;
    const oldest = Math.max(0, this.publications.findLastIndex(isOld));
    const hasNone = !this.publications.some(isOld);
    const allowed = [
      ...(hasNone ? [this.#deps.resources.routes] : []),
      ...this.publications.slice(oldest).map(({ routes }) => routes),
    ];
    if (allowed.some((routes) => routes.version === version)) return;
    this.routings.stale.push(
      `routes ${version} were in force ${ROUTES_CHECK_MS} ms after newer ones had been published`,
    );
  }

  /** S3 as the router meets it: now and then it answers with an error, before it has stored the object or after. */
  async #putUndelivered(key: string, bytes: Uint8Array, random: Random): Promise<void> {
    const { failureRate } = this.#deps.plan.delivery;
    const { bucket, folder } = this.places.undelivered;
    if (this.#isRefusingUndelivered || random() < failureRate) throw new Error("503 SlowDown");
    await this.objectStore.put(bucket, `${folder}${key}`, bytes);
    if (random() < failureRate) throw new Error("500 InternalError");
  }

  #createWriter(destination: CompiledDestination, { client, clock, random, connect }: WriterParts): OutputWriter {
    const { deliveries, plan } = this.#deps;
    const physicalName = this.places.destination(destination.name);
    if (destination.kind === "kinesis") {
      const { ordering } = destination;
      const writer = createPutRecords({ client, streamName: physicalName, ordering, clock, random });
      return deliveries.watch(writer, physicalName);
    }
    const place = { stage: plan.environment, ...identity, prefix: this.places.destination("") };
    const writer = openDestination(targetOf(destination, place), {
      kinesis: () => client,
      call: (kind) => connect(this.modelled.service(kind).client({ latencyMs: plan.latencyMs, random })),
      clock,
      random,
    });
    return this.entryDeliveries.watch(writer, destination.name);
  }

  #createFunction(settings: FunctionSettings): BreakableFunction {
    const { clock, plan, trace } = this.#deps;
    const isRouter = settings.name === this.places.routerName;
    const invocations = isRouter ? this.routerInvocations : this.enrichmentInvocations;
    return new BreakableFunction({
      functionName: settings.name,
      clock,
      random: createRandom(`${plan.seed}/${settings.name}`),
      timeoutMs: settings.timeoutMs,
      memoryMb: settings.memoryMb,
      initDurationMs: { min: 50, max: 500 },
      invokeDelayMs: { min: 1, max: 20 },
      faults: plan.functionFaults,
      refusals: createRandom(`${plan.seed}/${settings.name}/refusals`),
      maxClockSkewMs: plan.maxClockSkewMs,
      trace,
      createHandler: (environment): InProcessHandler<KinesisStreamEvent> => {
        const handler = isRouter
          ? this.#routerHandler(settings, environment)
          : this.#enrichmentHandler(settings, environment);
        return (event, context) => {
          invocations.record(event, environment.id);
          return handler(event, context);
        };
      },
    });
  }
}

/** The contracts before those of a type were merged. */
function withoutType(contracts: CompiledContracts, type: string): CompiledContracts {
  const isThere = (id: string) => contracts.typeOf(id) !== type;
  return {
    ...contracts,
    schemaIds: () => contracts.schemaIds().filter(isThere),
    newestSchemaOf: (name) => (name === type ? undefined : contracts.newestSchemaOf(name)),
    schemaIdOf: (name) => {
      const id = contracts.schemaIdOf(name);
      return id !== undefined && isThere(id) ? id : undefined;
    },
  };
}

/** The stack with at most so many retries, so that Lambda gives records up now and then. */
/** The delivery of enriched events compresses what enrichment does not. */
function writeEnriched(topology: Topology, compression: Compression): Topology {
  const { arn } = topology.streams.find(({ name }) => name === topology.pipelineStreams.enriched) ?? {};
  const compressionFormat = compression === "gzip" ? ("UNCOMPRESSED" as const) : ("GZIP" as const);
  const deliveries = topology.deliveryStreams.map((delivery) =>
    delivery.sourceStreamArn === arn ? { ...delivery, compressionFormat } : delivery,
  );
  return { ...topology, deliveryStreams: deliveries };
}

function limitRetries(topology: Topology, most: number): Topology {
  const mappings = topology.mappings.map((mapping) => ({
    ...mapping,
    maximumRetryAttempts: Math.min(mapping.maximumRetryAttempts, most),
  }));
  return { ...topology, mappings };
}

const silent = () => undefined;
const silentLogger = { debug: silent, info: silent, warn: silent, error: silent };

import { createWriteStream, mkdirSync, readFileSync, rmSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import {
  DeliveryStream,
  EventSourceMapping,
  FolderObjectStore,
  Kinesis,
  type KinesisServer,
  type ObjectStoreServer,
  ProcessFunction,
  Snowpipe,
  startKinesisServer,
  startObjectStoreServer,
} from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { RuntimeError } from "../errors.ts";
import type { HopStatus } from "../status/status-lines.ts";
import type { DeliveryStreamSettings, FunctionSettings, MappingSettings, Topology } from "../stack/topology.ts";
import { accountEnvironment, localIdentity } from "./account.ts";
import { type Drainable, waitUntilQuiet } from "./drain.ts";
import type { StateFolders } from "./folders.ts";
import { type ServiceProcess, startService } from "./service-process.ts";

export interface PipelineOptions {
  /** Where its state lies; made anew. */
  readonly folders: StateFolders;
  /** Port of the event service; undefined: as in its Deployment. */
  readonly port: number | undefined;
  /** Something went wrong that the pipeline survives; it goes to the log file as well. */
  readonly onWarning: (message: string) => void;
}

interface RunningMapping {
  readonly settings: MappingSettings;
  readonly streamName: string;
  readonly mapping: EventSourceMapping;
}

interface RunningDelivery {
  readonly settings: DeliveryStreamSettings;
  readonly streamName: string;
  readonly delivery: DeliveryStream;
}

/**
 * The pipeline of one synthesized stack, running on this machine: every part the stack names, wired as the stack wires it.
 */
export class Pipeline {
  readonly topology: Topology;
  readonly folders: StateFolders;
  readonly kinesis: Kinesis;
  readonly objectStore: FolderObjectStore;
  readonly warehouse: DuckDbWarehouse;
  readonly service: ServiceProcess;
  readonly #server: KinesisServer;
  readonly #objectServer: ObjectStoreServer;
  readonly #functions: ReadonlyMap<string, ProcessFunction>;
  readonly #mappings: readonly RunningMapping[];
  readonly #deliveries: readonly RunningDelivery[];
  readonly #pipes: ReadonlyMap<string, Snowpipe>;
  readonly #logs: readonly WriteStream[];

  private constructor(parts: {
    topology: Topology;
    folders: StateFolders;
    kinesis: Kinesis;
    objectStore: FolderObjectStore;
    warehouse: DuckDbWarehouse;
    service: ServiceProcess;
    server: KinesisServer;
    objectServer: ObjectStoreServer;
    functions: ReadonlyMap<string, ProcessFunction>;
    mappings: readonly RunningMapping[];
    deliveries: readonly RunningDelivery[];
    pipes: ReadonlyMap<string, Snowpipe>;
    logs: readonly WriteStream[];
  }) {
    this.topology = parts.topology;
    this.folders = parts.folders;
    this.kinesis = parts.kinesis;
    this.objectStore = parts.objectStore;
    this.warehouse = parts.warehouse;
    this.service = parts.service;
    this.#server = parts.server;
    this.#objectServer = parts.objectServer;
    this.#functions = parts.functions;
    this.#mappings = parts.mappings;
    this.#deliveries = parts.deliveries;
    this.#pipes = parts.pipes;
    this.#logs = parts.logs;
  }

  /** @throws RuntimeError or StackError when a part cannot start; what had started is killed with this process. */
  static async start(topology: Topology, options: PipelineOptions): Promise<Pipeline> {
    const { folders } = options;
    rmSync(folders.root, { recursive: true, force: true });
    for (const folder of [folders.logs, folders.objects]) mkdirSync(folder, { recursive: true });
    const log = createWriteStream(join(folders.logs, "pipeline.log"));
    const logs = [log];
    const warn = (part: string) => (error: unknown) => {
      const message = `${part}: ${error instanceof Error ? error.message : String(error)}`;
      log.write(`${new Date().toISOString()} ${message}\n`);
      options.onWarning(message);
    };

    const kinesis = new Kinesis({ region: localIdentity.region, accountId: localIdentity.accountId });
    for (const { name, mode, shardCount, retentionHours, maxRecordBytes } of topology.streams) {
      kinesis.createStream({
        streamName: name,
        mode,
        retentionHours,
        ...(shardCount === undefined ? {} : { shardCount }),
        ...(maxRecordBytes === undefined ? {} : { maxRecordBytes }),
      });
    }
    const server = await startKinesisServer(kinesis, { onError: warn("kinesis") });
    const objectStore = new FolderObjectStore({ folder: folders.objects });
    const objectServer = await startObjectStoreServer(objectStore, { onError: warn("s3") });
    for (const { bucket, key, path } of topology.objects) await objectStore.put(bucket, key, readFileSync(path));
    const account = accountEnvironment({ kinesis: server.url, s3: objectServer.url });
    const warehouse = await openWarehouse(topology, folders.warehouse);

    const functions = new Map<string, ProcessFunction>();
    for (const settings of topology.functions) {
      const functionLog = createWriteStream(join(folders.logs, `${settings.name}.log`));
      logs.push(functionLog);
      functions.set(
        settings.name,
        await startFunction(settings, account, functionLog, functionConcurrency(settings, topology)),
      );
    }

    const pipes = new Map(
      topology.pipes.map((pipe) => {
        const snowpipe = new Snowpipe({
          name: pipe.name,
          objectStore,
          bucket: pipe.bucket,
          prefix: pipe.prefix,
          warehouse,
          copyStatement: pipe.copyStatement,
          onLoadError: (error, file) => warn(`pipe ${pipe.name}, ${file}`)(error),
        });
        // A pipe that no bucket tells of its new objects never loads anything, here as on AWS.
        if (pipe.notifiedPrefixes.some((prefix) => pipe.prefix.startsWith(prefix))) snowpipe.start();
        return [pipe.name, snowpipe] as const;
      }),
    );
    const deliveries = topology.deliveryStreams.map((settings) => ({
      settings,
      streamName: streamNameOf(topology, settings.sourceStreamArn),
      delivery: new DeliveryStream({
        ...settings,
        kinesis,
        objectStore,
        startingPosition: "TRIM_HORIZON",
        onError: warn(settings.name),
      }),
    }));
    const mappings = topology.mappings.map((settings) => ({
      settings,
      streamName: streamNameOf(topology, settings.streamArn),
      mapping: createMapping(settings, kinesis, objectStore, functions, warn),
    }));
    for (const { delivery } of deliveries) await delivery.start();
    for (const { mapping } of mappings) await mapping.start();

    const service = await startService({
      service: topology.service,
      port: options.port ?? topology.service.containerPort,
      accountEnvironment: account,
      logPath: join(folders.logs, `${topology.service.name}.log`),
    });
    return new Pipeline({
      topology,
      folders,
      kinesis,
      objectStore,
      warehouse,
      service,
      server,
      objectServer,
      functions,
      mappings,
      deliveries,
      pipes,
      logs,
    });
  }

  /** Process ids of a function's running instances. */
  functionPids(name: string): readonly number[] {
    return this.#functions.get(name)?.pids() ?? [];
  }

  /** Where Kinesis answers, for any AWS SDK. */
  get kinesisUrl(): string {
    return this.#server.url;
  }

  /** Where S3 answers. */
  get s3Url(): string {
    return this.#objectServer.url;
  }

  get functionNames(): readonly string[] {
    return [...this.#functions.keys()];
  }

  hops(): readonly HopStatus[] {
    const raw = this.kinesis.stats(this.topology.pipelineStreams.raw);
    return [
      {
        name: this.topology.service.name,
        in: raw.recordsIn,
        out: raw.recordsIn,
        ageMs: undefined,
        note: raw.throttledRecords === 0 ? "" : `${raw.throttledRecords} records throttled`,
      },
      ...this.#mappings.map(({ settings, mapping, streamName }) => {
        const stats = mapping.stats();
        const notes = [
          stats.retries > 0 ? `${stats.retries} retries` : "",
          stats.functionErrors > 0 ? `${stats.functionErrors} errors` : "",
          stats.discardedRecords > 0 ? `${stats.discardedRecords} records given up` : "",
        ];
        return {
          name: settings.functionName,
          in: this.kinesis.stats(streamName).recordsIn,
          out: stats.recordsProcessed,
          ageMs: stats.oldestRecordAgeMs,
          note: notes.filter((note) => note !== "").join(", "),
        };
      }),
      ...this.#deliveries.map(({ settings, delivery }) => {
        const stats = delivery.stats();
        return {
          name: settings.name,
          in: stats.recordsIn,
          out: stats.recordsDelivered,
          ageMs: stats.dataFreshnessMs,
          note: `${stats.objects} objects`,
        };
      }),
      ...[...this.#pipes].map(([name, pipe]) => {
        const stats = pipe.stats();
        return {
          name,
          in: stats.notifications,
          out: stats.rowsLoaded,
          ageMs: stats.latencyMs,
          note: `${stats.filesLoaded} files`,
        };
      }),
      ...this.#destinationStreams().map((name) => {
        const { recordsIn } = this.kinesis.stats(name);
        return { name, in: recordsIn, out: recordsIn, ageMs: undefined, note: "" };
      }),
    ];
  }

  #destinationStreams(): readonly string[] {
    const own: readonly string[] = Object.values(this.topology.pipelineStreams);
    return this.kinesis.streamNames().filter((name) => !own.includes(name));
  }

  /** Waits until nothing is on its way any more. False: nothing has moved for `patienceMs` and something is still there. */
  settle(patienceMs: number): Promise<boolean> {
    return waitUntilQuiet([...this.#consumers(), ...this.#deliveryParts(), ...this.#pipeParts()], patienceMs);
  }

  /** Stops taking events, lets everything accepted reach the warehouse, then ends every part. */
  async stop(patienceMs: number): Promise<void> {
    await this.service.stop();
    await waitUntilQuiet(this.#consumers(), patienceMs);
    await Promise.all(this.#mappings.map(({ mapping }) => mapping.stop()));
    await Promise.all(this.#deliveries.map(({ delivery }) => delivery.stop()));
    await Promise.all([...this.#pipes.values()].map((pipe) => pipe.stop()));
    await Promise.all([...this.#functions.values()].map((runtime) => runtime.stop()));
    await this.#server.close();
    await this.#objectServer.close();
    await this.warehouse.close();
    for (const log of this.#logs) log.end();
  }

  #consumers(): readonly Drainable[] {
    return this.#mappings.map(({ mapping, streamName }) => ({
      isQuiet: () => {
        const { recordsProcessed, discardedRecords, inFlightInvocations } = mapping.stats();
        return (
          inFlightInvocations === 0 && recordsProcessed + discardedRecords >= this.kinesis.stats(streamName).recordsIn
        );
      },
      progress: () => mapping.stats().recordsProcessed + mapping.stats().discardedRecords,
    }));
  }

  #deliveryParts(): readonly Drainable[] {
    return this.#deliveries.map(({ delivery, streamName }) => ({
      isQuiet: () => delivery.stats().recordsDelivered >= this.kinesis.stats(streamName).recordsIn,
      progress: () => delivery.stats().recordsIn + delivery.stats().recordsDelivered,
    }));
  }

  #pipeParts(): readonly Drainable[] {
    return [...this.#pipes.values()].map((pipe) => ({
      isQuiet: () => pipe.stats().pending === 0,
      progress: () => pipe.stats().rowsLoaded,
    }));
  }
}

function streamNameOf(topology: Topology, arn: string): string {
  const stream = topology.streams.find((candidate) => candidate.arn === arn);
  if (stream === undefined) throw new RuntimeError(`A consumer reads ${arn}, which the stack does not define.`);
  return stream.name;
}

async function openWarehouse({ tables, views }: Topology, path: string): Promise<DuckDbWarehouse> {
  const warehouse = await DuckDbWarehouse.open({ path, threads: 1 });
  for (const table of tables) await warehouse.createTable(table);
  await createViews(warehouse, views);
  return warehouse;
}

/** Views may read other views, in whatever order the stack lists them: what fails is tried again after the others. */
async function createViews(warehouse: DuckDbWarehouse, views: Topology["views"]): Promise<void> {
  let waiting = [...views];
  while (waiting.length > 0) {
    const failed: { readonly view: (typeof waiting)[number]; readonly error: unknown }[] = [];
    for (const view of waiting) {
      await warehouse.createView(view).catch((error: unknown) => failed.push({ view, error }));
    }
    const [first] = failed;
    if (first !== undefined && failed.length === waiting.length) {
      throw new RuntimeError(`The warehouse refuses view ${first.view.name}: ${(first.error as Error).message}`, {
        cause: first.error,
      });
    }
    waiting = failed.map(({ view }) => view);
  }
}

/** One instance for every lane that can invoke the function at the same time. */
function functionConcurrency({ name }: FunctionSettings, { mappings, streams }: Topology): number {
  return mappings
    .filter(({ functionName }) => functionName === name)
    .reduce((sum, { streamArn, parallelizationFactor }) => {
      const shards = streams.find(({ arn }) => arn === streamArn)?.shardCount ?? 4;
      return sum + shards * parallelizationFactor;
    }, 0);
}

async function startFunction(
  settings: FunctionSettings,
  account: Readonly<Record<string, string>>,
  log: WriteStream,
  concurrency: number,
): Promise<ProcessFunction> {
  const runtime = new ProcessFunction({
    functionName: settings.name,
    code: { zipFile: settings.zipPath },
    handler: settings.handler,
    memoryMb: settings.memoryMb,
    timeoutMs: settings.timeoutMs,
    environment: settings.environment,
    extraEnvironment: account,
    region: localIdentity.region,
    accountId: localIdentity.accountId,
    concurrency: Math.max(1, concurrency),
    onLog: ({ line }) => log.write(`${line}\n`),
  });
  await runtime.prepare();
  return runtime;
}

function createMapping(
  settings: MappingSettings,
  kinesis: Kinesis,
  objectStore: FolderObjectStore,
  functions: ReadonlyMap<string, ProcessFunction>,
  warn: (part: string) => (error: unknown) => void,
): EventSourceMapping {
  const { functionName, onFailureBucket, ...rest } = settings;
  const target = functions.get(functionName);
  if (target === undefined) {
    throw new RuntimeError(`A mapping invokes ${functionName}, which the stack does not define.`);
  }
  return new EventSourceMapping({
    ...rest,
    kinesis,
    functionArn: target.functionArn,
    ...(onFailureBucket === undefined ? {} : { onFailure: { objectStore, bucket: onFailureBucket } }),
    invoke: (event, options) =>
      target.invoke(event, options).catch((error: unknown) => {
        warn(functionName)(error);
        throw error;
      }),
    onError: warn(functionName),
  });
}

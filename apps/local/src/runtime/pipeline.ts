import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import {
  createRandom,
  FolderObjectStore,
  type Kinesis,
  type KinesisServer,
  MetricStore,
  type ObjectStoreServer,
  ProcessFunction,
  readEmbeddedMetrics,
  SecretsManager,
  type SecretsManagerServer,
  startKinesisServer,
  startObjectStoreServer,
  startSecretsManagerServer,
} from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import type { AlarmFigures, ChangeKind, FigureHistory, HopFigures, ObjectivesFigures } from "@millrace/pipeline-source";
import {
  assemble,
  type Assembly,
  compareTopologies,
  concurrencyOf,
  createWarehouseObjects,
  type FunctionSettings,
  isNotified,
  type LocalTopology,
  putDuration,
  startConsumers,
} from "@millrace/topology";
import { RuntimeError } from "../errors.ts";
import { applyChanges } from "../live/apply-changes.ts";
import { LiveFunction } from "../live/live-function.ts";
import { readExpectedRoutes } from "../report/expected-routes.ts";
import { AlarmWatch } from "../status/alarm-watch.ts";
import { FigureRecorder } from "../status/figure-history.ts";
import { MetricTotals } from "../status/metric-totals.ts";
import { describeHops, type HopSources, measureHops } from "../status/pipeline-hops.ts";
import type { HopStatus } from "../status/status-lines.ts";
import { accountEnvironment, localIdentity } from "./account.ts";
import { createIdFinder } from "../explain/create-id-finder.ts";
import { DestinationServices } from "./destination-services.ts";
import { type Drainable, waitUntilQuiet } from "./drain.ts";
import { emptyStateFolder, routesFolder, type StateFolders } from "./folders.ts";
import { deliverFormerForms } from "./former-forms.ts";
import { invokeWithRoom } from "./hold-invocations.ts";
import { type KeptStreams, openKeptStreams, type ResumedStreams } from "./kept-streams.ts";
import { LogFile } from "./log-file.ts";
import { PatientObjectStore } from "./patient-object-store.ts";
import { ServiceProcess } from "./service-process.ts";

/** DuckDB's own default, four fifths of the machine's memory, would fill up with what was loaded. */
export const warehouseMemory = "256MB";
/** A warm process with fuller batches takes less of the machine than two that share them. */
const FUNCTION_PATIENCE_MS = 100;

export interface PipelineOptions {
  /** Where its state lies. */
  readonly folders: StateFolders;
  /** Delete what earlier runs left there. */
  readonly isFresh: boolean;
  /** Port of the event service. */
  readonly port: number;
  /** Milliseconds between two reads of a shard by a mapping. */
  readonly pollIntervalMs: number;
  /** Bytes of records above which the oldest go that every consumer is done with. */
  readonly maxStreamBytes: number;
  /** Dynamic tables of the warehouse are kept load by load; otherwise they are computed when they are read. */
  readonly isMaterializing: boolean;
  /** Functions on a schedule are invoked: they send canary events. */
  readonly hasSchedules: boolean;
  /** Called for a fault that the pipeline survives. The log file gets it too. */
  readonly onWarning: (message: string) => void;
  /** A part ended and starts again, or something was taken over; rare, and always worth telling. */
  readonly onNotice: (message: string, kind?: ChangeKind) => void;
}

/** The parts that run another definition now, and those that only a restart would change, a phrase each. */
export interface TakenOver {
  readonly done: readonly string[];
  readonly needRestart: readonly string[];
}

/**
 * The pipeline of one synthesized stack, running on this machine: every part the stack names, wired as the stack wires
 * it.
 */
export class Pipeline {
  readonly folders: StateFolders;
  readonly kinesis: Kinesis;
  readonly objectStore: FolderObjectStore;
  readonly warehouse: DuckDbWarehouse;
  readonly service: ServiceProcess;
  /** The destinations of the stack that are no streams. */
  readonly services: DestinationServices;
  #topology: LocalTopology;
  /** The stack as it was read: ages of what runs may be prolonged. */
  #definition: LocalTopology;
  readonly #secrets: SecretsManager;
  readonly #createVersion: (settings: FunctionSettings, concurrency: number) => Promise<ProcessFunction>;
  readonly #server: KinesisServer;
  readonly #objectServer: ObjectStoreServer;
  readonly #secretsServer: SecretsManagerServer;
  readonly #parts: Assembly<LiveFunction>;
  readonly #streams: KeptStreams;
  readonly #logs: readonly LogFile[];
  readonly #metrics: MetricTotals;
  readonly #alarms: AlarmWatch;
  readonly #recorder: FigureRecorder;
  /** Destinations that the route documents name. */
  #destinations: readonly string[];
  /** Definitions are taken over one after the other. */
  #lastTakeOver: Promise<unknown> = Promise.resolve();

  private constructor(parts: {
    topology: LocalTopology;
    definition: LocalTopology;
    folders: StateFolders;
    streams: KeptStreams;
    objectStore: FolderObjectStore;
    warehouse: DuckDbWarehouse;
    service: ServiceProcess;
    server: KinesisServer;
    objectServer: ObjectStoreServer;
    secretsServer: SecretsManagerServer;
    services: DestinationServices;
    assembly: Assembly<LiveFunction>;
    logs: readonly LogFile[];
    secrets: SecretsManager;
    createVersion: (settings: FunctionSettings, concurrency: number) => Promise<ProcessFunction>;
    metrics: MetricTotals;
    alarms: AlarmWatch;
  }) {
    this.#topology = parts.topology;
    this.#definition = parts.definition;
    this.#secrets = parts.secrets;
    this.#createVersion = parts.createVersion;
    this.folders = parts.folders;
    this.kinesis = parts.streams.kinesis;
    this.#streams = parts.streams;
    this.objectStore = parts.objectStore;
    this.warehouse = parts.warehouse;
    this.service = parts.service;
    this.#server = parts.server;
    this.#objectServer = parts.objectServer;
    this.#secretsServer = parts.secretsServer;
    this.services = parts.services;
    this.#parts = parts.assembly;
    this.#logs = parts.logs;
    this.#metrics = parts.metrics;
    this.#alarms = parts.alarms;
    this.#destinations = readDestinations();
    this.#recorder = new FigureRecorder(() => this.figures());
  }

  /**
   * @throws RuntimeError or StackError when a part cannot start; what had started is killed with this
   * process.
   */
  static async start(stack: LocalTopology, options: PipelineOptions): Promise<Pipeline> {
    const { folders } = options;
    if (options.isFresh) emptyStateFolder(folders);
    for (const folder of [folders.logs, folders.objects]) mkdirSync(folder, { recursive: true });
    const log = new LogFile(join(folders.logs, "pipeline.log"));
    const logs = [log];
    const note = (message: string): void => log.write(`${new Date().toISOString()} ${message}\n`);
    const warn = (part: string) => (error: unknown) => {
      const message = `${part}: ${error instanceof Error ? error.message : String(error)}`;
      note(message);
      options.onWarning(message);
    };
    const notice = (message: string, kind?: ChangeKind): void => {
      note(message);
      options.onNotice(message, kind);
    };

    const streams = openKeptStreams(stack, {
      folder: folders.streams,
      maxBytes: options.maxStreamBytes,
      onWarning: notice,
    });
    const { topology, kinesis, store } = streams;
    const server = await startKinesisServer(kinesis, { onError: warn("kinesis") });
    const objectStore = new FolderObjectStore({ folder: folders.objects });
    const objectServer = await startObjectStoreServer(objectStore, { onError: warn("s3") });
    for (const { bucket, key, path } of topology.objects) await objectStore.put(bucket, key, readStackFile(path));
    const secrets = new SecretsManager({ region: localIdentity.region, accountId: localIdentity.accountId });
    for (const secret of topology.secrets) secrets.createSecret(secret);
    const secretsServer = await startSecretsManagerServer(secrets, { onError: warn("secrets manager") });
    const services = await DestinationServices.start(topology.destinations, warn);
    const account = accountEnvironment({
      kinesis: server.url,
      s3: objectServer.url,
      secrets: secretsServer.url,
      destinationEndpoints: services.endpoints,
    });
    const warehouse = await openWarehouse(topology, folders.warehouse, options.isMaterializing);

    const metrics = new MetricTotals();
    const metricStore = new MetricStore();
    const openLog = (name: string): ((line: string) => void) => {
      const functionLog = new LogFile(join(folders.logs, `${name}.log`));
      logs.push(functionLog);
      return (line) => functionLog.write(`${line}\n`);
    };
    const writers = new Map<string, (line: string) => void>();
    // Functions are made before the service that they send to.
    const later: { service?: ServiceProcess } = {};
    const urlHere = (): string => `${later.service?.url ?? ""}${new URL(topology.eventEndpoint).pathname}`;
    const createVersion = (given: FunctionSettings, concurrency: number): Promise<ProcessFunction> => {
      const environment = exchangeVariable(given.environment, topology.eventEndpoint, urlHere);
      const settings = { ...given, environment };
      const write = writers.get(settings.name) ?? openLog(settings.name);
      writers.set(settings.name, write);
      // A process more than there are cores only costs memory, and its own warm-up; lanes wait for a warm one instead.
      return startFunction(settings, account, Math.min(concurrency, availableParallelism()), (line) => {
        write(line);
        const document = readEmbeddedMetrics(line);
        if (document === undefined) return;
        metrics.add(document);
        metricStore.putDocument(document);
      });
    };
    const assembly = await assemble(topology, {
      onScheduleError: (functionName, error) => warn(functionName)(error),
      onInvoked: (functionName, durationMs) => putDuration(metricStore, functionName, durationMs, Date.now()),
      kinesis,
      objectStore: new PatientObjectStore(objectStore, warn("s3")),
      warehouse,
      createFunction: async (settings, concurrency) => new LiveFunction(await createVersion(settings, concurrency)),
      ofMapping: ({ functionName, streamArn }, target) => ({
        random: createRandom(randomUUID()),
        checkpoints: streams.checkpointsOf(streamArn, `lambda/${functionName}`),
        pollIntervalMs: options.pollIntervalMs,
        isBatchOpenUntilRun: true,
        onError: warn(functionName),
        invoke: (event, invocation) =>
          invokeWithRoom(store, () => target.invoke(event, invocation)).catch((error: unknown) => {
            warn(functionName)(error);
            throw error;
          }),
      }),
      ofDelivery: ({ name, sourceStreamArn }) => ({
        // A name that an earlier run gave must not come again.
        random: createRandom(randomUUID()),
        checkpoints: streams.checkpointsOf(sourceStreamArn, `firehose/${name}`),
        onError: warn(name),
      }),
      ofPipe: ({ name }) => ({ onLoadError: (error, file) => warn(`pipe ${name}, ${file}`)(error) }),
    });
    // Notifications of files that were stored just before the last run ended went with it.
    for (const settings of topology.pipes.filter(isNotified)) await assembly.pipes.get(settings.name)?.refresh();
    const alarms = new AlarmWatch(
      { topology, assembly, kinesis, destinations: services, onChange: (told) => notice(told, "alarm") },
      metricStore,
    );
    await deliverFormerForms(assembly.deliveries, folders.forms, notice);
    await startConsumers(assembly);

    const service = await ServiceProcess.start({
      service: topology.service,
      port: options.port,
      onNotice: notice,
      accountEnvironment: account,
      logPath: join(folders.logs, `${topology.service.name}.log`),
    });
    later.service = service;
    if (options.hasSchedules) for (const schedule of assembly.schedules) schedule.start();
    return new Pipeline({
      topology,
      definition: stack,
      folders,
      streams,
      objectStore,
      warehouse,
      service,
      server,
      objectServer,
      secretsServer,
      services,
      assembly,
      secrets,
      createVersion,
      logs,
      metrics,
      alarms,
    });
  }

  /** Data left in the streams by an earlier run; undefined when this run began without any. */
  get resumed(): ResumedStreams | undefined {
    return this.#streams.resumed;
  }

  /** Arrival of the youngest record that the streams no longer hold; 0 when they hold all since this start. */
  get forgottenMs(): number {
    return this.#streams.store.stats().youngestDeletedMs ?? 0;
  }

  /** The definition that runs: the one it was started with, or the one taken over last. */
  get topology(): LocalTopology {
    return this.#topology;
  }

  /**
   * Applies another definition while everything runs. Parts that cannot be changed that way are named and stay as they
   * are.
   * @throws RuntimeError or StackError when the new definition does not work; see {@link applyChanges}
   */
  takeOver(after: LocalTopology): Promise<TakenOver> {
    const taken = this.#lastTakeOver.then(() => this.#takeOver(after));
    this.#lastTakeOver = taken.catch(() => undefined);
    return taken;
  }

  async #takeOver(after: LocalTopology): Promise<TakenOver> {
    const changes = compareTopologies(this.#definition, after);
    const done = await applyChanges(
      {
        kinesis: this.kinesis,
        services: this.services,
        objectStore: this.objectStore,
        secrets: this.#secrets,
        warehouse: this.warehouse,
        functions: this.#parts.functions,
        mappings: this.#parts.mappings.map(({ mapping, streamName, settings }) => ({
          mapping,
          streamName,
          functionName: settings.functionName,
        })),
        createVersion: (settings) => this.#createVersion(settings, concurrencyOf(settings, after)),
        readFile: readStackFile,
        replaceService: ({ service }) => this.service.replace(service),
      },
      after,
      { ...changes, isServiceChanged: changes.isServiceChanged || this.service.isOutdated() },
    );
    this.#topology = after;
    this.#definition = after;
    this.#destinations = readDestinations();
    this.#alarms.follow(after);
    return { done, needRestart: changes.needRestart };
  }

  /** The event service and the functions, with the ids of their processes. */
  processes(): readonly { readonly name: string; readonly pids: readonly number[] }[] {
    const functions = [...this.#parts.functions].map(([name, runtime]) => ({ name, pids: runtime.pids() }));
    return [{ name: this.topology.service.name, pids: [this.service.pid] }, ...functions];
  }

  /** Where Kinesis answers, for any AWS SDK. */
  get kinesisUrl(): string {
    return this.#server.url;
  }

  /** Where S3 answers. */
  get s3Url(): string {
    return this.#objectServer.url;
  }

  /** Address of Secrets Manager. Putting another value there rotates a key of the running pipeline. */
  get secretsUrl(): string {
    return this.#secretsServer.url;
  }

  /** Every hop, as its line in the status shows it. */
  hops(): readonly HopStatus[] {
    return describeHops(this.#hopSources());
  }

  /** Every hop, with all its figures. */
  figures(): readonly HopFigures[] {
    return measureHops(this.#hopSources());
  }

  /** The figures of the last hour. */
  history(): FigureHistory {
    return this.#recorder.history();
  }

  #hopSources(): HopSources {
    return {
      topology: this.topology,
      kinesis: this.kinesis,
      services: this.services,
      parts: this.#parts,
      metrics: this.#metrics,
      serviceRestarts: this.service.restarts,
      destinations: this.#destinations,
    };
  }

  /** The alarms of the stack. */
  alarms(): readonly AlarmFigures[] {
    return this.#alarms.statuses();
  }

  /** The promises of the stack; undefined where it states none. */
  objectives(): ObjectivesFigures | undefined {
    return this.#alarms.objectives();
  }

  /** Waits until no event is on its way. False: nothing has moved for `patienceMs` and something is still there. */
  settle(patienceMs: number): Promise<boolean> {
    return waitUntilQuiet([...this.#consumers(), ...this.#deliveryParts(), ...this.#pipeParts()], patienceMs);
  }

  /**
   * Stops taking events, lets everything accepted reach the warehouse, then ends every part. False: nothing moved for
   * `patienceMs`, and the parts were ended with work left.
   */
  async stop(patienceMs: number): Promise<boolean> {
    this.#alarms.stop();
    this.#recorder.stop();
    for (const schedule of this.#parts.schedules) schedule.stop();
    await this.service.stop();
    const isConsumed = await waitUntilQuiet(this.#consumers(), patienceMs);
    const flushing = this.#flush(isConsumed);
    const isStored = await waitUntilQuiet([...this.#deliveryParts(), ...this.#pipeParts()], patienceMs);
    // A part that stands still would be waited for without end.
    if (isStored) await flushing;
    await Promise.all([...this.#parts.functions.values()].map((runtime) => runtime.stop()));
    await this.#server.close();
    await this.#objectServer.close();
    await this.#secretsServer.close();
    await this.services.close();
    await this.#streams.store.close();
    await this.warehouse.close();
    for (const log of this.#logs) log.end();
    return isConsumed && isStored;
  }

  async #flush(drain: boolean): Promise<void> {
    await Promise.all(this.#parts.mappings.map(({ mapping }) => mapping.stop({ drain })));
    await Promise.all(this.#parts.deliveries.map(({ delivery }) => delivery.stop()));
    await Promise.all([...this.#parts.pipes.values()].map((pipe) => pipe.stop()));
  }

  #consumers(): readonly Drainable[] {
    return this.#parts.mappings.map(({ mapping, streamName }) => ({
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
    return this.#parts.deliveries.map(({ delivery, streamName }) => ({
      isQuiet: () => delivery.stats().recordsDelivered >= this.kinesis.stats(streamName).recordsIn,
      progress: () => delivery.stats().recordsIn + delivery.stats().recordsDelivered,
    }));
  }

  #pipeParts(): readonly Drainable[] {
    return [...this.#parts.pipes.values()].map((pipe) => ({
      isQuiet: () => pipe.stats().pending === 0,
      progress: () => pipe.stats().rowsLoaded,
    }));
  }
}

function readDestinations(): readonly string[] {
  return [...new Set(readExpectedRoutes(routesFolder).map(({ destination }) => destination))];
}

/** @throws RuntimeError when a file that the stack puts into a bucket is not there */
function readStackFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new RuntimeError(`The stack puts ${path} into a bucket, and it cannot be read. Run "pnpm synth" again.`, {
      cause,
    });
  }
}

async function openWarehouse(
  topology: LocalTopology,
  path: string,
  isMaterializing: boolean,
): Promise<DuckDbWarehouse> {
  const options = {
    ...{ path, threads: 1, memoryLimit: warehouseMemory },
    dynamicTables: isMaterializing ? ("tables" as const) : ("views" as const),
  };
  const warehouse = await DuckDbWarehouse.open(options).catch((cause: unknown) => {
    throw new RuntimeError(
      `${path} cannot be opened: ${(cause as Error).message}. If it is damaged, move it away: the next start makes ` +
        "another one, and loads the files of the lake again.",
      { cause },
    );
  });
  await createWarehouseObjects(topology, warehouse);
  await createIdFinder(topology, warehouse);
  return warehouse;
}

/** The variables, each of which is read when it is asked for; one with this value has another one here. */
function exchangeVariable(
  variables: FunctionSettings["environment"],
  value: string,
  here: () => string,
): FunctionSettings["environment"] {
  const exchanged = {};
  for (const name of Object.keys(variables)) {
    const get = (): string | undefined => (variables[name] === value ? here() : variables[name]);
    Object.defineProperty(exchanged, name, { enumerable: true, get });
  }
  return exchanged;
}

async function startFunction(
  settings: FunctionSettings,
  account: Readonly<Record<string, string>>,
  concurrency: number,
  onLine: (line: string) => void,
): Promise<ProcessFunction> {
  const runtime = new ProcessFunction({
    functionName: settings.name,
    code: settings.code,
    handler: settings.handler,
    memoryMb: settings.memoryMb,
    timeoutMs: settings.timeoutMs,
    environment: settings.environment,
    extraEnvironment: account,
    region: localIdentity.region,
    accountId: localIdentity.accountId,
    concurrency,
    patienceMs: FUNCTION_PATIENCE_MS,
    onLog: ({ line }) => onLine(line),
  });
  await runtime.prepare().catch((cause: unknown) => {
    throw new RuntimeError(
      `Function ${settings.name}: its bundle ${Object.values(settings.code).join()} cannot be unpacked (${(cause as Error).message}). Run "pnpm synth" to build it anew; a stack that lies elsewhere needs its bundles where it names them.`,
      { cause },
    );
  });
  return runtime;
}

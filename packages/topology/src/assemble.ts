import {
  DeliveryStream,
  type DeliveryStreamOptions,
  EventSourceMapping,
  type EventSourceMappingOptions,
  type FunctionRuntime,
  type Kinesis,
  type ObjectStore,
  Schedule,
  Snowpipe,
  type SnowpipeOptions,
  TooManyRequestsError,
  type Warehouse,
} from "@millrace/aws-simulator";
import { StackError } from "./errors.ts";
import type {
  DeliveryStreamSettings,
  FunctionSettings,
  MappingSettings,
  PipeSettings,
  ScheduleSettings,
  Topology,
} from "./stack/topology.ts";

/** A function that runs, with the name it has in ARNs. */
export type AssembledFunction = FunctionRuntime & { readonly functionArn: string };

/** Services that a pipeline runs on, and the additions of its host to each part (clock, faults, trace, log). */
export interface AssemblyRuntime<Running extends AssembledFunction> {
  readonly kinesis: Kinesis;
  readonly objectStore: ObjectStore;
  readonly warehouse: Warehouse;
  /** @param concurrency invocations that the mappings of the function can make at a time */
  readonly createFunction: (settings: FunctionSettings, concurrency: number) => Running | Promise<Running>;
  readonly ofMapping: (settings: MappingSettings, target: Running) => Partial<EventSourceMappingOptions>;
  readonly ofDelivery: (settings: DeliveryStreamSettings) => Partial<DeliveryStreamOptions>;
  readonly ofPipe: (settings: PipeSettings) => Partial<SnowpipeOptions>;
  /** An invocation by a schedule failed. */
  readonly onScheduleError?: (functionName: string, error: unknown) => void;
  /** Told of each invocation that a mapping made, with its duration in milliseconds, once it is over. */
  readonly onInvoked?: (functionName: string, durationMs: number) => void;
}

export interface AssembledMapping {
  readonly settings: MappingSettings;
  readonly streamName: string;
  readonly mapping: EventSourceMapping;
}

export interface AssembledDelivery {
  readonly settings: DeliveryStreamSettings;
  readonly streamName: string;
  readonly delivery: DeliveryStream;
}

/** The parts of a pipeline behind its streams, wired as the stack wires them. */
export interface Assembly<Running extends AssembledFunction> {
  readonly functions: ReadonlyMap<string, Running>;
  readonly mappings: readonly AssembledMapping[];
  readonly deliveries: readonly AssembledDelivery[];
  readonly pipes: ReadonlyMap<string, Snowpipe>;
  /** They stand still until their host starts them: what they invoke may need more than the pipeline. */
  readonly schedules: readonly Schedule[];
}

/** Makes the streams of a stack. */
export function createStreams({ streams }: Topology, kinesis: Kinesis): void {
  for (const { name, mode, shardCount, retentionHours, maxRecordBytes } of streams) {
    kinesis.createStream({
      streamName: name,
      mode,
      retentionHours,
      ...(shardCount === undefined ? {} : { shardCount }),
      ...(maxRecordBytes === undefined ? {} : { maxRecordBytes }),
    });
  }
}

/**
 * Assembles what reads the streams of a stack: the one place where the laptop and the fault schedules get their
 * pipeline from. Pipes listen at once; {@link startConsumers} starts the rest. The streams have to be there.
 *
 * @throws StackError when a part names another one that the stack does not have
 */
export async function assemble<Running extends AssembledFunction>(
  topology: Topology,
  runtime: AssemblyRuntime<Running>,
): Promise<Assembly<Running>> {
  const { kinesis, objectStore, warehouse } = runtime;
  const functions = new Map<string, Running>();
  for (const settings of topology.functions) {
    functions.set(settings.name, await runtime.createFunction(settings, concurrencyOf(settings, topology)));
  }
  const pipes = new Map<string, Snowpipe>();
  for (const settings of topology.pipes) {
    const { name, bucket, prefix, copyStatement } = settings;
    const extra = runtime.ofPipe(settings);
    const pipe = new Snowpipe({ ...extra, name, objectStore, bucket, prefix, warehouse, copyStatement });
    if (isNotified(settings)) pipe.start();
    pipes.set(name, pipe);
  }
  const deliveries = topology.deliveryStreams.map((settings) => ({
    settings,
    streamName: streamNameOf(topology, settings.sourceStreamArn),
    delivery: new DeliveryStream({
      ...runtime.ofDelivery(settings),
      ...settings,
      kinesis,
      objectStore,
      startingPosition: "TRIM_HORIZON",
    }),
  }));
  const mappings = topology.mappings.map((settings) => ({
    settings,
    streamName: streamNameOf(topology, settings.streamArn),
    mapping: createMapping(settings, functions, runtime),
  }));
  const schedules = topology.schedules.map((settings) => createSchedule(settings, functions, runtime));
  return { functions, mappings, deliveries, pipes, schedules };
}

function createSchedule<Running extends AssembledFunction>(
  { expression, functionName }: ScheduleSettings,
  functions: ReadonlyMap<string, Running>,
  { kinesis, onScheduleError }: AssemblyRuntime<Running>,
): Schedule {
  const target = functions.get(functionName);
  if (target === undefined) {
    throw new StackError(`A schedule invokes ${functionName}, which the stack does not define.`);
  }
  return new Schedule({
    expression,
    clock: kinesis.clock,
    invoke: () => target.invoke({}),
    onError: (error) => onScheduleError?.(functionName, error),
  });
}

/** A pipe that no bucket tells of its new objects never loads anything, here as on AWS. */
export function isNotified({ prefix, notifiedPrefixes }: PipeSettings): boolean {
  return notifiedPrefixes.some((notified) => prefix.startsWith(notified));
}

/** Starts what reads the streams: delivery streams first, so that nothing passes before they look. */
export async function startConsumers({ deliveries, mappings }: Assembly<AssembledFunction>): Promise<void> {
  for (const { delivery } of deliveries) await delivery.start();
  for (const { mapping } of mappings) await mapping.start();
}

function createMapping<Running extends AssembledFunction>(
  settings: MappingSettings,
  functions: ReadonlyMap<string, Running>,
  { kinesis, objectStore, ofMapping, onInvoked }: AssemblyRuntime<Running>,
): EventSourceMapping {
  const { functionName, onFailureBucket, ...rest } = settings;
  const target = functions.get(functionName);
  if (target === undefined) {
    throw new StackError(`A mapping invokes ${functionName}, which the stack does not define.`);
  }
  const extra = ofMapping(settings, target);
  const invoke = extra.invoke ?? ((event, options) => target.invoke(event, options));
  return new EventSourceMapping({
    ...extra,
    ...rest,
    invoke: async (event, options) => {
      const beganMs = kinesis.clock.now();
      const isOver = (): void => onInvoked?.(functionName, kinesis.clock.now() - beganMs);
      try {
        const answer = await invoke(event, options);
        isOver();
        return answer;
      } catch (error) {
        // One that was refused did not run.
        if (!(error instanceof TooManyRequestsError)) isOver();
        throw error;
      }
    },
    kinesis,
    functionArn: target.functionArn,
    ...(onFailureBucket === undefined ? {} : { onFailure: { objectStore, bucket: onFailureBucket } }),
  });
}

function streamNameOf({ streams }: Topology, arn: string): string {
  const stream = streams.find((candidate) => candidate.arn === arn);
  if (stream === undefined) throw new StackError(`A consumer reads ${arn}, which the stack does not define.`);
  return stream.name;
}

/** Shards an on-demand stream begins with. */
const ON_DEMAND_SHARDS = 4;

/** One instance for every lane that can invoke the function at the same time. */
export function concurrencyOf({ name }: FunctionSettings, { mappings, streams }: Topology): number {
  const lanes = mappings
    .filter(({ functionName }) => functionName === name)
    .reduce((sum, { streamArn, parallelizationFactor }) => {
      const shards = streams.find(({ arn }) => arn === streamArn)?.shardCount ?? ON_DEMAND_SHARDS;
      return sum + shards * parallelizationFactor;
    }, 0);
  return Math.max(1, lanes);
}

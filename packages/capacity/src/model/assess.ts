import { ACCOUNT_CONCURRENCY, SHARD_READ_BYTES_PER_SECOND, SHARD_WRITE } from "../limits.ts";
import type { Plant, PlantStream } from "../stack/plant.ts";
import { PLANNED_LOAD, SERVICE_MICROSECONDS_PER_EVENT } from "./costs-of-work.ts";
import { settingsFor, workOf } from "./functions.ts";
import type { Mix } from "./mix.ts";
import { shardsRead, shardsWritten, standingShards } from "./shards.ts";
import { shardsBefore, trafficOf } from "./traffic.ts";

/** A part of the pipeline at a rate. */
export interface PartLoad {
  readonly kind: "service" | "stream" | "function" | "delivery" | "warehouse";
  readonly name: string;
  /** Its load, in words. */
  readonly load: string;
  /** Its limit, in words. */
  readonly limit: string;
  /** Of the limit that is nearest; absent where the service states none. */
  readonly utilization: number | undefined;
  /** Events a second, accepted by the pipeline, at which the part is full. */
  readonly breaksAt: number | undefined;
  /** Size that carries the rate at the planned load. */
  readonly needs: string;
}

export interface Assessment {
  readonly eventsPerSecond: number;
  readonly parts: readonly PartLoad[];
  /** The part that is full first. */
  readonly first: { readonly name: string; readonly kind: PartLoad["kind"]; readonly eventsPerSecond: number };
}

/** Loads, limits and needs of every part at a rate. */
export function assess(plant: Plant, mix: Mix, eventsPerSecond: number): Assessment {
  const parts = [
    serviceLoad(plant, eventsPerSecond),
    ...plant.streams.map((stream) => streamLoad(stream, mix, eventsPerSecond)),
    ...functionLoads(plant, mix, eventsPerSecond),
    ...deliveryLoads(plant, mix, eventsPerSecond),
    warehouseLoad(plant, mix, eventsPerSecond),
  ];
  const limited = parts.flatMap(({ name, kind, breaksAt }) =>
    breaksAt === undefined ? [] : [{ name, kind, eventsPerSecond: breaksAt }],
  );
  const first = limited.reduce((least, part) => (part.eventsPerSecond < least.eventsPerSecond ? part : least));
  return { eventsPerSecond, parts, first };
}

/** Returns the same deployment with the sizes for a rate. `fit` also makes it smaller. */
export function resize(plant: Plant, mix: Mix, eventsPerSecond: number, mode: "grow" | "fit"): Plant {
  const atLeast = (needed: number, present: number): number => (mode === "grow" ? Math.max(needed, present) : needed);
  const streams = plant.streams.map((stream) => ({
    ...stream,
    shards:
      stream.shards === undefined ? undefined : atLeast(shardsNeeded(stream, mix, eventsPerSecond), stream.shards),
  }));
  const service = {
    ...plant.service,
    minReplicas: atLeast(replicasNeeded(plant, eventsPerSecond), plant.service.minReplicas),
  };
  const resized = { ...plant, streams, service };
  return {
    ...resized,
    functions: plant.functions.map((settings) => {
      const needed = settingsFor(settings, shardsBefore(settings, resized), mix, eventsPerSecond, PLANNED_LOAD);
      return needed === undefined ? settings : { ...settings, ...enlarge(settings, needed, mode) };
    }),
  };
}

function enlarge<T extends Readonly<Record<string, number>>>(
  present: { readonly [Key in keyof T]: number },
  needed: T,
  mode: "grow" | "fit",
): T | Record<string, number> {
  if (mode === "fit") return needed;
  return Object.fromEntries(Object.entries(needed).map(([key, value]) => [key, Math.max(value, present[key] ?? 0)]));
}

/** Shards that carry a rate at the planned load, writes and reads. */
export function shardsNeeded(stream: PlantStream, mix: Mix, eventsPerSecond: number): number {
  const { size, share } = trafficOf(stream, mix);
  const rate = eventsPerSecond * share;
  const filled = Math.max(shardsWritten(size, rate), shardsRead(size, rate, stream.readers));
  return Math.max(1, Math.ceil(filled / PLANNED_LOAD));
}

const perReplica = ({ service: { millicores, targetCpu } }: Plant): number =>
  (millicores * 10 * targetCpu) / SERVICE_MICROSECONDS_PER_EVENT;

/** Replicas whose cores are at the autoscaler's target at a rate, and never fewer than the zones need. */
const replicasNeeded = (plant: Plant, eventsPerSecond: number): number =>
  Math.max(plant.service.minReplicas, Math.ceil(eventsPerSecond / perReplica(plant)));

function serviceLoad(plant: Plant, eventsPerSecond: number): PartLoad {
  const limit = plant.service.maxReplicas * perReplica(plant);
  return {
    kind: "service",
    name: "ingest",
    load: `${count(eventsPerSecond)} events/s, one a request`,
    limit: `${count(limit)} events/s by ${plant.service.maxReplicas} replicas`,
    utilization: eventsPerSecond / limit,
    breaksAt: limit,
    needs: `${replicasNeeded(plant, eventsPerSecond)} replicas`,
  };
}

function streamLoad(stream: PlantStream, mix: Mix, eventsPerSecond: number): PartLoad {
  const { size, share } = trafficOf(stream, mix);
  const rate = eventsPerSecond * share;
  const shards = standingShards(stream);
  const written = shardsWritten(size, rate) / shards;
  const read = shardsRead(size, rate, stream.readers) / shards;
  const utilization = Math.max(written, read);
  const isRead = read > written;
  const bytesOfReaders = rate * size.bytes * stream.readers;
  const mode = stream.shards === undefined ? " at once, on demand" : ` by ${shards} shards`;
  const isRecords = size.records / SHARD_WRITE.recordsPerSecond > size.bytes / SHARD_WRITE.bytesPerSecond;
  const [load, limit] = isRead
    ? [`${mebibytes(bytesOfReaders)} read by ${stream.readers}`, mebibytes(shards * SHARD_READ_BYTES_PER_SECOND)]
    : isRecords
      ? [`${count(rate * size.records)} records/s`, `${count(shards * SHARD_WRITE.recordsPerSecond)} records/s`]
      : [mebibytes(rate * size.bytes), mebibytes(shards * SHARD_WRITE.bytesPerSecond)];
  return {
    kind: "stream",
    name: stream.name,
    load,
    limit: `${limit}${mode}`,
    utilization,
    breaksAt: utilization === 0 ? undefined : eventsPerSecond / utilization,
    needs: stream.shards === undefined ? "nothing, on demand" : shardsText(shardsNeeded(stream, mix, eventsPerSecond)),
  };
}

const shardsText = (shards: number): string => `${shards} shard${shards === 1 ? "" : "s"}`;

function functionLoads(plant: Plant, mix: Mix, eventsPerSecond: number): readonly PartLoad[] {
  const works = plant.functions.map((settings) => ({
    settings,
    work: workOf(settings, shardsBefore(settings, plant), mix, eventsPerSecond),
  }));
  const loads = works.map(({ settings, work }): PartLoad => {
    const resized = resize({ ...plant, functions: [] }, mix, eventsPerSecond, "grow");
    const needed = settingsFor(settings, shardsBefore(settings, resized), mix, eventsPerSecond, PLANNED_LOAD);
    return {
      kind: "function",
      name: settings.name,
      load: `${work.busy.toFixed(1)} invocations at once`,
      limit: `${count(work.eventsTaken)} events/s by ${work.lanes} at once`,
      utilization: eventsPerSecond / work.eventsTaken,
      breaksAt: work.eventsTaken,
      needs: needed === undefined ? "more shards" : `${needed.parallelization} a shard, ${needed.memoryMebibytes} MiB`,
    };
  });
  const busy = works.reduce((sum, { work }) => sum + work.busy, 0);
  const account: PartLoad = {
    kind: "function",
    name: "the account's concurrency",
    load: `${busy.toFixed(1)} invocations at once`,
    limit: `${count(ACCOUNT_CONCURRENCY)} by default`,
    utilization: busy / ACCOUNT_CONCURRENCY,
    breaksAt: busy === 0 ? undefined : (eventsPerSecond * ACCOUNT_CONCURRENCY) / busy,
    needs: busy > ACCOUNT_CONCURRENCY * PLANNED_LOAD ? `a quota of ${count(busy / PLANNED_LOAD)}` : "nothing",
  };
  return [...loads, account];
}

/** A delivery stream grows with its source: what limits it are the source's shards, which it reads. */
function deliveryLoads(plant: Plant, mix: Mix, eventsPerSecond: number): readonly PartLoad[] {
  return plant.deliveries.map((delivery): PartLoad => {
    const [size, rate] =
      delivery.purpose === "enriched"
        ? [mix.enriched, eventsPerSecond]
        : [mix.badRow, eventsPerSecond * mix.badRowShare];
    const filled = (delivery.bufferMebibytes * 1_048_576) / (rate * size.bytes);
    const seconds = Math.min(delivery.bufferSeconds, filled);
    return {
      kind: "delivery",
      name: delivery.name,
      load: `${mebibytes(rate * size.bytes)}, billed ${mebibytes(rate * size.firehoseBytes)}`,
      limit: "its source's reads",
      utilization: undefined,
      breaksAt: undefined,
      needs: `an object each ${seconds.toFixed(1)} s`,
    };
  });
}

/** Snowflake states no limit of Snowpipe; small files are what makes it slow. */
function warehouseLoad(plant: Plant, mix: Mix, eventsPerSecond: number): PartLoad {
  const rows = eventsPerSecond * (1 + mix.badRowShare);
  const [delivery] = plant.deliveries;
  const bytes = eventsPerSecond * mix.enriched.bytes;
  const seconds = Math.min(delivery?.bufferSeconds ?? 0, ((delivery?.bufferMebibytes ?? 0) * 1_048_576) / bytes);
  return {
    kind: "warehouse",
    name: "Snowpipe",
    load: `${count(rows)} rows/s, ${mebibytes(seconds * bytes).replace("/s", "")} of text a file`,
    limit: "none is stated",
    utilization: undefined,
    breaksAt: undefined,
    needs: `${count(3_600 / seconds)} files an hour`,
  };
}

const count = (value: number): string => Math.round(value).toLocaleString("en-US");
const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(2)} MiB/s`;

import { INVOCATION_DATA_BYTES, MAX_PARALLELIZATION, MEBIBYTES_PER_CPU } from "../limits.ts";
import { type PlantFunction, sourceOf } from "../stack/plant.ts";
import { FUNCTION_MICROSECONDS_PER_EVENT, GZIP_MICROSECONDS, INVOCATION_MS } from "./costs-of-work.ts";
import type { Mix } from "./mix.ts";

/** The work of a function at a rate. */
export interface FunctionWork {
  readonly invocationsPerSecond: number;
  /** Invocations at the same time, on average. */
  readonly busy: number;
  /** Invocations at the same time that its mapping allows. */
  readonly lanes: number;
  /** Events a second at which all lanes are busy. */
  readonly eventsTaken: number;
  readonly gigabyteSecondsPerSecond: number;
}

/** Milliseconds of an event: less than one vCPU makes it longer, more than one does not help Node. */
function eventMs({ name, memoryMebibytes }: PlantFunction, { enriched }: Mix): number {
  const gzip = GZIP_MICROSECONDS[name];
  const packing = enriched.bytes < enriched.lineBytes ? gzip.ofEvent + gzip.ofRecord * enriched.records : 0;
  return ((FUNCTION_MICROSECONDS_PER_EVENT + packing) / 1_000) * Math.max(1, MEBIBYTES_PER_CPU / memoryMebibytes);
}

/** @param shards of the stream that the function reads */
export function workOf(settings: PlantFunction, shards: number, mix: Mix, eventsPerSecond: number): FunctionWork {
  const source = sourceOf(settings.name);
  const lanes = shards * settings.parallelization;
  const fullBatch = Math.min(settings.batchSize / mix[source].records, INVOCATION_DATA_BYTES / mix[source].bytes);
  const ofEvent = eventMs(settings, mix);
  // A lane is invoked once a window while its records fit one batch, and once a batch beyond that.
  const perWindow = lanes / Math.max(1, settings.windowSeconds);
  const invocationsPerSecond = Math.max(
    eventsPerSecond / fullBatch,
    Math.min(eventsPerSecond * mix[source].records, perWindow),
  );
  const busy = (invocationsPerSecond * INVOCATION_MS + eventsPerSecond * ofEvent) / 1_000;
  const allowed = Math.min(lanes, settings.reservedConcurrency ?? lanes);
  return {
    invocationsPerSecond,
    busy,
    lanes: allowed,
    eventsTaken: (allowed * 1_000) / (ofEvent + INVOCATION_MS / fullBatch),
    gigabyteSecondsPerSecond: (busy * settings.memoryMebibytes) / 1_024,
  };
}

/**
 * Invocations of a shard and memory that keep the lanes below a load: more invocations first, then memory up to one
 * vCPU. Absent when neither is enough: the stream needs more shards.
 */
export function settingsFor(
  settings: PlantFunction,
  shards: number,
  mix: Mix,
  eventsPerSecond: number,
  load: number,
): { readonly parallelization: number; readonly memoryMebibytes: number } | undefined {
  for (const memoryMebibytes of [settings.memoryMebibytes, MEBIBYTES_PER_CPU]) {
    for (let parallelization = 1; parallelization <= MAX_PARALLELIZATION; parallelization += 1) {
      const changed = { ...settings, parallelization, memoryMebibytes };
      if (workOf(changed, shards, mix, eventsPerSecond).eventsTaken * load >= eventsPerSecond) {
        return { parallelization, memoryMebibytes };
      }
    }
  }
  return undefined;
}

import { streamDollars, type StreamMode } from "../model/bill.ts";
import type { Mix } from "../model/mix.ts";
import { shardsRead, shardsWritten } from "../model/shards.ts";
import { trafficOf } from "../model/traffic.ts";
import type { Plant, PlantStream } from "../stack/plant.ts";
import { loadAt, PEAK_MULTIPLE, SECONDS_PER_DAY } from "./day-traffic.ts";
import { FluidStream } from "./fluid-stream.ts";
import { type Scaling, type ScalingName, scalings } from "./scaling.ts";

/** A day of a deployment's streams under one way to scale them. */
export interface Day {
  readonly scaling: ScalingName;
  readonly events: number;
  /** Seconds from the request to the last stream that an event goes to, without the time of functions. */
  readonly p99AgeSeconds: number;
  readonly highestAgeSeconds: number;
  /** Per cent of what came to the streams that was not taken at once. */
  readonly delayedPercent: number;
  /** Seconds in which any stream refused records. */
  readonly throttledSeconds: number;
  /** Of provisioned streams; on-demand ones bill none. */
  readonly shardHours: number | undefined;
  /** Calls of UpdateShardCount, of the stream that has most. */
  readonly updates: number;
  readonly dollars: number;
  /** Of the raw stream, each half hour: shards that it has, and that are full. */
  readonly rawByHalfHour: readonly { readonly shards: number; readonly filled: number }[];
}

const HALF_HOUR = 1_800;
const HOURS = 24;

/** Returns the shards that a rate fills: those of writes or those of reads, whichever are more. */
const filledBy = (stream: PlantStream, mix: Mix, eventsPerSecond: number): number => {
  const { size, share } = trafficOf(stream, mix);
  const rate = eventsPerSecond * share;
  return Math.max(shardsWritten(size, rate), shardsRead(size, rate, stream.readers));
};

/** A stream of the pipeline with what it needs for each event; one that gets nothing is no hop. */
class Hop {
  readonly stream: PlantStream;
  readonly flow = new FluidStream();
  readonly #scaling: Scaling;
  readonly #fullPerEvent: number;
  #filled = 0;
  shards = 0;
  shardSeconds = 0;

  constructor(stream: PlantStream, mix: Mix, baseRate: number, scaling: ScalingName) {
    this.stream = stream;
    this.#fullPerEvent = filledBy(stream, mix, 1);
    const base = baseRate * this.#fullPerEvent;
    this.#scaling = scalings[scaling]({ base, peak: PEAK_MULTIPLE * base });
  }

  /** Events are those of the pipeline; a destination's share of them is in its size. */
  step(second: number, arriving: Parameters<FluidStream["step"]>[0]) {
    this.shards = this.#scaling.shardsFor(second, this.#filled, this.flow.isBehind);
    this.shardSeconds += this.shards;
    const { taken, events } = this.flow.step(arriving, this.shards / this.#fullPerEvent);
    this.#filled = events * this.#fullPerEvent;
    return taken;
  }

  get filled(): number {
    return this.#filled;
  }

  get updates(): number {
    return this.#scaling.updates;
  }
}

/**
 * Runs a day through raw stream, enriched stream and destinations, in steps of one second. It is a model of flows: keys
 * are spread evenly, and functions take no time.
 *
 * @param baseRate events a second of the daytime
 */
export function runDay(plant: Plant, mix: Mix, baseRate: number, scaling: ScalingName): Day {
  const hopsOf = (purpose: PlantStream["purpose"]): readonly Hop[] =>
    plant.streams
      .filter((stream) => stream.purpose === purpose && filledBy(stream, mix, 1) > 0)
      .map((stream) => new Hop(stream, mix, baseRate, scaling));
  const [raw] = hopsOf("raw");
  const [enriched] = hopsOf("enriched");
  if (raw === undefined || enriched === undefined) throw new TypeError("a plant has a raw and an enriched stream");
  const last = hopsOf("destination");
  const hops = [raw, enriched, ...last];
  const ages = new Map<number, number>();
  const rawByHalfHour: { shards: number; filled: number }[] = [];
  let events = 0;
  let throttledSeconds = 0;
  for (let second = 0; second < SECONDS_PER_DAY; second += 1) {
    const arriving = baseRate * loadAt(second);
    events += arriving;
    const ofRaw = raw.step(second, [{ since: second, events: arriving }]);
    const ofEnriched = enriched.step(second, ofRaw);
    const outputs = last.length === 0 ? [ofEnriched] : last.map((hop) => hop.step(second, ofEnriched));
    for (const output of outputs) {
      for (const { since, events: arrived } of output) {
        ages.set(second - since, (ages.get(second - since) ?? 0) + arrived);
      }
    }
    if (hops.some(({ flow }) => flow.isBehind)) throttledSeconds += 1;
    if (second % HALF_HOUR === HALF_HOUR - 1) rawByHalfHour.push({ shards: raw.shards, filled: raw.filled });
  }
  const isOnDemand = scaling.startsWith("on-demand");
  const mode: StreamMode = isOnDemand ? (scaling as StreamMode) : "provisioned";
  const shardsOf = (stream: PlantStream): number =>
    (hops.find((hop) => hop.stream === stream)?.shardSeconds ?? SECONDS_PER_DAY) / SECONDS_PER_DAY;
  const streams = plant.streams.map((stream) => ({ ...stream, shards: shardsOf(stream) }));
  const delayed = hops.reduce((sum, { flow }) => sum + flow.delayed, 0);
  return {
    scaling,
    events,
    p99AgeSeconds: percentile(ages, 0.99),
    highestAgeSeconds: Math.max(0, ...ages.keys()),
    delayedPercent: (100 * delayed) / (events * hops.length),
    throttledSeconds,
    shardHours: isOnDemand ? undefined : streams.reduce((sum, { shards }) => sum + shards, 0) * HOURS,
    updates: Math.max(...hops.map(({ updates }) => updates)),
    dollars: streamDollars({ ...plant, streams }, mix, events, HOURS, mode),
    rawByHalfHour,
  };
}

function percentile(weights: ReadonlyMap<number, number>, share: number): number {
  const sorted = [...weights].toSorted(([left], [right]) => left - right);
  const total = sorted.reduce((sum, [, weight]) => sum + weight, 0);
  let sum = 0;
  for (const [value, weight] of sorted) {
    sum += weight;
    if (sum >= share * total) return value;
  }
  return 0;
}

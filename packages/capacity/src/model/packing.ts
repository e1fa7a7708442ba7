import { MIN_LANES_PER_SHARD, PACKED_RECORD_BYTES } from "../limits.ts";
import type { Plant } from "../stack/plant.ts";
import { workOf } from "./functions.ts";
import type { Mix } from "./mix.ts";
import { standingShards } from "./shards.ts";
import { packed } from "./stream-size.ts";
import { shardsBefore } from "./traffic.ts";

/** Lanes with which so many shards get about equal parts: a power of two. */
export const lanesNeeded = (shards: number): number => 2 ** Math.ceil(Math.log2(shards * MIN_LANES_PER_SHARD));

/**
 * The same events as enrichment packs them at a rate. An invocation reads one raw shard, and its events lie in the
 * lanes of that part of the hash space: those of a lane share records. Without lanes, the mix as it is.
 */
export function packedBy(plant: Plant, mix: Mix, eventsPerSecond: number): Mix {
  const { lanes } = plant;
  const enrichment = plant.functions.find(({ name }) => name === "enrichment");
  if (lanes === undefined || enrichment === undefined) return mix;
  const rawShards = shardsBefore(enrichment, plant);
  const enriched = plant.streams.find(({ purpose }) => purpose === "enriched");
  const shards = enriched === undefined ? 1 : standingShards(enriched);
  const ofShard = Math.max(1, Math.max(lanes, lanesNeeded(shards)) / rawShards);
  const events = eventsPerSecond / workOf(enrichment, rawShards, mix, eventsPerSecond).invocationsPerSecond;
  // Keys fall into lanes at random: some get several events, some none.
  const ofLane = events / (ofShard * (1 - Math.exp(-events / ofShard)));
  const most = Math.max(1, Math.floor(PACKED_RECORD_BYTES / mix.enriched.bytes));
  return { ...mix, enriched: packed(mix.enriched.bytes, Math.max(1, ofLane / Math.ceil(ofLane / most))) };
}

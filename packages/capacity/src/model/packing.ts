import { MIN_LANES_PER_SHARD, PACKED_RECORD_BYTES } from "../limits.ts";
import type { Plant } from "../stack/plant.ts";
import { workOf } from "./functions.ts";
import type { Mix } from "./mix.ts";
import { standingShards } from "./shards.ts";
import { packed } from "./stream-size.ts";
import sample from "./sample-mix.json" with { type: "json" };
import { shardsBefore } from "./traffic.ts";

/** Lanes with which so many shards get about equal parts: a power of two. */
export const lanesNeeded = (shards: number): number => 2 ** Math.ceil(Math.log2(shards * MIN_LANES_PER_SHARD));

/**
 * The same events as enrichment packs them at a rate. An invocation reads one raw shard, and its events lie in the
 * lanes of that part of the hash space: those of a lane share records. Without lanes, the mix as it is.
 */
export function packedBy(
  plant: Pick<Plant, "lanes" | "isCompressed" | "functions" | "streams">,
  mix: Mix,
  eventsPerSecond: number,
): Mix {
  const { lanes, isCompressed } = plant;
  const enrichment = plant.functions.find(({ name }) => name === "enrichment");
  if (lanes === undefined || enrichment === undefined) return mix;
  const rawShards = shardsBefore(enrichment, plant);
  const enriched = plant.streams.find(({ purpose }) => purpose === "enriched");
  const shards = enriched === undefined ? 1 : standingShards(enriched);
  const ofShard = Math.max(1, Math.max(lanes, lanesNeeded(shards)) / rawShards);
  const events = eventsPerSecond / workOf(enrichment, rawShards, mix, eventsPerSecond).invocationsPerSecond;
  // Keys fall into lanes at random: some get several events, some none.
  const ofLane = events / (ofShard * (1 - Math.exp(-events / ofShard)));
  const most = Math.max(1, Math.floor(PACKED_RECORD_BYTES / mix.enriched.lineBytes));
  const ofRecord = Math.max(1, ofLane / Math.ceil(ofLane / most));
  const { lineBytes } = mix.enriched;
  const bytes = lineBytes * (isCompressed ? gzipShare(ofRecord) : 1);
  return { ...mix, enriched: { ...packed(bytes, ofRecord), lineBytes } };
}

/**
 * Bytes of a gzip member of so many events, as a share of their lines: between two measured numbers, by their
 * logarithm.
 */
function gzipShare(eventsPerRecord: number): number {
  const points = sample.gzip.shares;
  const after = points.findIndex(({ events }) => events >= eventsPerRecord);
  const [left, right] = after <= 0 ? [points.at(after), points.at(after)] : [points[after - 1], points[after]];
  if (left === undefined || right === undefined) throw new TypeError("the sample mix has no shares of gzip");
  if (left === right) return right.share;
  const way = Math.log(eventsPerRecord / left.events) / Math.log(right.events / left.events);
  return left.share + way * (right.share - left.share);
}

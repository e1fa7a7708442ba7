import { type Plant, type PlantFunction, type PlantStream, sourceOf } from "../stack/plant.ts";
import type { Mix } from "./mix.ts";
import { standingShards } from "./shards.ts";
import type { StreamSize } from "./stream-size.ts";

/** One event as a stream gets it, and how many of them it gets for one that is accepted. */
export interface StreamTraffic {
  readonly size: StreamSize;
  readonly share: number;
}

/** Returns the part of a traffic that a stream gets. */
export function trafficOf(stream: PlantStream, mix: Mix): StreamTraffic {
  switch (stream.purpose) {
    case "raw":
      return { size: mix.raw, share: 1 };
    case "enriched":
      return { size: mix.enriched, share: 1 };
    case "badRows":
      return { size: mix.badRow, share: mix.badRowShare };
    case "destination":
      return { size: mix.destination, share: mix.shares?.[stream.name] ?? stream.share ?? 0 };
  }
}

/** Shards of the stream that a function reads. */
export function shardsBefore({ name }: PlantFunction, plant: Pick<Plant, "streams">): number {
  const source = plant.streams.find(({ purpose }) => purpose === sourceOf(name));
  if (source === undefined) throw new TypeError(`a plant has no stream ${sourceOf(name)}`);
  return standingShards(source);
}

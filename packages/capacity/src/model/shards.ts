import { ON_DEMAND_SHARDS, SHARD_READ_BYTES_PER_SECOND, SHARD_WRITE } from "../limits.ts";
import type { StreamSize } from "./stream-size.ts";

/** Shards that writes of so many events a second fill: by records or by bytes, whichever is more. */
export const shardsWritten = (size: StreamSize, eventsPerSecond: number): number =>
  eventsPerSecond * Math.max(size.records / SHARD_WRITE.recordsPerSecond, size.bytes / SHARD_WRITE.bytesPerSecond);

/** Shards that so many polling readers of all of it fill. */
export const shardsRead = (size: StreamSize, eventsPerSecond: number, readers: number): number =>
  (eventsPerSecond * size.bytes * readers) / SHARD_READ_BYTES_PER_SECOND;

/** Shards that a stream has; on demand, those that it begins with. */
export const standingShards = ({ shards }: { readonly shards: number | undefined }): number =>
  shards ?? ON_DEMAND_SHARDS;

/** Events a second at which so many shards are full of writes. */
export const eventsTaken = (size: StreamSize, shards: number): number => shards / shardsWritten(size, 1);

import { SHARD_WRITE } from "@millrace/capacity";
import type { EnvironmentConfig } from "../config/schema.ts";
import type { EventStream } from "./event-stream.ts";
import type { MetricAlarms } from "./metric-alarms.ts";
import { load, share } from "./metric-math.ts";
import * as metrics from "./metric.ts";

export interface WatchedWrites {
  /** Begins the ids of the alarms. */
  readonly id: string;
  readonly stream: EventStream;
  readonly config: EnvironmentConfig["alarms"];
  /** Ends the description of refused writes. */
  readonly remedy: string;
}

/** Alarms on writes that a stream refuses, or will refuse soon. */
export function watchWrites(alarms: MetricAlarms, { id, stream, config, remedy }: WatchedWrites): void {
  alarms.above(`${id}_throttled_writes`, config.refusals, {
    of: share(
      metrics.throttledWrites(stream),
      [metrics.throttledWrites(stream), metrics.incomingRecords(stream)],
      "% refused",
    ),
    periods: 2,
    description: `Stream ${stream.name} refuses writes; they are being retried. ${remedy}`,
  });
  const { capacity } = stream.config;
  // An on-demand stream has no limit that is known beforehand.
  if (capacity.mode === "ON_DEMAND") return;
  const limitOf = (perSecond: number): number => perSecond * capacity.shards * metrics.PERIOD_SECONDS;
  alarms.above(`${id}_near_limit`, config.load, {
    of: load(
      [metrics.incomingBytes(stream), limitOf(SHARD_WRITE.bytesPerSecond)],
      [metrics.incomingRecords(stream), limitOf(SHARD_WRITE.recordsPerSecond)],
      "% of its shards",
    ),
    periods: 3,
    description:
      `Stream ${stream.name} is written to at more than ${config.load} % of what its ${capacity.shards} shards take. ` +
      "Add shards before it refuses writes.",
  });
}

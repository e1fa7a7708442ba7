import { HOURS_PER_MONTH, prices, SHARD_WRITE } from "@millrace/capacity";
import { destinationKinds, type KindName } from "@millrace/destinations/kinds";

/** The load of a destination. */
export interface Load {
  readonly records: number;
  readonly bytes: number;
  /** Units of 25 KB, a record at least one. */
  readonly payloadUnits: number;
  /** Bytes with every record rounded up to a kilobyte. */
  readonly roundedBytes: number;
  /** Parts of 64 KiB, a record at least one. */
  readonly chunks: number;
}

/** The size and the price that a load asks for. Queues and buses have no shards, and a price by use alone. */
export interface Sizing {
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
  /** With the headroom asked for; of streams only. */
  readonly shards?: number;
  /** Of streams only. */
  readonly provisionedPerMonth?: number;
  readonly onDemandPerMonth: number;
}

export class LoadMeter implements Load {
  records = 0;
  bytes = 0;
  payloadUnits = 0;
  roundedBytes = 0;
  chunks = 0;

  add(bytes: number): void {
    this.records += 1;
    this.bytes += bytes;
    this.payloadUnits += Math.max(1, Math.ceil(bytes / prices.payloadUnitBytes));
    this.chunks += Math.max(1, Math.ceil(bytes / prices.chunkBytes));
    this.roundedBytes += Math.max(1, Math.ceil(bytes / prices.onDemandUnitBytes)) * prices.onDemandUnitBytes;
  }
}

/**
 * Size and cost of a load spread over `seconds`.
 *
 * @param headroom how much more than the average a stream must take; traffic has peaks
 */
export function sizeDestination(kind: KindName, load: Load, seconds: number, headroom: number): Sizing {
  const recordsPerSecond = load.records / seconds;
  const bytesPerSecond = load.bytes / seconds;
  const perMonth = (HOURS_PER_MONTH * 3_600) / seconds;
  const { dollarsPerMillion } = destinationKinds[kind];
  if (dollarsPerMillion !== undefined) {
    const onDemandPerMonth = ((load.chunks * perMonth) / 1e6) * dollarsPerMillion;
    return { recordsPerSecond, bytesPerSecond, onDemandPerMonth };
  }
  const shards = Math.max(
    1,
    Math.ceil((recordsPerSecond * headroom) / SHARD_WRITE.recordsPerSecond),
    Math.ceil((bytesPerSecond * headroom) / SHARD_WRITE.bytesPerSecond),
  );
  return {
    recordsPerSecond,
    bytesPerSecond,
    shards,
    provisionedPerMonth:
      shards * prices.shardHour * HOURS_PER_MONTH +
      ((load.payloadUnits * perMonth) / 1e6) * prices.payloadUnitsPerMillion,
    onDemandPerMonth:
      prices.onDemandStreamHour * HOURS_PER_MONTH + ((load.roundedBytes * perMonth) / 1e9) * prices.onDemandGigabyteIn,
  };
}

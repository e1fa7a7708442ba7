import type { KindName } from "@millrace/routes";
import {
  CHUNK_BYTES,
  HOURS_PER_MONTH,
  KINESIS_PRICES,
  ON_DEMAND_UNIT_BYTES,
  PAYLOAD_UNIT_BYTES,
  PER_MILLION,
  SHARD_BYTES_PER_SECOND,
  SHARD_RECORDS_PER_SECOND,
} from "./prices.ts";

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
    this.payloadUnits += Math.max(1, Math.ceil(bytes / PAYLOAD_UNIT_BYTES));
    this.chunks += Math.max(1, Math.ceil(bytes / CHUNK_BYTES));
    this.roundedBytes += Math.max(1, Math.ceil(bytes / ON_DEMAND_UNIT_BYTES)) * ON_DEMAND_UNIT_BYTES;
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
  if (kind !== "kinesis") {
    const onDemandPerMonth = ((load.chunks * perMonth) / 1e6) * PER_MILLION[kind];
    return { recordsPerSecond, bytesPerSecond, onDemandPerMonth };
  }
  const shards = Math.max(
    1,
    Math.ceil((recordsPerSecond * headroom) / SHARD_RECORDS_PER_SECOND),
    Math.ceil((bytesPerSecond * headroom) / SHARD_BYTES_PER_SECOND),
  );
  return {
    recordsPerSecond,
    bytesPerSecond,
    shards,
    provisionedPerMonth:
      shards * KINESIS_PRICES.shardHour * HOURS_PER_MONTH +
      ((load.payloadUnits * perMonth) / 1e6) * KINESIS_PRICES.payloadUnits,
    onDemandPerMonth:
      KINESIS_PRICES.onDemandStreamHour * HOURS_PER_MONTH +
      ((load.roundedBytes * perMonth) / 1e9) * KINESIS_PRICES.onDemandGigabyteIn,
  };
}

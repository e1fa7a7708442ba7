import { Buffer } from "node:buffer";
import { type Compression, packRecord } from "@millrace/packed-records";
import type { Delivery, PutRecord, PutRecords } from "@millrace/put-records";
import type { OutputWriter } from "@millrace/stream-handler";
import { createLanes, type Lane } from "./lanes.ts";

/** Options of {@link createPackingWriter}. */
export interface PackingOptions {
  /** A power of two: the hash space is divided into so many lanes. */
  readonly lanes: number;
  /** Bytes of data up to which records are put together. One that has more stays as it is. */
  readonly packedBytes: number;
  /** Form of the records that are put. Default `none`. */
  readonly compression?: Compression;
}

/** A record that gets more data. */
interface Pack {
  readonly lane: Lane;
  /** Positions of what it holds among the records that were handed over. */
  readonly positions: number[];
  bytes: number;
}

/**
 * Puts the data of many records into few: records of a lane follow one another in one record, in the order given. Data
 * are whole lines, so that records can be joined. What is given in one put is packed; nothing waits for more.
 *
 * Every record given has a delivery of its own, which is that of the record it lies in. What the stream refuses because
 * of the record is put again one by one, so that one refused event takes no other with it. A record is compressed as
 * a whole: whatever shares an object later is whole gzip members.
 */
export function createPackingWriter(writer: Pick<PutRecords, "put">, options: PackingOptions): OutputWriter {
  const laneOf = createLanes(options.lanes);
  const { compression = "none" } = options;

  return {
    async put(records, putOptions) {
      const packs = pack(records, laneOf, options.packedBytes);
      const answers = await writer.put(
        packs.map((each) => toRecord(each, records, compression)),
        putOptions,
      );
      const deliveries = new Array<Delivery>(records.length);
      const refused: number[] = [];
      for (const [index, { positions }] of packs.entries()) {
        const answer = answers[index] as Delivery;
        const isRefused = positions.length > 1 && answer.status === "failed" && answer.error.concerns === "record";
        if (isRefused) refused.push(...positions);
        else for (const position of positions) deliveries[position] = answer;
      }
      if (refused.length > 0) {
        const alone = refused.map((position): PutRecord => {
          const { partitionKey, data } = records[position] as PutRecord;
          return { ...laneOf(partitionKey), data: packRecord(data, compression) };
        });
        const again = await writer.put(alone, putOptions);
        for (const [index, position] of refused.entries()) deliveries[position] = again[index] as Delivery;
      }
      return deliveries;
    },
  };
}

function pack(records: readonly PutRecord[], laneOf: (partitionKey: string) => Lane, packedBytes: number): Pack[] {
  const packs: Pack[] = [];
  const open = new Map<Lane, Pack>();
  for (const [position, { partitionKey, data }] of records.entries()) {
    const lane = laneOf(partitionKey);
    const last = open.get(lane);
    if (last !== undefined && last.bytes + data.byteLength <= packedBytes) {
      last.positions.push(position);
      last.bytes += data.byteLength;
    } else {
      const next = { lane, positions: [position], bytes: data.byteLength };
      packs.push(next);
      open.set(lane, next);
    }
  }
  return packs;
}

function toRecord(
  { lane, positions, bytes }: Pack,
  records: readonly PutRecord[],
  compression: Compression,
): PutRecord {
  const parts = positions.map((position) => (records[position] as PutRecord).data);
  const [only] = parts;
  const lines = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, bytes);
  return { ...lane, data: packRecord(lines, compression) };
}

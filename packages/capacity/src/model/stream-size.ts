import { prices } from "../prices.ts";

/** Size of a number of events in a stream, in every unit that a limit or a price counts. */
export interface StreamSize {
  readonly records: number;
  readonly events: number;
  readonly bytes: number;
  /** Of the lines in the records: more than `bytes` where these are compressed. */
  readonly lineBytes: number;
  /** Of 25 KB, a record at least one: what a provisioned stream bills. */
  readonly payloadUnits: number;
  /** Each record as whole kilobytes: what an on-demand stream bills. */
  readonly onDemandBytes: number;
  /** Each record as whole 5 KB: what Firehose bills. */
  readonly firehoseBytes: number;
}

/** Counts the records of a stream. */
export class StreamMeter {
  readonly #size = {
    records: 0,
    events: 0,
    bytes: 0,
    lineBytes: 0,
    payloadUnits: 0,
    onDemandBytes: 0,
    firehoseBytes: 0,
  };

  /** @param bytes data of the record, at least one. */
  add(bytes: number, events: number, lineBytes = bytes): void {
    this.#size.records += 1;
    this.#size.events += events;
    this.#size.bytes += bytes;
    this.#size.lineBytes += lineBytes;
    this.#size.payloadUnits += Math.ceil(bytes / prices.payloadUnitBytes);
    this.#size.onDemandBytes += roundUp(bytes, prices.onDemandUnitBytes);
    this.#size.firehoseBytes += roundUp(bytes, prices.firehoseRecordBytes);
  }

  /** Size counted so far. */
  get size(): StreamSize {
    return { ...this.#size };
  }
}

/** The size of one event among many. */
export function perEvent(size: StreamSize): StreamSize {
  const share = (value: number): number => value / size.events;
  return {
    records: share(size.records),
    events: 1,
    bytes: share(size.bytes),
    lineBytes: share(size.lineBytes),
    payloadUnits: share(size.payloadUnits),
    onDemandBytes: share(size.onDemandBytes),
    firehoseBytes: share(size.firehoseBytes),
  };
}

/** The size of one event when so many equal ones share a record. */
export function packed(eventBytes: number, eventsPerRecord: number): StreamSize {
  const meter = new StreamMeter();
  meter.add(eventBytes * eventsPerRecord, eventsPerRecord);
  return perEvent(meter.size);
}

const roundUp = (bytes: number, unit: number): number => Math.ceil(bytes / unit) * unit;

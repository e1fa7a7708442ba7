import type { Delivery, PutOptions, PutRecord, PutRecords } from "@millrace/put-records";

/** The delivery that a writer got for one record it handed over. */
export interface ObservedDelivery {
  readonly streamName: string;
  readonly record: PutRecord;
  readonly delivery: Delivery;
}

interface Watched {
  readonly writer: PutRecords;
  readonly streamName: string;
  readonly maxInFlightBytes: number;
  /** Of the calls that are not answered. */
  openBytes: number;
}

/** Backlogs of throttled shards may be held beyond what counts, up to once more the bound. */
const HELD_PER_BOUND = 2;

/** Keeps every delivery a writer was given, and notices calls that never end. */
export class Deliveries {
  readonly all: ObservedDelivery[] = [];
  /** Number of calls that have not ended yet. */
  open = 0;
  /** Faults of the client itself: calls that rejected or gave another number of deliveries than records. */
  readonly faults: string[] = [];
  readonly #watched: Watched[] = [];
  readonly overflows: string[] = [];

  /** The same writer, watched. None of its puts may be larger than its bound. */
  watch(writer: PutRecords, streamName: string, maxInFlightBytes = Number.POSITIVE_INFINITY): PutRecords {
    const watched = { writer, streamName, maxInFlightBytes, openBytes: 0 };
    this.#watched.push(watched);
    return {
      put: async (records, options) => this.#observe(watched, records, writer.put(records, options)),
      send: async (record: PutRecord, options?: PutOptions) => {
        const [delivery] = await this.#observe(
          watched,
          [record],
          writer.send(record, options).then((only) => [only]),
        );
        return delivery as Delivery;
      },
      flush: () => writer.flush(),
      close: () => writer.close(),
      stats: () => writer.stats(),
    };
  }

  /** Looks at what every watched writer holds now. One without open calls was looked at when the last of them ended. */
  sample(): void {
    for (const watched of this.#watched) if (watched.openBytes > 0) this.#sampleOne(watched);
  }

  #sampleOne({ writer, streamName, maxInFlightBytes, openBytes }: Watched): void {
    const { inFlightBytes, heldBytes, waitingBytes } = writer.stats();
    if (inFlightBytes > maxInFlightBytes) {
      this.overflows.push(`${streamName}: ${inFlightBytes} of ${maxInFlightBytes} bytes in flight`);
    }
    if (heldBytes > HELD_PER_BOUND * maxInFlightBytes) {
      this.overflows.push(`${streamName}: ${heldBytes} bytes held under a bound of ${maxInFlightBytes}`);
    }
    if (inFlightBytes > heldBytes) {
      this.overflows.push(`${streamName}: ${inFlightBytes} bytes in flight, and only ${heldBytes} held`);
    }
    if (heldBytes + waitingBytes > openBytes) {
      this.overflows.push(
        `${streamName}: ${heldBytes} bytes held and ${waitingBytes} waiting of ${openBytes} not answered`,
      );
    }
  }

  async #observe(watched: Watched, records: readonly PutRecord[], pending: Promise<Delivery[]>): Promise<Delivery[]> {
    const { streamName } = watched;
    const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
    this.open += 1;
    watched.openBytes += bytes;
    this.#sampleOne(watched);
    try {
      const deliveries = await pending;
      if (deliveries.length !== records.length) {
        this.faults.push(`${records.length} records got ${deliveries.length} deliveries`);
      }
      for (const [index, record] of records.entries()) {
        const delivery = deliveries[index];
        if (delivery !== undefined) this.all.push({ streamName, record, delivery });
      }
      return deliveries;
    } catch (error) {
      if ((error as { code?: string }).code !== "PUT_RECORDS_CLOSED") this.faults.push(String(error));
      throw error;
    } finally {
      this.open -= 1;
      watched.openBytes -= bytes;
      if (watched.openBytes === 0) this.#sampleOne(watched);
    }
  }
}

function bytesOf({ partitionKey, data }: PutRecord): number {
  return Buffer.byteLength(partitionKey) + data.byteLength;
}

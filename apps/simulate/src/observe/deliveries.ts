import type { Delivery, PutOptions, PutRecord, PutRecords } from "@millrace/put-records";

/** What a writer was told about one record it handed over. */
export interface ObservedDelivery {
  readonly streamName: string;
  readonly record: PutRecord;
  readonly delivery: Delivery;
}

interface Watched {
  readonly writer: PutRecords;
  readonly streamName: string;
  readonly maxInFlightBytes: number;
}

/** Keeps every delivery a writer was given, and notices calls that never end. */
export class Deliveries {
  readonly all: ObservedDelivery[] = [];
  /** What was asked for and is not answered. */
  open = 0;
  /** Faults of the client itself: calls that rejected or gave another number of deliveries than records. */
  readonly faults: string[] = [];
  readonly #watched: Watched[] = [];
  readonly overflows: string[] = [];

  /** The same writer, watched. */
  watch(writer: PutRecords, streamName: string, maxInFlightBytes = Number.POSITIVE_INFINITY): PutRecords {
    const watched = { writer, streamName, maxInFlightBytes };
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

  /** Looks at the memory every watched writer holds now. */
  sample(): void {
    for (const watched of this.#watched) this.#sampleOne(watched);
  }

  #sampleOne({ writer, streamName, maxInFlightBytes }: Watched): void {
    if (maxInFlightBytes === Number.POSITIVE_INFINITY) return;
    const { inFlightBytes } = writer.stats();
    if (inFlightBytes > maxInFlightBytes) {
      this.overflows.push(`${streamName}: ${inFlightBytes} of ${maxInFlightBytes} bytes in flight`);
    }
  }

  async #observe(watched: Watched, records: readonly PutRecord[], pending: Promise<Delivery[]>): Promise<Delivery[]> {
    const { streamName } = watched;
    this.open += 1;
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
    }
  }
}

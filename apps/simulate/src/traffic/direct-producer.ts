import { type Clock, createRandom, type Random, randomInteger, sleep } from "@millrace/aws-simulator";
import {
  createPutRecords,
  type Delivery,
  type KinesisSender,
  type PutRecord,
  type PutRecords,
} from "@millrace/put-records";
import type { Deliveries } from "../observe/deliveries.ts";

export interface DirectProducerOptions {
  readonly seed: number;
  readonly clock: Clock;
  readonly client: KinesisSender;
  readonly streamName: string;
  readonly deliveries: Deliveries;
  readonly steps: number;
  readonly hasLargePut: boolean;
}

/** A record of the producer and what became of it, in the order in which records of its key were handed over. */
export interface DirectRecord {
  readonly record: PutRecord;
  readonly number: number;
  delivery?: Delivery;
}

const keys = Array.from({ length: 8 }, (_, index) => `key-${index}`);
const MIB = 1024 * 1024;
/** Little, so that it is reached whenever the stream is slow; the largest put of the producer still fits. */
const MAX_IN_FLIGHT_BYTES = 128 * 1024;
const MAX_PUT_RECORDS = 20;
const BURST_RECORDS = 60;
const padding = "x".repeat(4096);

function randomHashKey(random: Random): string {
  const words = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  );
  return BigInt(`0x${words.join("")}`).toString();
}

/**
 * A service that writes with the client itself, in order per key: large puts, single sends, more of them than may be in
 * flight, short deadlines, aborts, refused backpressure, oversized records, and a close with everything still under
 * way.
 */
export class DirectProducer {
  readonly records: DirectRecord[] = [];
  /** Work that `close` left undone. */
  readonly hastyExits: string[] = [];
  aborts = 0;
  readonly #options: DirectProducerOptions;
  readonly #random: Random;
  readonly #pending: Promise<unknown>[] = [];

  constructor(options: DirectProducerOptions) {
    this.#options = options;
    this.#random = createRandom(`${options.seed}/direct`);
  }

  /** Number of records that the client itself reported as ambiguous. */
  ambiguous = 0;

  async run(): Promise<void> {
    const { clock, client, streamName, deliveries, steps, hasLargePut } = this.#options;
    const writer = createPutRecords({
      client,
      streamName,
      ordering: "per-key",
      maxInFlightBytes: MAX_IN_FLIGHT_BYTES,
      timeoutMs: 20_000,
      clock,
      random: createRandom(`${this.#options.seed}/direct-client`),
    });
    const watched = deliveries.watch(writer, streamName, MAX_IN_FLIGHT_BYTES);
    for (let step = 0; step < steps; step += 1) {
      await this.#step(watched);
      await sleep(clock, randomInteger(this.#random, 0, 3000));
    }
    if (hasLargePut) await this.#putMany(this.#largeRecords());
    for (let count = 0; count < 20; count += 1) this.#send(watched, {});
    await writer.close();
    const { pendingRecords, ambiguous } = writer.stats();
    this.ambiguous += ambiguous;
    if (pendingRecords > 0) this.hastyExits.push(`close() resolved with ${pendingRecords} records pending`);
    await Promise.allSettled(this.#pending);
  }

  async #step(writer: PutRecords): Promise<void> {
    const random = this.#random;
    const draw = random();
    if (draw < 0.06)
      await this.#putMany(
        Array.from({ length: randomInteger(random, 480, 620) }, (_, index) => this.#next(`bulk-${index}`)),
      );
    else if (draw < 0.3) await this.#put(writer, randomInteger(random, 1, MAX_PUT_RECORDS), {});
    else if (draw < 0.4)
      await this.#put(writer, randomInteger(random, 1, 20), {
        deadline: this.#options.clock.now() + randomInteger(random, 1, 400),
      });
    else if (draw < 0.5) {
      const controller = new AbortController();
      this.#options.clock.setTimeout(
        () => {
          controller.abort();
        },
        randomInteger(random, 0, 200),
      );
      this.aborts += 1;
      await this.#put(writer, randomInteger(random, 1, 20), { signal: controller.signal });
    } else if (draw < 0.55) await this.#oversized();
    // More than may be in flight, without waiting for an answer.
    else if (draw < 0.65) for (let count = 0; count < BURST_RECORDS; count += 1) this.#send(writer, {});
    else
      for (let count = randomInteger(random, 1, 15); count > 0; count -= 1)
        this.#send(writer, random() < 0.3 ? { onFull: "refuse" } : {});
  }

  async #put(writer: PutRecords, count: number, options: Parameters<PutRecords["put"]>[1]): Promise<void> {
    const records = Array.from({ length: count }, () => this.#next());
    const deliveries = await writer.put(
      records.map(({ record }) => record),
      options,
    );
    for (const [index, record] of records.entries()) {
      const delivery = deliveries[index];
      if (delivery !== undefined) record.delivery = delivery;
    }
  }

  /** A put by a writer of its own, larger than one request may be. */
  async #putMany(records: readonly DirectRecord[]): Promise<void> {
    const { client, clock, streamName, deliveries, seed } = this.#options;
    const writer = createPutRecords({
      client,
      streamName,
      clock,
      timeoutMs: 60_000,
      random: createRandom(`${seed}/bulk`),
    });
    const results = await deliveries.watch(writer, streamName).put(records.map(({ record }) => record));
    for (const [index, record] of records.entries()) {
      const delivery = results[index];
      if (delivery !== undefined) record.delivery = delivery;
    }
    this.ambiguous += writer.stats().ambiguous;
  }

  #send(writer: PutRecords, options: Parameters<PutRecords["send"]>[1]): void {
    const entry = this.#next();
    this.#pending.push(
      writer.send(entry.record, options).then((delivery) => {
        entry.delivery = delivery;
      }),
    );
  }

  /** One byte too many, counting the key: only this record may fail. */
  async #oversized(): Promise<void> {
    const partitionKey = "oversized";
    const bad = this.#add({ partitionKey, data: Buffer.alloc(MIB - partitionKey.length + 1) });
    await this.#putMany([this.#next("bulk-0"), bad]);
  }

  /** Forty records of exactly ten mebibytes of data; their keys make it more than a request may hold. */
  #largeRecords(): DirectRecord[] {
    const data = Buffer.alloc(MIB / 4, "x");
    return Array.from({ length: 40 }, (_, index) =>
      this.#add({ partitionKey: `large-${index}-${"k".repeat(200)}`, data }),
    );
  }

  #next(key = keys[Math.floor(this.#random() * keys.length)] ?? "key"): DirectRecord {
    // Its producer chose where it goes: no order of a partition key holds over shards.
    const isPlaced = key.startsWith("bulk") && this.#random() < 0.2;
    const explicitHashKey = isPlaced ? randomHashKey(this.#random) : undefined;
    return this.#add({
      ...(explicitHashKey === undefined ? {} : { explicitHashKey }),
      partitionKey: key,
      data: Buffer.from(`${this.records.length} ${key.startsWith("bulk") ? "" : padding}\n`),
    });
  }

  #add(record: PutRecord): DirectRecord {
    const entry: DirectRecord = { record, number: this.records.length };
    this.records.push(entry);
    return entry;
  }
}

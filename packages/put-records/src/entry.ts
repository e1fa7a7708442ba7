import type { Fault } from "./faults.ts";
import type { Delivery, PutRecord } from "./types.ts";

/** One `put` or `send` under way. */
export class Call {
  readonly records: readonly PutRecord[];
  readonly deliveries: Delivery[];
  /** What Kinesis counts for each record; set before the call is queued. */
  readonly sizes: Uint32Array;
  readonly deadline: number;
  /** Whether its records wait for company: `send` lingers, `put` does not. */
  readonly isLingering: boolean;
  /** Records not settled yet. */
  remaining: number;
  /** Bytes of the records that are not settled yet. */
  bytes = 0;
  isAdmitted = false;
  /** Position of the first record that no request has carried yet; only where the call is queued as a whole. */
  next = 0;
  /**
   * Entries under way, by position. One lives from its first use until it is settled: a large `put` has few at a time,
   * and they die young.
   */
  readonly #entries: (Entry | undefined)[] = [];
  readonly #resolve: (deliveries: Delivery[]) => void;
  readonly #listeners: (() => void)[] = [];

  constructor(
    records: readonly PutRecord[],
    deadline: number,
    isLingering: boolean,
    resolve: (deliveries: Delivery[]) => void,
  ) {
    this.records = records;
    this.deliveries = new Array<Delivery>(records.length);
    this.sizes = new Uint32Array(records.length);
    this.remaining = records.length;
    this.deadline = deadline;
    this.isLingering = isLingering;
    this.#resolve = resolve;
  }

  isOpen(index: number): boolean {
    return this.deliveries[index] === undefined;
  }

  /** The entry of a record that is not settled. */
  entryAt(index: number): Entry {
    return (this.#entries[index] ??= new Entry(this, index));
  }

  /** The entries of all records that are not settled. */
  openEntries(): Entry[] {
    const open: Entry[] = [];
    for (let index = 0; index < this.records.length; index++) if (this.isOpen(index)) open.push(this.entryAt(index));
    return open;
  }

  /** Notes the outcome of a record. */
  settle(index: number, delivery: Delivery): void {
    this.deliveries[index] = delivery;
    this.#entries[index] = undefined;
    this.bytes -= this.sizes[index] ?? 0;
    this.remaining--;
  }

  onFinished(listener: () => void): void {
    this.#listeners.push(listener);
  }

  finish(): void {
    for (const listener of this.#listeners) listener();
    this.#resolve(this.deliveries);
  }
}

/** One record on its way. */
export class Entry {
  readonly record: PutRecord;
  readonly call: Call;
  /** Position among the records of its call. */
  readonly index: number;
  /** What Kinesis counts for it. */
  readonly size: number;
  /** Requests that carried it so far. */
  attempts = 0;
  /** An attempt may have stored it without confirmation. */
  isAmbiguous = false;
  isSettled = false;
  isInFlight = false;
  /** Its caller aborted while it was in flight: take the answer, but do not send it again. */
  isCancelled = false;
  /** Why the last attempt failed. */
  fault: Fault | undefined = undefined;
  /** Cached place in the hash space. */
  hash: string | undefined = undefined;
  /** Where the shard map says it goes; undefined when nobody asked. */
  shardId: string | undefined = undefined;
  /** Ordering per key: not to be sent before the entries in front of it. */
  isBehind = false;
  /** Ordering per key: the entry behind this one. */
  next: Entry | undefined = undefined;

  constructor(call: Call, index: number) {
    // The index is one of the call's own.
    this.record = call.records[index] as PutRecord;
    this.size = call.sizes[index] ?? 0;
    this.call = call;
    this.index = index;
  }
}

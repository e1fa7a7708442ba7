import { Entry } from "./entry.ts";
import type { Linked } from "../queues/linked-set.ts";
import type { Delivery, PutRecord } from "../types.ts";

/** One `put` or `send` under way. */
export class Call implements Linked<Call> {
  readonly records: readonly PutRecord[];
  /** Bytes that Kinesis counts for each record; set before the call is queued. */
  readonly sizes: Uint32Array;
  readonly deadline: number;
  /** True for `send`, whose record waits for others to share its request; false for `put`. */
  readonly isLingering: boolean;
  /** Records not settled yet. */
  remaining: number;
  /** Bytes of the records that are not settled yet. */
  bytes = 0;
  isAdmitted = false;
  /** Position among the calls that wait for admission. */
  arrival = 0;
  /** Index of the first record that no request has carried yet. Used only if the call is queued as a whole. */
  next = 0;
  previous: Call | undefined = undefined;
  following: Call | undefined = undefined;
  /**
   * Entries under way, by index. An entry lives from its first use until it is settled: a large `put` has few at a
   * time, and a minor collection frees them.
   */
  readonly #entries: (Entry | undefined)[] = [];
  /**
   * Made for the first delivery. An array that has moved to the old generation while the call waited would keep its
   * deliveries alive until a major collection.
   */
  #deliveries: Delivery[] | undefined = undefined;
  readonly #resolve: (deliveries: Delivery[]) => void;
  readonly #listeners: (() => void)[] = [];

  constructor(
    records: readonly PutRecord[],
    deadline: number,
    isLingering: boolean,
    resolve: (deliveries: Delivery[]) => void,
  ) {
    this.records = records;
    this.sizes = new Uint32Array(records.length);
    this.remaining = records.length;
    this.deadline = deadline;
    this.isLingering = isLingering;
    this.#resolve = resolve;
  }

  isOpen(index: number): boolean {
    return this.#deliveries?.[index] === undefined;
  }

  /** Returns the entry of a record that is not settled, and makes it on first use. */
  entryAt(index: number): Entry {
    return (this.#entries[index] ??= new Entry(this, index));
  }

  /** Returns the entries of all records that are not settled. */
  openEntries(): Entry[] {
    const open: Entry[] = [];
    for (let index = 0; index < this.records.length; index++) if (this.isOpen(index)) open.push(this.entryAt(index));
    return open;
  }

  /** Stores the delivery of a record and drops its entry. */
  settle(index: number, delivery: Delivery): void {
    this.#deliveries ??= new Array<Delivery>(this.records.length);
    this.#deliveries[index] = delivery;
    this.#entries[index] = undefined;
    this.bytes -= this.sizes[index] ?? 0;
    this.remaining--;
  }

  onFinished(listener: () => void): void {
    this.#listeners.push(listener);
  }

  finish(): void {
    for (const listener of this.#listeners) listener();
    this.#resolve(this.#deliveries ?? []);
  }
}

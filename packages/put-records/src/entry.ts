import type { Fault } from "./faults.ts";
import type { Delivery, PutRecord } from "./types.ts";

/** One `put` or `send` under way. */
export class Call {
  readonly deliveries: Delivery[];
  readonly entries: Entry[] = [];
  readonly deadline: number;
  /** Records not settled yet. */
  remaining: number;
  /** Bytes of the records that are not settled yet. */
  bytes = 0;
  isAdmitted = false;
  /** Whether its records wait for company: `send` lingers, `put` does not. */
  readonly isLingering: boolean;
  readonly #resolve: (deliveries: Delivery[]) => void;
  readonly #listeners: (() => void)[] = [];

  constructor(records: number, deadline: number, isLingering: boolean, resolve: (deliveries: Delivery[]) => void) {
    this.deliveries = new Array<Delivery>(records);
    this.remaining = records;
    this.deadline = deadline;
    this.isLingering = isLingering;
    this.#resolve = resolve;
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

  constructor(record: PutRecord, call: Call, index: number, size: number) {
    this.record = record;
    this.call = call;
    this.index = index;
    this.size = size;
  }
}

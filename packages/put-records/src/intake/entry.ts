import type { ShardBacklog } from "./admission.ts";
import type { Call } from "./call.ts";
import type { Fault } from "../outcome/faults.ts";
import type { PutRecord } from "../types.ts";

/** One record on its way. */
export class Entry {
  readonly record: PutRecord;
  readonly call: Call;
  /** Position among the records of its call. */
  readonly index: number;
  /** Bytes that Kinesis counts for it: data and UTF-8 partition key. */
  readonly size: number;
  /** Requests that carried it so far. */
  attempts = 0;
  /** An attempt may have stored it without confirmation. */
  isAmbiguous = false;
  isSettled = false;
  isInFlight = false;
  /** Requests with this record alone that Kinesis refused as invalid. */
  refusals = 0;
  /** Its caller aborted while it was in flight: take the answer, but do not send it again. */
  isCancelled = false;
  /** Why the last attempt failed. */
  fault: Fault | undefined = undefined;
  /** Cached place in the hash space. */
  hash: string | undefined = undefined;
  /** The shard that the shard map names for it; undefined until looked up. */
  shardId: string | undefined = undefined;
  /** The backlog it counts towards, if it has waited for a throttled shard. */
  backlog: ShardBacklog | undefined = undefined;
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

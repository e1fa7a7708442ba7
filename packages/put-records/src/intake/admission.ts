import type { Call } from "./call.ts";
import type { Entry } from "./entry.ts";
import { Fifo } from "../queues/fifo.ts";

/**
 * Shares of `maxInFlightBytes` that records waiting for throttled shards may take: for one shard, and for all of them.
 */
const SHARE_OF_ONE_SHARD = 0.25;
const SHARE_OF_ALL_SHARDS = 0.5;

/** Backlog bytes above a shard's share do not count against `maxInFlightBytes`, up to once that limit. */
const MAX_UNCOUNTED_BACKLOG_RATIO = 1;

/** Records of one throttled shard that wait, or have waited, and are not settled. */
export interface ShardBacklog {
  readonly shardId: string;
  bytes: number;
}

/**
 * Bounds the bytes that are accepted and not yet settled. Calls enter in the order they came. A call larger than the
 * bound enters alone: its bytes lie with the caller anyway.
 *
 * Throttled shards must not block records of healthy shards. So a backlog counts up to its share only, and a call whose
 * records are all for shards with a full share waits in a line of its own. A call with other records too enters at
 * once. Through such calls more bytes can be held than count; the uncounted bytes are limited for that reason.
 */
export class Admission {
  readonly #maxBytes: number;
  readonly #shardShare: number;
  readonly #backlogShare: number;
  readonly #maxUncountedBytes: number;
  readonly #backlogs = new Map<string, ShardBacklog>();
  readonly #waiting = new Fifo<Call>();
  /** Calls that wait until the backlog of a shard is smaller, by shard id. */
  readonly #waitingForShards = new Map<string, Fifo<Call>>();
  #arrivals = 0;
  #waitingBytes = 0;
  #acceptedBytes = 0;
  /** Of the accepted bytes, those that belong to backlogs; of these, those within the share of their shard. */
  #backlogBytes = 0;
  #sharedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#shardShare = Math.max(1, Math.floor(maxBytes * SHARE_OF_ONE_SHARD));
    this.#backlogShare = Math.max(1, Math.floor(maxBytes * SHARE_OF_ALL_SHARDS));
    this.#maxUncountedBytes = Math.floor(maxBytes * MAX_UNCOUNTED_BACKLOG_RATIO);
  }

  /** Bytes that count towards the bound. */
  get usedBytes(): number {
    const uncounted = this.#backlogBytes - Math.min(this.#sharedBytes, this.#backlogShare);
    return this.#acceptedBytes - Math.min(uncounted, this.#maxUncountedBytes);
  }

  /** Bytes that have entered and are not settled. */
  get heldBytes(): number {
    return this.#acceptedBytes;
  }

  /** Bytes of the calls that have not entered yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** True if {@link isShardFull} may hold for some shard. */
  get hasFullShards(): boolean {
    return this.#sharedBytes >= this.#shardShare;
  }

  /** Lets the call in if there is room and no other call waits before it. Returns whether it entered. */
  tryEnter(call: Call): boolean {
    if (!this.hasRoomFor(call)) return false;
    this.#enter(call);
    return true;
  }

  hasRoomFor(call: Call): boolean {
    return this.#nextLine() === undefined && this.#fits(call);
  }

  /**
   * True if the backlog of this shard, or of all throttled shards together, has its share: new calls then wait outside.
   */
  isShardFull(shardId: string): boolean {
    const waiting = this.#backlogs.get(shardId)?.bytes ?? 0;
    return waiting >= this.#shardShare || this.#sharedBytes >= this.#backlogShare;
  }

  wait(call: Call): void {
    this.#lineUp(call, this.#waiting);
  }

  /** Queues a call whose records are all for shards with a full share; `shardId` is one of these shards. */
  waitForShard(call: Call, shardId: string): void {
    let line = this.#waitingForShards.get(shardId);
    if (line === undefined) {
      line = new Fifo();
      this.#waitingForShards.set(shardId, line);
    }
    this.#lineUp(call, line);
  }

  /** Counts a record as backlog of a throttled shard, from now until it is settled. */
  addToBacklog(entry: Entry, shardId: string): void {
    if (entry.backlog !== undefined) return;
    let backlog = this.#backlogs.get(shardId);
    if (backlog === undefined) {
      backlog = { shardId, bytes: 0 };
      this.#backlogs.set(shardId, backlog);
    }
    entry.backlog = backlog;
    this.#resize(backlog, entry.size);
  }

  /** Takes the bytes of a settled record off the counters, whether its call has entered or waits. */
  release(entry: Entry): void {
    if (!entry.call.isAdmitted) {
      this.#waitingBytes -= entry.size;
      return;
    }
    this.#acceptedBytes -= entry.size;
    const { backlog } = entry;
    if (backlog === undefined) return;
    entry.backlog = undefined;
    this.#resize(backlog, -entry.size);
    if (backlog.bytes === 0) this.#backlogs.delete(backlog.shardId);
  }

  /** Lets the next waiting call in and returns it; undefined if no call waits or there is no room. */
  next(): Call | undefined {
    const line = this.#nextLine();
    const call = line?.peek();
    if (line === undefined || call === undefined || !this.#fits(call)) return undefined;
    line.shift();
    this.#waitingBytes -= call.bytes;
    this.#enter(call);
    return call;
  }

  /** Drops waiting calls whose records have all been settled meanwhile. */
  compact(): void {
    const isWanted = (call: Call) => call.remaining > 0;
    this.#waiting.retain(isWanted);
    for (const [shardId, line] of this.#waitingForShards) {
      line.retain(isWanted);
      if (line.size === 0) this.#waitingForShards.delete(shardId);
    }
  }

  #lineUp(call: Call, line: Fifo<Call>): void {
    call.arrival = this.#arrivals++;
    line.push(call);
    this.#waitingBytes += call.bytes;
  }

  /** Returns the line whose first call has waited longest, without the lines of shards that still have a full share. */
  #nextLine(): Fifo<Call> | undefined {
    let next = firstOf(this.#waiting) === undefined ? undefined : this.#waiting;
    for (const [shardId, line] of this.#waitingForShards) {
      const call = firstOf(line);
      if (call === undefined) this.#waitingForShards.delete(shardId);
      else if (!this.isShardFull(shardId) && call.arrival < (next?.peek()?.arrival ?? Number.POSITIVE_INFINITY)) {
        next = line;
      }
    }
    return next;
  }

  #fits(call: Call): boolean {
    if (call.bytes <= this.#maxBytes) return this.usedBytes + call.bytes <= this.#maxBytes;
    return this.#acceptedBytes === this.#backlogBytes && this.#acceptedBytes <= this.#maxUncountedBytes;
  }

  #enter(call: Call): void {
    call.isAdmitted = true;
    this.#acceptedBytes += call.bytes;
  }

  #resize(backlog: ShardBacklog, bytes: number): void {
    const before = Math.min(backlog.bytes, this.#shardShare);
    backlog.bytes += bytes;
    this.#backlogBytes += bytes;
    this.#sharedBytes += Math.min(backlog.bytes, this.#shardShare) - before;
  }
}

/** Returns the first call of a line that still waits, and drops settled calls in front of it. */
function firstOf(line: Fifo<Call>): Call | undefined {
  while (line.peek()?.remaining === 0) line.shift();
  return line.peek();
}

import type { Call } from "./call.ts";
import type { Entry } from "./entry.ts";
import { Fifo } from "./fifo.ts";

/**
 * The most of the bound that records waiting for throttled shards take away from the others: of one shard, and of all.
 */
const SHARE_OF_ONE_SHARD = 0.25;
const SHARE_OF_ALL_SHARDS = 0.5;

/** Backlogs beyond their share are let off so much of the bound at most: more of them counts like everything else. */
const MOST_UNCOUNTED = 1;

/** What waits, or has waited, for one throttled shard and is not settled. */
export interface ShardBacklog {
  readonly shardId: string;
  bytes: number;
}

/**
 * Bounds the bytes accepted and not yet settled. Calls are let in first come, first served; one that is larger than
 * the whole bound is let in alone, since its bytes are in the caller's hands anyway.
 *
 * Throttled shards must not keep those waiting whose shards are well. So their backlogs count up to a share only, and
 * calls with nothing but records for shards that have their share wait at a door of their own. A call that has other
 * records as well is let in: that is what may make more be held than counts, and why there is an end to what does not
 * count.
 */
export class Admission {
  readonly #maxBytes: number;
  readonly #shardShare: number;
  readonly #backlogShare: number;
  readonly #mostUncounted: number;
  readonly #backlogs = new Map<string, ShardBacklog>();
  readonly #waiting = new Fifo<Call>();
  /** Those who wait until less waits for a shard, by its id. */
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
    this.#mostUncounted = Math.floor(maxBytes * MOST_UNCOUNTED);
  }

  /** What counts towards the bound. */
  get usedBytes(): number {
    const uncounted = this.#backlogBytes - Math.min(this.#sharedBytes, this.#backlogShare);
    return this.#acceptedBytes - Math.min(uncounted, this.#mostUncounted);
  }

  /** What was let in and is not settled. */
  get heldBytes(): number {
    return this.#acceptedBytes;
  }

  /** What was not let in yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether there can be a shard that {@link isShardFull}. */
  get hasFullShards(): boolean {
    return this.#sharedBytes >= this.#shardShare;
  }

  /** Lets the call in if there is room and nobody waits before it. */
  tryEnter(call: Call): boolean {
    if (!this.hasRoomFor(call)) return false;
    this.#enter(call);
    return true;
  }

  hasRoomFor(call: Call): boolean {
    return this.#nextLine() === undefined && this.#fits(call);
  }

  /**
   * Whether so much waits for the shard, or for throttled shards in all, that what comes now had better wait outside.
   */
  isShardFull(shardId: string): boolean {
    const waiting = this.#backlogs.get(shardId)?.bytes ?? 0;
    return waiting >= this.#shardShare || this.#sharedBytes >= this.#backlogShare;
  }

  wait(call: Call): void {
    this.#lineUp(call, this.#waiting);
  }

  /** The call has nothing but records for shards that have their share; `shardId` is one of them. */
  waitForShard(call: Call, shardId: string): void {
    let line = this.#waitingForShards.get(shardId);
    if (line === undefined) {
      line = new Fifo();
      this.#waitingForShards.set(shardId, line);
    }
    this.#lineUp(call, line);
  }

  /** The record waits for a throttled shard. It counts as that shard's until it is settled. */
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

  /** A record is settled, inside or at the door. */
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

  /** The next waiting call, let in, if there is room for it now. */
  next(): Call | undefined {
    const line = this.#nextLine();
    const call = line?.peek();
    if (line === undefined || call === undefined || !this.#fits(call)) return undefined;
    line.shift();
    this.#waitingBytes -= call.bytes;
    this.#enter(call);
    return call;
  }

  /** Forgets waiting calls that have been settled meanwhile. */
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

  /** The line whose first call has waited longest, of those that do not wait for a shard that has its share still. */
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
    return this.#acceptedBytes === this.#backlogBytes && this.#acceptedBytes <= this.#mostUncounted;
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

/** The first call of a line that still waits; those that have been settled meanwhile step out. */
function firstOf(line: Fifo<Call>): Call | undefined {
  while (line.peek()?.remaining === 0) line.shift();
  return line.peek();
}

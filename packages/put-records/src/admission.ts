import type { Call } from "./call.ts";
import type { Entry } from "./entry.ts";
import { Fifo } from "./fifo.ts";

/** The most of the bound that records waiting for throttled shards take away from the others: of one shard, and of all. */
const SHARE_OF_ONE_SHARD = 0.25;
const SHARE_OF_ALL_SHARDS = 0.5;

/** What waits, or has waited, for one throttled shard and is not settled. */
export interface ShardBacklog {
  readonly shardId: string;
  bytes: number;
}

/**
 * Bounds the bytes accepted and not yet settled. Calls are let in first come, first served; one that is larger than
 * the whole bound is let in alone, since its bytes are in the caller's hands anyway. For the same reason the backlogs of
 * throttled shards count up to a share only: who waits for such a shard waits inside, and not at the door in front of
 * those whose shards are well.
 */
export class Admission {
  readonly #maxBytes: number;
  readonly #shardShare: number;
  readonly #backlogShare: number;
  readonly #backlogs = new Map<string, ShardBacklog>();
  #waiting = new Fifo<Call>();
  #acceptedBytes = 0;
  /** Of the accepted bytes, those that belong to backlogs; of these, those within the share of their shard. */
  #backlogBytes = 0;
  #sharedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#shardShare = Math.floor(maxBytes * SHARE_OF_ONE_SHARD);
    this.#backlogShare = Math.floor(maxBytes * SHARE_OF_ALL_SHARDS);
  }

  /** What counts towards the bound. */
  get usedBytes(): number {
    return this.#acceptedBytes - this.#backlogBytes + Math.min(this.#sharedBytes, this.#backlogShare);
  }

  /** Lets the call in if there is room and nobody waits before it. */
  tryEnter(call: Call): boolean {
    if (!this.hasRoomFor(call)) return false;
    this.#enter(call);
    return true;
  }

  hasRoomFor(call: Call): boolean {
    return this.#waiting.size === 0 && this.#fits(call);
  }

  /** Whether so much waits for the shard, or for throttled shards in all, that what comes now had better wait outside. */
  isShardFull(shardId: string): boolean {
    const waiting = this.#backlogs.get(shardId)?.bytes ?? 0;
    return waiting >= this.#shardShare || this.#sharedBytes >= this.#backlogShare;
  }

  wait(call: Call): void {
    this.#waiting.push(call);
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

  /** An admitted record is settled. */
  release(entry: Entry): void {
    this.#acceptedBytes -= entry.size;
    const { backlog } = entry;
    if (backlog === undefined) return;
    entry.backlog = undefined;
    this.#resize(backlog, -entry.size);
    if (backlog.bytes === 0) this.#backlogs.delete(backlog.shardId);
  }

  /** The next waiting call, let in, if there is room for it now. */
  next(): Call | undefined {
    for (let call = this.#waiting.peek(); call !== undefined; call = this.#waiting.peek()) {
      if (call.remaining === 0) {
        this.#waiting.shift();
        continue;
      }
      if (!this.#fits(call)) return undefined;
      this.#waiting.shift();
      this.#enter(call);
      return call;
    }
    return undefined;
  }

  /** Forgets waiting calls that have been settled meanwhile. */
  compact(): void {
    this.#waiting.retain((call) => call.remaining > 0);
  }

  #fits(call: Call): boolean {
    if (call.bytes > this.#maxBytes) return this.#acceptedBytes === this.#backlogBytes;
    return this.usedBytes + call.bytes <= this.#maxBytes;
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

import type { Admission } from "../intake/admission.ts";
import { Call } from "../intake/call.ts";
import type { Entry } from "../intake/entry.ts";
import { Fifo } from "./fifo.ts";
import { hashOf } from "../stream/hash-key.ts";
import { HeldQueue } from "./held-queue.ts";
import { MAX_RECORDS_PER_REQUEST, MAX_REQUEST_BYTES } from "../limits.ts";
import { bodyBytesOf } from "../wire/request-ceiling.ts";
import type { StreamState } from "../stream/stream-state.ts";

/**
 * Lingering records of one shard are sent once they have this many bytes: the shard would throttle more (as in the
 * KPL).
 */
const MAX_LINGERING_BYTES_PER_SHARD = 256 * 1024;

/** Interval at which records held back by a rate limit are sent, so that they share requests. */
const HELD_INTERVAL_MS = 50;

/** Settled entries that the queues may contain before they are swept. */
const MAX_SETTLED = 1024;

interface Batch {
  readonly entries: Entry[];
  bytes: number;
  /** Largest body, in bytes, that every proxy on the way is known to let pass. */
  readonly maxBodyBytes: number;
}

/** The queues of entries that wait to be sent. Forms the batch of the next request. */
export class Batcher {
  readonly #state: StreamState;
  readonly #admission: Admission;
  readonly #retries = new Fifo<Entry>();
  /** Entries, and calls that are queued as a whole. */
  readonly #ready = new Fifo<Entry | Call>();
  /** Entries whose shard is at its rate limit, by shard id. Entries of other shards do not wait for them. */
  readonly #held = new Map<string, HeldQueue>();
  #heldUntil = Number.NEGATIVE_INFINITY;
  #readyBytes = 0;
  #isDue = false;
  readonly #lingeringBytes = new Map<string, number>();
  #settled = 0;

  constructor(state: StreamState, admission: Admission) {
    this.#state = state;
    this.#admission = admission;
  }

  /** Queues an entry for the next free request. */
  add(entry: Entry): void {
    this.#ready.push(entry);
    this.#readyBytes += entry.size;
    this.#isDue = true;
  }

  /** Queues all records of a call for the next free requests. */
  addCall(call: Call): void {
    this.#ready.push(call);
    this.#isDue = true;
  }

  /**
   * Queues an entry that may wait for others to share its request. Returns false if enough entries wait already, so
   * that the batch is due.
   */
  linger(entry: Entry): boolean {
    this.#ready.push(entry);
    this.#readyBytes += entry.size;
    if (this.#ready.size >= MAX_RECORDS_PER_REQUEST || this.#readyBytes >= MAX_REQUEST_BYTES) this.#isDue = true;
    const shardId = this.#locate(entry);
    if (shardId !== undefined && !this.#isDue) {
      const bytes = (this.#lingeringBytes.get(shardId) ?? 0) + entry.size;
      this.#lingeringBytes.set(shardId, bytes);
      if (bytes >= MAX_LINGERING_BYTES_PER_SHARD) this.#isDue = true;
    }
    return !this.#isDue;
  }

  /** Queues entries in front of those that were never sent. */
  retry(entries: readonly Entry[]): void {
    for (const entry of entries) this.#retries.push(entry);
  }

  /** Makes lingering entries due. */
  flush(): void {
    this.#isDue = this.#ready.size > 0;
  }

  /** Empties the queues; called when every entry is settled. */
  clear(): void {
    this.#retries.clear();
    this.#ready.clear();
    this.#held.clear();
    this.#lingeringBytes.clear();
    this.#readyBytes = 0;
    this.#isDue = false;
    this.#settled = 0;
  }

  /**
   * Counts an entry that was settled while queued. It is dropped when its turn comes, or earlier by a sweep if there
   * are many.
   */
  noteSettled(): void {
    if (++this.#settled < MAX_SETTLED) return;
    this.#settled = 0;
    const isWanted = (entry: Entry) => !entry.isSettled;
    this.#retries.retain(isWanted);
    this.#ready.retain((item) => (item instanceof Call ? item.remaining > 0 : isWanted(item)));
    for (const held of this.#held.values()) held.retain(isWanted);
  }

  /** Takes the entries of the next request off the queues; undefined if no entry may be sent now. */
  next(now: number): Entry[] | undefined {
    const batch: Batch = { entries: [], bytes: 0, maxBodyBytes: this.#state.ceiling.at(now) };
    const isReadyWanted = this.#isDue || this.#retries.size > 0;
    if (this.#held.size > 0 && (isReadyWanted || now >= this.#heldUntil)) this.#takeHeld(batch, now);
    this.#take(this.#retries, batch, now);
    if (this.#isDue || batch.entries.length > 0) {
      this.#take(this.#ready, batch, now);
      this.#lingeringBytes.clear();
      if (this.#ready.size === 0) {
        this.#isDue = false;
        this.#readyBytes = 0;
      }
    }
    return batch.entries.length > 0 ? batch.entries : undefined;
  }

  /** Milliseconds until held entries may be sent; undefined if no entry is held. */
  msUntilHeld(now: number): number | undefined {
    let earliest: number | undefined;
    for (const shardId of this.#held.keys()) {
      const ms = this.#state.limiter.msUntilToken(shardId, now);
      if (earliest === undefined || ms < earliest) earliest = ms;
    }
    return earliest === undefined ? undefined : Math.max(earliest, this.#heldUntil - now, 1);
  }

  /** The shard the entry goes to, if its rate is limited. */
  limitedShardOf(entry: Entry): string | undefined {
    const { limiter } = this.#state;
    if (!limiter.isLimiting) return undefined;
    const shardId = this.#locate(entry);
    return shardId !== undefined && limiter.isLimited(shardId) ? shardId : undefined;
  }

  /** Moves entries from the queue to the batch until the batch is full. Entries of a shard at its limit are held. */
  #take(queue: Fifo<Entry | Call>, batch: Batch, now: number): void {
    for (let item = queue.peek(); item !== undefined; item = queue.peek()) {
      if (item instanceof Call) {
        if (!this.#takeFromCall(item, batch, now)) return;
      } else {
        if (!item.isSettled && !this.#place(item, batch, now)) return;
        if (queue === this.#ready) this.#readyBytes -= item.size;
      }
      queue.shift();
    }
  }

  /** False when the batch is full before the call's last record. */
  #takeFromCall(call: Call, batch: Batch, now: number): boolean {
    for (; call.next < call.records.length; call.next++) {
      if (call.isOpen(call.next) && !this.#place(call.entryAt(call.next), batch, now)) return false;
    }
    return true;
  }

  /** False when the batch is full. */
  #place(entry: Entry, batch: Batch, now: number): boolean {
    if (isFull(batch, entry)) return false;
    const shardId = this.limitedShardOf(entry);
    if (shardId === undefined || this.#mayPass(shardId, entry, now)) addTo(batch, entry);
    else this.#hold(shardId, entry, now);
    return true;
  }

  #mayPass(shardId: string, entry: Entry, now: number): boolean {
    return !this.#held.has(shardId) && this.#state.limiter.tryTake(shardId, entry.size, now);
  }

  #hold(shardId: string, entry: Entry, now: number): void {
    let held = this.#held.get(shardId);
    if (held === undefined) {
      if (this.#held.size === 0) this.#heldUntil = now + HELD_INTERVAL_MS;
      held = new HeldQueue();
      this.#held.set(shardId, held);
    }
    held.push(entry);
    this.#admission.addToBacklog(entry, shardId);
  }

  #takeHeld(batch: Batch, now: number): void {
    const { limiter } = this.#state;
    this.#heldUntil = now + HELD_INTERVAL_MS;
    for (const [shardId, held] of this.#held) {
      for (let entry = held.peek(); entry !== undefined; entry = held.peek()) {
        if (!entry.isSettled) {
          if (isFull(batch, entry) || !limiter.tryTake(shardId, entry.size, now)) break;
          addTo(batch, entry);
        }
        held.shift();
      }
      if (held.size === 0) this.#held.delete(shardId);
    }
  }

  #locate(entry: Entry): string | undefined {
    const map = this.#state.shardMap.current;
    if (map === undefined) return undefined;
    entry.hash ??= hashOf(entry.record);
    entry.shardId = entry.hash === undefined ? undefined : map.shardOf(entry.hash);
    return entry.shardId;
  }
}

function isFull({ entries, bytes, maxBodyBytes }: Batch, entry: Entry): boolean {
  if (entries.length >= MAX_RECORDS_PER_REQUEST || bytes + entry.size > MAX_REQUEST_BYTES) return true;
  // A record larger than a proxy's limit is sent alone.
  return entries.length > 0 && bodyBytesOf(entries.length + 1, bytes + entry.size) > maxBodyBytes;
}

function addTo(batch: Batch, entry: Entry): void {
  batch.entries.push(entry);
  batch.bytes += entry.size;
}

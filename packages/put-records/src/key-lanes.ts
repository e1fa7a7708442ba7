import type { Entry } from "./entry.ts";

/**
 * Keeps the records of one partition key in line: only the first may be sent, because Kinesis promises no order inside
 * one request, let alone between requests. A lane is a linked list through the entries; the map holds its last.
 */
export class KeyLanes {
  #last = new Map<string, Entry>();

  get size(): number {
    return this.#last.size;
  }

  /** Queues the entry behind the others of its key. */
  enter(entry: Entry): void {
    const key = entry.record.partitionKey;
    const last = this.#last.get(key);
    if (last !== undefined) {
      last.next = entry;
      entry.isBehind = true;
    }
    this.#last.set(key, entry);
  }

  /** The first entry of a lane is settled: lets the next unsettled one step forward and returns it. */
  advance(first: Entry): Entry | undefined {
    let entry = first.next;
    first.next = undefined;
    while (entry?.isSettled === true) {
      const { next } = entry;
      entry.next = undefined;
      entry = next;
    }
    if (entry === undefined) this.#end(first.record.partitionKey);
    else entry.isBehind = false;
    return entry;
  }

  /**
   * Nobody is left in the lane. With the last lane the map goes as well: it has grown and shrunk, and its dead tables
   * keep alive over minor collections what passed through it (as `LinkedSet` has it; a put of 10,000 records costs a
   * quarter less).
   */
  #end(key: string): void {
    this.#last.delete(key);
    if (this.#last.size === 0) this.#last = new Map();
  }
}

import type { Entry } from "../intake/entry.ts";
import { Fifo } from "./fifo.ts";

/** Entries that wait for tokens of one shard. Entries sent before come first, because new ones could starve them. */
export class HeldQueue {
  readonly #sentBefore = new Fifo<Entry>();
  readonly #fresh = new Fifo<Entry>();

  get size(): number {
    return this.#sentBefore.size + this.#fresh.size;
  }

  push(entry: Entry): void {
    this.#queueOf(entry).push(entry);
  }

  peek(): Entry | undefined {
    return this.#sentBefore.peek() ?? this.#fresh.peek();
  }

  shift(): Entry | undefined {
    return this.#sentBefore.shift() ?? this.#fresh.shift();
  }

  retain(isWanted: (entry: Entry) => boolean): void {
    this.#sentBefore.retain(isWanted);
    this.#fresh.retain(isWanted);
  }

  #queueOf(entry: Entry): Fifo<Entry> {
    return entry.attempts > 0 ? this.#sentBefore : this.#fresh;
  }
}

import { MAX_CACHE_ENTRIES, MAX_CACHED_KEY_LENGTH } from "./limits.ts";

/** The part of a text that a cache takes for its key. */
export function cutKey(text: string): string {
  return text.length > MAX_CACHED_KEY_LENGTH ? text.slice(0, MAX_CACHED_KEY_LENGTH) : text;
}

/**
 * A function that keeps its last result: neighbouring events often have the same input, and to compare is cheaper than
 * to look up.
 */
export function rememberLast<Value>(compute: (input: string) => Value): (input: string) => Value {
  let lastInput: string | undefined;
  let lastValue: Value | undefined;
  return (input) => {
    if (input !== lastInput) {
      lastValue = compute(input);
      lastInput = input;
    }
    return lastValue as Value;
  };
}

/**
 * Remembers results by input, at most two generations of `maxEntries`. When the young generation is full it becomes the
 * old one. Results of the old one that were not read again are dropped. As good as LRU for repeating inputs, and
 * cheaper.
 */
export class BoundedCache<Value> {
  readonly #maxEntries: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(maxEntries = MAX_CACHE_ENTRIES) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  getOrCreate(key: string, create: (key: string) => Value): Value {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    const value = old ?? create(key);
    if (key.length <= MAX_CACHED_KEY_LENGTH) this.#add(key, value);
    return value;
  }

  #add(key: string, value: Value): void {
    if (this.#young.size >= this.#maxEntries) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}

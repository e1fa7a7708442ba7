import { BoundedCache } from "../bounded-cache.ts";

/**
 * What several enrichments remember of one kind of input (addresses, say): one look-up serves them all, since they ask for the same
 * input one after the other.
 */
export class InputCache {
  readonly #entries = new BoundedCache<unknown[]>();
  #slots = 0;
  #lastInput: string | undefined;
  #lastEntry: unknown[] = [];

  /** A function that computes once per remembered input. What throws is not remembered. */
  remember<Value extends object>(compute: (input: string) => Value): (input: string) => Value {
    const slot = this.#slots;
    this.#slots += 1;
    return (input) => {
      const entry = this.#entryOf(input);
      const known = entry[slot] as Value | undefined;
      if (known !== undefined) return known;
      const value = compute(input);
      entry[slot] = value;
      return value;
    };
  }

  #entryOf(input: string): unknown[] {
    if (input !== this.#lastInput) {
      this.#lastEntry = this.#entries.getOrCreate(input, createEntry);
      this.#lastInput = input;
    }
    return this.#lastEntry;
  }
}

const createEntry = (): unknown[] => [];

/** One cache for each kind of input that enrichments share. */
export interface InputCaches {
  readonly addresses: InputCache;
  readonly userAgents: InputCache;
  readonly urls: InputCache;
}

export function createInputCaches(): InputCaches {
  return { addresses: new InputCache(), userAgents: new InputCache(), urls: new InputCache() };
}

import type { StringIndex } from "./string-index.ts";

type Side = "prefix" | "suffix";

/** Up to so many different lengths are looked up by hash, one look-up each; more are searched for. */
const MAX_HASHED_LENGTHS = 4;

/** Finds which of many strings a text begins (or ends) with. */
export function createAffixIndex<T>(
  entries: readonly (readonly [affix: string, item: T])[],
  side: Side,
): StringIndex<T> {
  const byAffix = new Map<string, T[]>();
  for (const [affix, item] of entries) {
    const items = byAffix.get(affix);
    if (items === undefined) byAffix.set(affix, [item]);
    else items.push(item);
  }
  const lengths = new Set([...byAffix.keys()].map((affix) => affix.length));
  return lengths.size <= MAX_HASHED_LENGTHS
    ? new HashedAffixes(byAffix, [...lengths], side)
    : new SortedAffixes(byAffix, side);
}

class HashedAffixes<T> implements StringIndex<T> {
  readonly #items: ReadonlyMap<string, readonly T[]>;
  readonly #lengths: readonly number[];
  readonly #isSuffix: boolean;

  constructor(items: ReadonlyMap<string, readonly T[]>, lengths: readonly number[], side: Side) {
    this.#items = items;
    this.#lengths = lengths;
    this.#isSuffix = side === "suffix";
  }

  collect(text: string, into: T[]): void {
    for (const length of this.#lengths) {
      if (length > text.length) continue;
      const affix = this.#isSuffix ? text.slice(text.length - length) : text.slice(0, length);
      const items = this.#items.get(affix);
      if (items !== undefined) into.push(...items);
    }
  }
}

/**
 * The strings are sorted, and each knows the longest other one that it begins with itself: all that a text begins with
 * lie on one such chain, which a binary search finds.
 */
class SortedAffixes<T> implements StringIndex<T> {
  readonly #strings: readonly string[];
  readonly #items: readonly (readonly T[])[];
  /** Index of the longest other string that this one begins with, or -1. */
  readonly #shorter: Int32Array;
  readonly #isSuffix: boolean;

  constructor(byAffix: ReadonlyMap<string, readonly T[]>, side: Side) {
    this.#isSuffix = side === "suffix";
    const sorted = [...byAffix].sort(([a], [b]) => this.#compare(a, b));
    this.#strings = sorted.map(([affix]) => affix);
    this.#items = sorted.map(([, items]) => items);
    this.#shorter = new Int32Array(sorted.length).fill(-1);
    for (let index = 1; index < sorted.length; index += 1) {
      let candidate = index - 1;
      while (candidate >= 0 && !this.#isAffix(candidate, this.#strings[index] ?? "")) {
        candidate = this.#shorter[candidate] ?? -1;
      }
      this.#shorter[index] = candidate;
    }
  }

  collect(text: string, into: T[]): void {
    let low = 0;
    let high = this.#strings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#strings[middle] ?? "", text) <= 0) low = middle + 1;
      else high = middle;
    }
    let index = low - 1;
    while (index >= 0 && !this.#isAffix(index, text)) index = this.#shorter[index] ?? -1;
    for (; index >= 0; index = this.#shorter[index] ?? -1) into.push(...(this.#items[index] ?? []));
  }

  #isAffix(index: number, text: string): boolean {
    const affix = this.#strings[index] ?? "";
    return this.#isSuffix ? text.endsWith(affix) : text.startsWith(affix);
  }

  #compare(a: string, b: string): number {
    const length = Math.min(a.length, b.length);
    for (let offset = 0; offset < length; offset += 1) {
      const difference = this.#isSuffix
        ? a.charCodeAt(a.length - 1 - offset) - b.charCodeAt(b.length - 1 - offset)
        : a.charCodeAt(offset) - b.charCodeAt(offset);
      if (difference !== 0) return difference;
    }
    return a.length - b.length;
  }
}

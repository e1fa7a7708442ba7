import type { Numbers } from "./numbers.ts";

/** A text that is looked for, and what it leads to. */
export interface TextKey {
  /** Upper case where case is ignored, and of ASCII characters then. */
  readonly text: string;
  readonly item: number;
  /** True if `a` to `z` of a value stand for `A` to `Z`. */
  readonly isCaseIgnored: boolean;
}

/** A value is the key itself, or begins or ends with it. */
export type Relation = "is" | "begins" | "ends";

/** The item of a text that is no key. */
export const NOT_FOUND = -1;

const FIRST_HASH = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;
const WINDOW_PRIME = 0x9e3779b1;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const CASE_BIT = 0x20;

/** Bits of the filter for each slot, 16 or more for each key: at most one of 16 look-ups in vain finds a bit set. */
const FILTER_BITS_PER_SLOT = 8;
const WORD_SIZE = 32;
const FILTER_SHIFT = 27;

/** Words of a slot: the hash of a key, its group, the place of its characters, its item. */
const SLOT_WORDS = 4;
const GROUP = 1;
const KEY = 2;
const ITEM = 3;

/** Words of 16 bits of a key before its characters: how many there are, in two words, and whether case is ignored. */
const KEY_HEAD = 3;
const HIGH_LENGTH = 1;
const CASE_IGNORED = 2;
const WORD_BITS = 16;

/**
 * Words of a group, in order: bits that tell how it is read; where its window begins; how many characters are in it
 * (none when the group has no window); which lengths its keys have, by their last five bits; its longest key; how many
 * lengths of affixes are looked up, and each in ascending order.
 */
const WINDOW_START = 1;
const WINDOW_LENGTH = 2;
const LENGTHS = 3;
const LONGEST = 4;
const AFFIX_COUNT = 5;
const AFFIXES = 6;
const LENGTH_BITS = 31;

const BACKWARD = 1;
const WHOLE = 2;

/** Any length of a key, where the window told which keys it may be. */
const ANY_LENGTH = -1;

/** Characters at one place of all keys of a group that tell them apart. */
interface Window {
  readonly isBackward: boolean;
  readonly start: number;
  readonly length: number;
}

const MAX_WINDOW = 4;

/** A window begins among so many characters. */
const MAX_WINDOW_STARTS = 32;

/** So many keys at most may be alike in a window: a text that is like them is compared with each. */
const MAX_ALIKE = 4;

interface Filed extends TextKey {
  readonly group: number;
}

/** Collects the keys of a table. The words of each group are added to the words that it is made with. */
export class TextKeys {
  readonly #words: number[];
  readonly #keys: Filed[] = [];

  constructor(words: number[]) {
    this.#words = words;
  }

  /** Adds keys that are looked up together. Returns the place of the group's words, which is its number. */
  addGroup(keys: readonly TextKey[], relation: Relation): number {
    const group = this.#words.length;
    const isWhole = relation === "is";
    const window = windowOf(keys, isWhole ? [false, true] : [relation === "ends"]);
    const isBackward = window?.isBackward ?? relation === "ends";
    const lengths = [...new Set(keys.map(({ text }) => text.length))].sort((a, b) => a - b);
    const lengthBits = lengths.reduce((bits, length) => bits | (1 << (length & LENGTH_BITS)), 0);
    const affixes = isWhole || window !== undefined ? [] : lengths;
    this.#words.push(
      (isBackward ? BACKWARD : 0) | (isWhole ? WHOLE : 0),
      ...[window?.start ?? 0, window?.length ?? 0],
      ...[lengthBits >>> 0, lengths.at(-1) ?? 0],
      ...[affixes.length, ...affixes],
    );
    for (const key of keys) this.#keys.push({ ...key, group });
    return group;
  }

  toTable(words: Uint32Array): TextTable {
    return new TextTable(this.#keys, words);
  }
}

/** The window that tells most keys apart; undefined when some would be alike in every one. */
function windowOf(keys: readonly TextKey[], directions: readonly boolean[]): Window | undefined {
  const shortest = keys.reduce((least, { text }) => Math.min(least, text.length), Infinity);
  let best: Window | undefined;
  let mostKinds = 0;
  for (const isBackward of directions) {
    for (let start = 0; start < Math.min(shortest, MAX_WINDOW_STARTS); start += 1) {
      const length = Math.min(MAX_WINDOW, shortest - start);
      const kinds = new Map<number, number>();
      for (const { text } of keys) {
        const hash = hashOfWindow(FIRST_HASH, text, isBackward ? text.length - start - length : start, length);
        kinds.set(hash, (kinds.get(hash) ?? 0) + 1);
      }
      if (kinds.size <= mostKinds || [...kinds.values()].some((alike) => alike > MAX_ALIKE)) continue;
      best = { isBackward, start, length };
      mostKinds = kinds.size;
      if (mostKinds === keys.length) return best;
    }
  }
  return best;
}

/**
 * Finds which keys a text is, or begins or ends with. All keys of a set lie in one table, so that data of one look-up
 * lies close together. A few characters that tell the keys of a group apart are looked up, and found keys compared.
 * Where no few characters do, the hash is taken character by character, so that one walk over a text finds keys of
 * every length. No part of a text is cut out. Hashes are the same in either case; the comparison tells cases apart.
 */
export class TextTable {
  /** The words of groups, at the places that are their numbers. */
  readonly #groups: Uint32Array;
  /** A bit for each hash that a key may have. Nearly all look-ups that find nothing end here. */
  readonly #filter: Uint32Array;
  readonly #lastWord: number;
  readonly #slots: Int32Array;
  readonly #lastSlot: number;
  /** Of each key its head, then its characters in the order in which its group is read. */
  readonly #keys: Uint16Array;

  constructor(keys: readonly Filed[], groups: Uint32Array) {
    this.#groups = groups;
    const slotCount = 2 ** Math.ceil(Math.log2(2 * keys.length + 1));
    this.#lastSlot = slotCount - 1;
    this.#filter = new Uint32Array(Math.ceil((slotCount * FILTER_BITS_PER_SLOT) / WORD_SIZE));
    this.#lastWord = this.#filter.length - 1;
    this.#slots = new Int32Array(slotCount * SLOT_WORDS).fill(NOT_FOUND);
    this.#keys = new Uint16Array(keys.reduce((sum, { text }) => sum + KEY_HEAD + text.length, 0));
    let place = 0;
    for (const key of keys) {
      this.#file(key, place);
      place += KEY_HEAD + key.text.length;
    }
  }

  /** Adds the items of the keys of a group that `text` is, or begins or ends with, to `into`. */
  collect(group: number, text: string, into: Numbers): void {
    const groups = this.#groups;
    const bits = groups[group] ?? 0;
    const length = groups[group + WINDOW_LENGTH] ?? 0;
    if ((bits & WHOLE) !== 0) {
      if (!this.#mayBeWhole(group, text)) return;
    } else if (length === 0) {
      this.#collectAffixes(group, text, into);
      return;
    } else if ((groups[group + WINDOW_START] ?? 0) + length > text.length) return;
    const hash = this.#hashOf(group, bits, length, text);
    if (this.#mayHave(hash)) this.#collectAt(hash, group, text, ANY_LENGTH, into);
  }

  /** The place behind the words of a group. */
  endOf(group: number): number {
    return group + AFFIXES + (this.#groups[group + AFFIX_COUNT] ?? 0);
  }

  /** The item of the key that `text` is, of a group of whole keys; or `NOT_FOUND`. */
  itemOf(group: number, text: string): number {
    if (!this.#mayBeWhole(group, text)) return NOT_FOUND;
    const groups = this.#groups;
    const hash = this.#hashOf(group, groups[group] ?? 0, groups[group + WINDOW_LENGTH] ?? 0, text);
    const slot = this.#mayHave(hash) ? this.#nextSlot(slotOf(hash), hash, group, text, ANY_LENGTH) : NOT_FOUND;
    return slot === NOT_FOUND ? NOT_FOUND : (this.#slots[slot * SLOT_WORDS + ITEM] ?? 0);
  }

  #collectAffixes(group: number, text: string, into: Numbers): void {
    const groups = this.#groups;
    const isBackward = ((groups[group] ?? 0) & BACKWARD) !== 0;
    const end = this.endOf(group);
    let hash = firstHash(group);
    let read = 0;
    for (let at = group + AFFIXES; at < end; at += 1) {
      const length = groups[at] ?? 0;
      if (length > text.length) return;
      hash = hashOn(hash, text, read, length, isBackward);
      read = length;
      if (this.#mayHave(hash)) this.#collectAt(hash, group, text, length, into);
    }
  }

  #mayBeWhole(group: number, { length }: string): boolean {
    const bits = this.#groups[group + LENGTHS] ?? 0;
    return ((bits >>> (length & LENGTH_BITS)) & 1) === 1 && length <= (this.#groups[group + LONGEST] ?? 0);
  }

  /** The hash of a group's window in the text, or of the whole text where the group has none. */
  #hashOf(group: number, bits: number, length: number, text: string): number {
    const first = firstHash(group);
    const isBackward = (bits & BACKWARD) !== 0;
    if (length === 0) return hashOn(first, text, 0, text.length, isBackward);
    const start = this.#groups[group + WINDOW_START] ?? 0;
    return hashOfWindow(first, text, isBackward ? text.length - start - length : start, length);
  }

  #collectAt(hash: number, group: number, text: string, length: number, into: Numbers): void {
    let slot = this.#nextSlot(slotOf(hash), hash, group, text, length);
    while (slot !== NOT_FOUND) {
      into.push(this.#slots[slot * SLOT_WORDS + ITEM] ?? 0);
      slot = this.#nextSlot(slot + 1, hash, group, text, length);
    }
  }

  /** The first slot from `from` on, before an empty one, whose key of `length` characters fits the text. */
  #nextSlot(from: number, hash: number, group: number, text: string, length: number): number {
    const slots = this.#slots;
    for (let slot = from & this.#lastSlot; ; slot = (slot + 1) & this.#lastSlot) {
      const owner = slots[slot * SLOT_WORDS + GROUP];
      if (owner === NOT_FOUND) return NOT_FOUND;
      if (owner !== group || slots[slot * SLOT_WORDS] !== hash) continue;
      if (this.#fits(slots[slot * SLOT_WORDS + KEY] ?? 0, group, text, length)) return slot;
    }
  }

  /** False if no key has the hash. */
  #mayHave(hash: number): boolean {
    return (((this.#filter[slotOf(hash) & this.#lastWord] ?? 0) >>> bitOf(hash)) & 1) !== 0;
  }

  #fits(key: number, group: number, text: string, length: number): boolean {
    const keys = this.#keys;
    const bits = this.#groups[group] ?? 0;
    const own = (keys[key] ?? 0) + ((keys[key + HIGH_LENGTH] ?? 0) << WORD_BITS);
    if (own > text.length || (length !== ANY_LENGTH && own !== length)) return false;
    if ((bits & WHOLE) !== 0 && own !== text.length) return false;
    const isCaseIgnored = keys[key + CASE_IGNORED] === 1;
    for (let read = 0; read < own; read += 1) {
      const code = text.charCodeAt((bits & BACKWARD) !== 0 ? text.length - 1 - read : read);
      const wanted = keys[key + KEY_HEAD + read];
      if (code !== wanted && !(isCaseIgnored && upper(code) === wanted)) return false;
    }
    return true;
  }

  #file({ text, item, group, isCaseIgnored }: Filed, place: number): void {
    const groups = this.#groups;
    const bits = groups[group] ?? 0;
    const isBackward = (bits & BACKWARD) !== 0;
    const hash = this.#hashOf(group, bits, groups[group + WINDOW_LENGTH] ?? 0, text);
    this.#keys.set([text.length, text.length >>> WORD_BITS, isCaseIgnored ? 1 : 0], place);
    for (let read = 0; read < text.length; read += 1) {
      this.#keys[place + KEY_HEAD + read] = text.charCodeAt(isBackward ? text.length - 1 - read : read);
    }
    let slot = slotOf(hash) & this.#lastSlot;
    while (this.#slots[slot * SLOT_WORDS + GROUP] !== NOT_FOUND) slot = (slot + 1) & this.#lastSlot;
    const word = slotOf(hash) & this.#lastWord;
    this.#filter[word] = (this.#filter[word] ?? 0) | (1 << bitOf(hash));
    this.#slots.set([hash, group, place, item], slot * SLOT_WORDS);
  }
}

function upper(code: number): number {
  return code >= LOWER_A && code <= LOWER_Z ? code - CASE_BIT : code;
}

function firstHash(group: number): number {
  return Math.imul(FIRST_HASH ^ group, HASH_PRIME);
}

/** The characters of a window side by side, so that none waits for the one before it to be hashed. */
function hashOfWindow(hash: number, text: string, from: number, length: number): number {
  let packed = 0;
  for (let at = from; at < from + length; at += 1) packed = (packed << 8) ^ (text.charCodeAt(at) | CASE_BIT);
  return Math.imul(packed ^ hash, WINDOW_PRIME);
}

/** Goes on with a hash over the characters from `from` to `to`, counted from the end of the text if it is read so. */
function hashOn(hash: number, text: string, from: number, to: number, isBackward: boolean): number {
  if (isBackward) {
    const last = text.length - to;
    for (let at = text.length - 1 - from; at >= last; at -= 1) hash = hashed(hash, text.charCodeAt(at));
  } else for (let at = from; at < to; at += 1) hash = hashed(hash, text.charCodeAt(at));
  return hash;
}

function hashed(hash: number, code: number): number {
  return Math.imul(hash ^ (code | CASE_BIT), HASH_PRIME);
}

/** The low bits of such a hash follow the last character too closely. */
function slotOf(hash: number): number {
  return hash ^ (hash >>> 15);
}

/** The bit of a word of the filter. The word's place takes the lower bits of the hash. */
function bitOf(hash: number): number {
  return hash >>> FILTER_SHIFT;
}

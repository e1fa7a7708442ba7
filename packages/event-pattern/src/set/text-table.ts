import type { Numbers } from "./numbers.ts";
/** How texts are read: from their first or their last character on, and whether `a` to `z` stand for `A` to `Z`. */
export interface Reading {
  readonly isBackward: boolean;
  readonly isCaseIgnored: boolean;
}

/** Texts with what each leads to; one text may come more than once. */
export type TextEntries = readonly (readonly [text: string, item: number])[];

/** The item of a text that is no key. */
export const NOT_FOUND = -1;

const FIRST_HASH = 0x811c9dc5 | 0;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const CASE_BIT = 0x20;

/** The mark of an empty slot. */
const EMPTY = 0;

/** Words of a slot: the hash of a key, the place of its characters, its item. */
const SLOT_WORDS = 3;
const KEY = 1;
const ITEM = 2;

/**
 * Finds which of many keys a text is, or begins or ends with. The hash is taken character by character, so that one
 * walk over a text finds keys of every length and no part of the text is cut out. What a look-up reads lies together: a
 * slot, then the characters of its key.
 */
export class TextTable {
  readonly #isBackward: boolean;
  readonly #isCaseIgnored: boolean;
  /** The different lengths of keys, in ascending order. */
  readonly #lengths: readonly number[];
  /** By slot: a byte of the hash of its key, 0 when it is empty. Nearly all look-ups that find nothing end here. */
  readonly #marks: Uint8Array;
  readonly #slots: Int32Array;
  readonly #lastSlot: number;
  /** Of each key its length, then its characters in the order in which they are read. */
  readonly #keys: Uint16Array;

  constructor(entries: TextEntries, { isBackward, isCaseIgnored }: Reading) {
    this.#isBackward = isBackward;
    this.#isCaseIgnored = isCaseIgnored;
    this.#lengths = [...new Set(entries.map(([text]) => text.length))].sort((a, b) => a - b);
    const slotCount = 2 ** Math.ceil(Math.log2(2 * entries.length + 1));
    this.#lastSlot = slotCount - 1;
    this.#marks = new Uint8Array(slotCount);
    this.#slots = new Int32Array(slotCount * SLOT_WORDS);
    this.#keys = new Uint16Array(entries.reduce((sum, [text]) => sum + 1 + text.length, 0));
    let place = 0;
    for (const [text, item] of entries) {
      this.#file(text, item, place);
      place += 1 + text.length;
    }
  }

  /** Adds the items of the keys that `text` begins (or, backward, ends) with to `into`. */
  collectAffixes(text: string, into: Numbers): void {
    const lengths = this.#lengths;
    let hash = FIRST_HASH;
    let read = 0;
    for (let index = 0; index < lengths.length; index += 1) {
      const length = lengths[index] ?? 0;
      if (length > text.length) return;
      for (; read < length; read += 1) hash = hashOf(hash, this.#codeAt(text, read));
      this.#collect(hash, length, text, into);
    }
  }

  /** Adds the items of the keys that `text` is to `into`. */
  collectWhole(text: string, into: Numbers): void {
    if (!this.#lengths.includes(text.length)) return;
    this.#collect(this.#hashOf(text), text.length, text, into);
  }

  /** The item of the key that `text` is, the first one if several are the same; or `NOT_FOUND`. */
  itemOf(text: string): number {
    if (!this.#lengths.includes(text.length)) return NOT_FOUND;
    const hash = this.#hashOf(text);
    const slot = this.#nextSlot(slotOf(hash), hash, text.length, text);
    return slot === NOT_FOUND ? NOT_FOUND : (this.#slots[slot * SLOT_WORDS + ITEM] ?? 0);
  }

  #hashOf(text: string): number {
    let hash = FIRST_HASH;
    for (let read = 0; read < text.length; read += 1) hash = hashOf(hash, this.#codeAt(text, read));
    return hash;
  }

  #collect(hash: number, length: number, text: string, into: Numbers): void {
    let slot = this.#nextSlot(slotOf(hash), hash, length, text);
    while (slot !== NOT_FOUND) {
      into.push(this.#slots[slot * SLOT_WORDS + ITEM] ?? 0);
      slot = this.#nextSlot(slot + 1, hash, length, text);
    }
  }

  /** The first slot from `from` on, before an empty one, whose key is the first `length` characters that are read. */
  #nextSlot(from: number, hash: number, length: number, text: string): number {
    const marks = this.#marks;
    const slots = this.#slots;
    const wanted = markOf(hash);
    for (let slot = from & this.#lastSlot; ; slot = (slot + 1) & this.#lastSlot) {
      const mark = marks[slot];
      if (mark === EMPTY) return NOT_FOUND;
      if (mark !== wanted || slots[slot * SLOT_WORDS] !== hash) continue;
      if (this.#isAt(slots[slot * SLOT_WORDS + KEY] ?? 0, length, text)) return slot;
    }
  }

  #isAt(place: number, length: number, text: string): boolean {
    const keys = this.#keys;
    if (keys[place] !== length) return false;
    for (let read = 0; read < length; read += 1) {
      if (keys[place + 1 + read] !== this.#codeAt(text, read)) return false;
    }
    return true;
  }

  #codeAt(text: string, read: number): number {
    const code = text.charCodeAt(this.#isBackward ? text.length - 1 - read : read);
    return this.#isCaseIgnored && code >= LOWER_A && code <= LOWER_Z ? code - CASE_BIT : code;
  }

  #file(text: string, item: number, place: number): void {
    let hash = FIRST_HASH;
    this.#keys[place] = text.length;
    for (let read = 0; read < text.length; read += 1) {
      const code = this.#codeAt(text, read);
      this.#keys[place + 1 + read] = code;
      hash = hashOf(hash, code);
    }
    let slot = slotOf(hash) & this.#lastSlot;
    while (this.#marks[slot] !== EMPTY) slot = (slot + 1) & this.#lastSlot;
    this.#marks[slot] = markOf(hash);
    this.#slots.set([hash, place, item], slot * SLOT_WORDS);
  }
}

function hashOf(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** The low bits of such a hash follow the last character too closely. */
function slotOf(hash: number): number {
  return hash ^ (hash >>> 15);
}

/** A byte of the hash that the number of its slot does not tell, and no zero. */
function markOf(hash: number): number {
  return (hash >>> 24) | 1;
}

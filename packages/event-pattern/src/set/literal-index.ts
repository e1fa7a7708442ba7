import { groupBy } from "../group-by.ts";
import type { Numbers } from "./numbers.ts";

/** Literals with what each leads to; one literal may come more than once. */
export type LiteralEntries = readonly (readonly [literal: string, item: number])[];

/** Characters looked at together. */
const BLOCK_LENGTH = 3;

/** Slots of the shift table for each block of the literals, so that most of them stay empty. */
const SLOTS_PER_BLOCK = 4;

/** More slots than 2 to the power of this would not fit into the processor's first cache. */
const MAX_SLOT_BITS = 13;

/** Longest end of a literal that is searched for; what stands before it is compared afterwards. */
const MAX_WINDOW = 24;

/** Times one group is looked at for one text. Beyond that all of it is named, so that repetition costs nothing. */
const MAX_LOOKS = 8;

interface Group {
  readonly literals: { readonly literal: string; readonly items: readonly number[] }[];
  looks: number;
  search: number;
}

/**
 * Finds which of many literals a text contains, in one walk that skips most of it (the method of Wu and Manber): the
 * three characters under a window's end say how far the window can move before a literal could end there.
 */
export class LiteralIndex {
  readonly #window: number;
  /** The slot of a block is its hash without so many low bits. */
  readonly #droppedBits: number;
  /** By slot of a block: how far a window that ends with it may move; 0 when a literal may end here. */
  readonly #shift: Uint8Array;
  /** By hash of the characters in a window at the literal's end: literals often end alike for a few characters. */
  readonly #groups = new Map<number, Group>();
  #search = 0;

  /** @param entries literals of at least three characters, see `accepts` */
  constructor(entries: LiteralEntries) {
    this.#window = Math.min(MAX_WINDOW, ...entries.map(([literal]) => literal.length));
    const blocks = new Set(entries.flatMap(([literal]) => this.#blocksOf(literal)));
    const slotBits = Math.min(MAX_SLOT_BITS, Math.ceil(Math.log2(SLOTS_PER_BLOCK * blocks.size)));
    this.#droppedBits = 32 - slotBits;
    this.#shift = new Uint8Array(2 ** slotBits).fill(this.#window - BLOCK_LENGTH + 1);
    for (const [literal, group] of groupBy(entries, ([text]) => text)) {
      this.#file(
        literal,
        group.map(([, item]) => item),
      );
    }
  }

  static accepts(literal: string): boolean {
    return literal.length >= BLOCK_LENGTH;
  }

  /** Adds the items of the literals that `text` contains, some perhaps twice, and a few that it does not contain. */
  collect(text: string, into: Numbers): void {
    this.#search += 1;
    let end = this.#window - 1;
    while (end < text.length) {
      const shift = this.#shift[this.#slotOf(blockAt(text, end))] ?? 1;
      if (shift === 0) {
        const group = this.#groups.get(windowAt(text, end, this.#window));
        if (group !== undefined) this.#look(group, text, end, into);
      }
      end += shift === 0 ? 1 : shift;
    }
  }

  #look(group: Group, text: string, end: number, into: Numbers): void {
    if (group.search !== this.#search) {
      group.search = this.#search;
      group.looks = 0;
    }
    group.looks += 1;
    if (group.looks > MAX_LOOKS) return;
    for (const { literal, items } of group.literals) {
      if (group.looks !== MAX_LOOKS && !text.startsWith(literal, end + 1 - literal.length)) continue;
      for (const item of items) into.push(item);
    }
  }

  #file(literal: string, items: readonly number[]): void {
    for (const [back, block] of this.#blocksOf(literal).entries()) {
      const slot = this.#slotOf(block);
      this.#shift[slot] = Math.min(this.#shift[slot] ?? 0, back);
    }
    const window = windowAt(literal, literal.length - 1, this.#window);
    const group = this.#groups.get(window) ?? { literals: [], looks: 0, search: 0 };
    this.#groups.set(window, group);
    group.literals.push({ literal, items });
  }

  /** The blocks of a literal's window, the last first. */
  #blocksOf(literal: string): number[] {
    return Array.from({ length: this.#window - BLOCK_LENGTH + 1 }, (_, back) =>
      blockAt(literal, literal.length - 1 - back),
    );
  }

  #slotOf(block: number): number {
    return Math.imul(block, 0x9e3779b1) >>> this.#droppedBits;
  }
}

/** Seven bits of each of the three characters that end at `end`; what collides is told apart by comparing. */
function blockAt(text: string, end: number): number {
  return (
    ((text.charCodeAt(end - 2) & 0x7f) << 14) | ((text.charCodeAt(end - 1) & 0x7f) << 7) | (text.charCodeAt(end) & 0x7f)
  );
}

/** A hash of the `length` characters that end at `end`. */
function windowAt(text: string, end: number, length: number): number {
  let hash = 0;
  for (let at = end - length + 1; at <= end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

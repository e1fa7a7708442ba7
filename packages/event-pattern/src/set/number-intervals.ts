import { endsOf, type Interval, partsOf } from "./interval-parts.ts";
import type { Numbers } from "./numbers.ts";

/** Cells for each end, so that few cells hold more than one. */
const CELLS_PER_END = 2;

/** Numbers of a group before its ends: the least one that is finite, and how many cells a unit has. */
const GROUP_NUMBERS = 2;

/** Words of a group: where its numbers begin, its last cell, where the words of its cells begin, … */
const LAST_CELL = 1;
const CELLS = 2;
/** … where the words of its places begin, how many parts there are, and the last place on the way up with items. */
const PLACES = 3;
const PART_COUNT = 4;
const TOP = 5;
export const INTERVAL_GROUP_WORDS = 6;

/** Set in the word of a cell that no interval reaches into: most look-ups that find nothing end there. */
const EMPTY_CELL = 0x8000_0000;
const ENDS_BEFORE = 0x7fff_ffff;

/** Collects groups of intervals. Their words are added to the words that it is made with. */
export class IntervalGroups {
  readonly #words: number[];
  readonly #numbers: number[] = [];

  constructor(words: number[]) {
    this.#words = words;
  }

  /** Adds what a look-up in the intervals reads, but for the words of the group itself, which it returns. */
  layOut(intervals: readonly Interval<number>[]): number[] {
    const ends = endsOf(intervals);
    const numbers = this.#numbers.length;
    const finite = ends.filter((end) => Number.isFinite(end));
    const least = finite[0] ?? 0;
    const lastCell = CELLS_PER_END * finite.length;
    const width = (finite.at(-1) ?? 0) - least;
    const cellsPerUnit = width > 0 && Number.isFinite(width) ? lastCell / width : 0;
    // Behind the ends stands what no number is equal to.
    this.#numbers.push(least, cellsPerUnit);
    for (const end of ends) this.#numbers.push(end);
    this.#numbers.push(Number.NaN);
    const inCell = new Uint32Array(lastCell + 1);
    for (const end of ends) {
      const cell = cellOf(end, least, cellsPerUnit, lastCell);
      inCell[cell] = (inCell[cell] ?? 0) + 1;
    }
    const { items, count, top } = partsOf(intervals, ends);
    const cells = this.#words.length;
    let before = 0;
    for (const endsInside of inCell) {
      const reached = items.slice(count + 2 * before, count + 2 * (before + endsInside) + 1);
      const isEmpty = top === count && reached.every(({ length }) => length === 0);
      this.#words.push((isEmpty ? EMPTY_CELL : 0) + before);
      before += endsInside;
    }
    this.#words.push(before);
    const places = this.#words.length;
    let next = places + items.length + 1;
    this.#words.push(next);
    for (const { length } of items) this.#words.push((next += length));
    for (const list of items) for (const item of list) this.#words.push(item);
    return [numbers, lastCell, cells, places, count, top];
  }

  toIntervals(words: Uint32Array): NumberIntervals {
    return new NumberIntervals(words, Float64Array.from(this.#numbers));
  }
}

/**
 * Finds which of many intervals of numbers hold a number. Cells of equal width lie over the ends: a number's cell tells
 * nearly where it stands among them. Ends that crowd in few cells are searched by halves.
 */
export class NumberIntervals {
  readonly #words: Uint32Array;
  readonly #numbers: Float64Array;

  constructor(words: Uint32Array, numbers: Float64Array) {
    this.#words = words;
    this.#numbers = numbers;
  }

  /** Adds the items of the intervals of a group that hold the point; the group is the place of its words. */
  collect(group: number, point: number, into: Numbers): void {
    const words = this.#words;
    const numbers = this.#numbers;
    const first = words[group] ?? 0;
    const ends = first + GROUP_NUMBERS;
    const cell = cellOf(point, numbers[first] ?? 0, numbers[first + 1] ?? 0, words[group + LAST_CELL] ?? 0);
    const cells = words[group + CELLS] ?? 0;
    let low = words[cells + cell] ?? 0;
    if (low >= EMPTY_CELL) return;
    let high = (words[cells + cell + 1] ?? 0) & ENDS_BEFORE;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[ends + middle] ?? point) < point) low = middle + 1;
      else high = middle;
    }
    const places = words[group + PLACES] ?? 0;
    const top = words[group + TOP] ?? 0;
    let place = 2 * low + (numbers[ends + low] === point ? 1 : 0) + (words[group + PART_COUNT] ?? 0);
    for (; place >= top; place >>>= 1) {
      const end = words[places + place + 1] ?? 0;
      for (let at = words[places + place] ?? 0; at < end; at += 1) into.push(words[at] ?? 0);
    }
  }
}

/** The cell of a number. It never falls as the number rises, so that the ends of a cell stand side by side. */
function cellOf(point: number, least: number, cellsPerUnit: number, lastCell: number): number {
  const cell = (point - least) * cellsPerUnit;
  if (cell >= lastCell) return lastCell;
  return cell > 0 ? Math.floor(cell) : 0;
}

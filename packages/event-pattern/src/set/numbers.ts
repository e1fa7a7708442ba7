/** Numbers may lie here before more room is made. */
const FIRST_ROOM = 64;

/** So few numbers are put into order by insertion. */
const MAX_INSERTED = 16;

/**
 * A list of whole numbers of 32 bits that is emptied and filled again for each event. An array would give its memory
 * back whenever it is emptied.
 */
export class Numbers {
  count = 0;
  #items = new Uint32Array(FIRST_ROOM);

  /** The number at a place below `count`. */
  at(place: number): number {
    return this.#items[place] ?? 0;
  }

  push(item: number): void {
    if (this.count === this.#items.length) this.#grow();
    this.#items[this.count] = item;
    this.count += 1;
  }

  /** Takes the last number off; there has to be one. */
  pop(): number {
    this.count -= 1;
    return this.#items[this.count] ?? 0;
  }

  /** Puts the numbers into ascending order. */
  sort(): void {
    const items = this.#items;
    if (this.count > MAX_INSERTED) {
      items.subarray(0, this.count).sort();
      return;
    }
    for (let end = 1; end < this.count; end += 1) {
      const item = items[end] ?? 0;
      let place = end;
      for (; place > 0 && (items[place - 1] ?? 0) > item; place -= 1) items[place] = items[place - 1] ?? 0;
      items[place] = item;
    }
  }

  #grow(): void {
    const items = new Uint32Array(2 * this.#items.length);
    items.set(this.#items);
    this.#items = items;
  }
}

import type { Numbers } from "./numbers.ts";
/** Many short lists of whole numbers in two flat arrays: thousands of small arrays would be spread over the memory. */
export class IntLists {
  readonly #starts: Uint32Array;
  readonly #items: Uint32Array;

  constructor(lists: readonly (readonly number[])[]) {
    this.#starts = new Uint32Array(lists.length + 1);
    lists.forEach((list, index) => {
      this.#starts[index + 1] = (this.#starts[index] ?? 0) + list.length;
    });
    this.#items = Uint32Array.from(lists.flat());
  }

  /** Adds the items of list `index` to `into`. */
  appendTo(into: Numbers, index: number): void {
    const end = this.#starts[index + 1] ?? 0;
    for (let place = this.#starts[index] ?? 0; place < end; place += 1) into.push(this.#items[place] ?? 0);
  }
}

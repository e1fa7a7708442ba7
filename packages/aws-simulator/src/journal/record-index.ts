/** Where a record lies on disk. */
export interface RecordPlace {
  readonly segment: number;
  readonly offset: number;
  /** Of the whole entry, its header included. */
  readonly length: number;
}

/** One line of the index. */
export interface IndexedRecord extends RecordPlace {
  readonly index: number;
  readonly arrivalMs: number;
  /** Data and partition key, as the limits of Kinesis count. */
  readonly sizeBytes: number;
}

const initialCapacity = 256;

/**
 * What is kept in memory of the records of a shard: 32 bytes for each, in typed arrays, so that a million records cost
 * no million objects.
 */
export class RecordIndex {
  #capacity = 0;
  #head = 0;
  #end = 0;
  #bytes = 0;
  #indexes = new Float64Array(0);
  #arrivals = new Float64Array(0);
  #places = new Uint32Array(0);

  get size(): number {
    return this.#end - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push({ index, arrivalMs, segment, offset, length, sizeBytes }: IndexedRecord): void {
    if (this.#end === this.#capacity) this.#makeRoom();
    const at = this.#end;
    this.#indexes[at] = index;
    this.#arrivals[at] = arrivalMs;
    this.#places[at * 4] = segment;
    this.#places[at * 4 + 1] = offset;
    this.#places[at * 4 + 2] = length;
    this.#places[at * 4 + 3] = sizeBytes;
    this.#end += 1;
    this.#bytes += sizeBytes;
  }

  at(rank: number): IndexedRecord | undefined {
    if (rank < 0 || rank >= this.size) return undefined;
    const at = this.#head + rank;
    return {
      index: this.#indexes[at] ?? 0,
      arrivalMs: this.#arrivals[at] ?? 0,
      segment: this.#places[at * 4] ?? 0,
      offset: this.#places[at * 4 + 1] ?? 0,
      length: this.#places[at * 4 + 2] ?? 0,
      sizeBytes: this.#places[at * 4 + 3] ?? 0,
    };
  }

  /** Rank of the first record whose index is at least `index`. */
  rankOf(index: number): number {
    let low = this.#head;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#indexes[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low - this.#head;
  }

  dropOldest(): void {
    if (this.size === 0) return;
    this.#bytes -= this.#places[this.#head * 4 + 3] ?? 0;
    this.#head += 1;
  }

  /** Moves what is left to the front when that frees half of the room; else doubles the room. */
  #makeRoom(): void {
    const isHalfEmpty = this.#head * 2 >= this.#capacity && this.#capacity > 0;
    this.#capacity = isHalfEmpty ? this.#capacity : Math.max(initialCapacity, this.#capacity * 2);
    this.#indexes = moved(this.#indexes, new Float64Array(this.#capacity), this.#head, this.#end);
    this.#arrivals = moved(this.#arrivals, new Float64Array(this.#capacity), this.#head, this.#end);
    this.#places = moved(this.#places, new Uint32Array(this.#capacity * 4), this.#head * 4, this.#end * 4);
    this.#end -= this.#head;
    this.#head = 0;
  }
}

function moved<T extends Float64Array | Uint32Array>(from: T, to: T, start: number, end: number): T {
  to.set(from.subarray(start, end));
  return to;
}

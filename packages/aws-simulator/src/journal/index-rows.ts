/** Numbers kept of each record: index, arrival, and offset, length and size in bytes. */
const DOUBLES = 2;
const INTEGERS = 3;
export const indexRowBytes = DOUBLES * Float64Array.BYTES_PER_ELEMENT + INTEGERS * Uint32Array.BYTES_PER_ELEMENT;

const INITIAL_CAPACITY = 64;

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

/** Rows of the records that one segment holds of one shard, in typed arrays: no object for each. */
export class IndexRows {
  #count = 0;
  #numbers: Float64Array;
  #places: Uint32Array;

  constructor(capacity = INITIAL_CAPACITY) {
    this.#numbers = new Float64Array(capacity * DOUBLES);
    this.#places = new Uint32Array(capacity * INTEGERS);
  }

  /** Takes up what {@link IndexRows.toBuffer} gave. */
  static from(bytes: Buffer): IndexRows {
    const count = bytes.byteLength / indexRowBytes;
    const rows = new IndexRows(count);
    rows.#count = count;
    const placesAt = rows.#numbers.byteLength;
    Buffer.from(rows.#numbers.buffer).set(bytes.subarray(0, placesAt));
    Buffer.from(rows.#places.buffer).set(bytes.subarray(placesAt));
    return rows;
  }

  get count(): number {
    return this.#count;
  }

  push({ index, arrivalMs, offset, length, sizeBytes }: IndexedRecord): void {
    if (this.#count * DOUBLES === this.#numbers.length) this.#grow();
    const [number, place] = [this.#count * DOUBLES, this.#count * INTEGERS];
    this.#numbers[number] = index;
    this.#numbers[number + 1] = arrivalMs;
    this.#places[place] = offset;
    this.#places[place + 1] = length;
    this.#places[place + 2] = sizeBytes;
    this.#count += 1;
  }

  /** @param segment that the rows are of */
  at(position: number, segment: number): IndexedRecord {
    const [number, place] = [position * DOUBLES, position * INTEGERS];
    return {
      segment,
      index: this.#numbers[number] ?? 0,
      arrivalMs: this.#numbers[number + 1] ?? 0,
      offset: this.#places[place] ?? 0,
      length: this.#places[place + 1] ?? 0,
      sizeBytes: this.#places[place + 2] ?? 0,
    };
  }

  /** Position of the first row whose index is at least `index`. */
  positionOf(index: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#numbers[middle * DOUBLES] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The rows as bytes, for this process only: in the order of the machine. */
  toBuffer(): Buffer {
    const numbers = this.#numbers.subarray(0, this.#count * DOUBLES);
    const places = this.#places.subarray(0, this.#count * INTEGERS);
    return Buffer.concat([
      Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength),
      Buffer.from(places.buffer, places.byteOffset, places.byteLength),
    ]);
  }

  #grow(): void {
    const numbers = new Float64Array(this.#numbers.length * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    const places = new Uint32Array(this.#places.length * 2);
    places.set(this.#places);
    this.#places = places;
  }
}

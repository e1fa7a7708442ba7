import { type RecordEntry, recordBodyBytes, writeRecord } from "./entries.ts";
import { writeHeader } from "./frame.ts";
import { ENTRY_HEADER_BYTES, SLAB_BYTES } from "./limits.ts";

/**
 * Room for entries, one behind the other, so that a group of them is written to the disk, and read again soon after,
 * from where they lie. A slab that is full belongs to those who still have a view of it.
 */
export class EntrySlabs {
  #slab = Buffer.alloc(0);
  #used = 0;

  addRecord(record: RecordEntry): Buffer {
    const bodyBytes = recordBodyBytes(record);
    const framed = this.#take(ENTRY_HEADER_BYTES + bodyBytes);
    writeRecord(record, framed, ENTRY_HEADER_BYTES);
    writeHeader(framed, 0, bodyBytes);
    return framed;
  }

  addBody(body: Buffer): Buffer {
    const framed = this.#take(ENTRY_HEADER_BYTES + body.byteLength);
    body.copy(framed, ENTRY_HEADER_BYTES);
    writeHeader(framed, 0, body.byteLength);
    return framed;
  }

  #take(bytes: number): Buffer {
    if (this.#used + bytes > this.#slab.byteLength) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
      this.#used = 0;
    }
    const taken = this.#slab.subarray(this.#used, this.#used + bytes);
    this.#used += bytes;
    return taken;
  }
}

/** Joins views that lie side by side in memory; their order stays. */
export function joinNeighbours(views: readonly Buffer[]): Buffer[] {
  const joined: Buffer[] = [];
  for (const view of views) {
    const last = joined.at(-1);
    if (last?.buffer === view.buffer && last.byteOffset + last.byteLength === view.byteOffset) {
      joined[joined.length - 1] = Buffer.from(view.buffer, last.byteOffset, last.byteLength + view.byteLength);
    } else joined.push(view);
  }
  return joined;
}

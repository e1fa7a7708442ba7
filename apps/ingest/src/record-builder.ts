import { GROUPED_RECORD_BYTES } from "./limits.ts";

/** One Kinesis record and the events it holds. */
export interface EventRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Places of its events in the request, in order. */
  readonly indexes: readonly number[];
}

interface OpenRecord {
  readonly partitionKey: string;
  text: string;
  bytes: number;
  indexes: number[];
}

/**
 * Puts the events of a request into records: events that share a partition key share a record, up to a size, in the
 * order they came. Records come in the order of their first events.
 */
export class RecordBuilder {
  readonly #records: OpenRecord[] = [];
  readonly #openByKey = new Map<string, OpenRecord>();
  readonly #maxBytes: number;

  constructor(maxBytes: number = GROUPED_RECORD_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Adds one event: a line of NDJSON with its `\n`, of `bytes` bytes as UTF-8. */
  add(index: number, partitionKey: string, line: string, bytes: number): void {
    const open = this.#openByKey.get(partitionKey);
    if (open !== undefined && open.bytes + bytes <= this.#maxBytes) {
      open.text += line;
      open.bytes += bytes;
      open.indexes.push(index);
      return;
    }
    const record = { partitionKey, text: line, bytes, indexes: [index] };
    this.#records.push(record);
    this.#openByKey.set(partitionKey, record);
  }

  build(): EventRecord[] {
    return this.#records.map(({ partitionKey, text, indexes }) => ({
      partitionKey,
      data: Buffer.from(text, "utf8"),
      indexes,
    }));
  }
}

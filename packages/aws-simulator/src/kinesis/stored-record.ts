import type { KinesisRecord } from "./api.ts";

/** Bytes as the in-process client gives them, or base64 text as HTTP carries them: each kept as it came. */
export type RecordData = Uint8Array | string;

/**
 * A record in a shard. The data stays in the form it arrived in: over HTTP it goes in and out as base64 text and is
 * never decoded at all. Bytes made of text are kept for the next reader. Text made of bytes is not: it is a third
 * larger and is read once.
 */
export class StoredRecord implements KinesisRecord {
  readonly SequenceNumber: string;
  readonly PartitionKey: string;
  readonly sizeBytes: number;
  /** Epoch ms. */
  readonly arrivalMs: number;
  #bytes: Uint8Array | undefined;
  #base64: string | undefined;

  constructor(sequenceNumber: string, partitionKey: string, data: RecordData, sizeBytes: number, arrivalMs: number) {
    this.SequenceNumber = sequenceNumber;
    this.PartitionKey = partitionKey;
    this.sizeBytes = sizeBytes;
    this.arrivalMs = arrivalMs;
    if (typeof data === "string") this.#base64 = data;
    else this.#bytes = data;
  }

  get ApproximateArrivalTimestamp(): Date {
    return new Date(this.arrivalMs);
  }

  get Data(): Uint8Array {
    this.#bytes ??= Buffer.from(this.#base64 ?? "", "base64");
    return this.#bytes;
  }

  /** The data in a form it has already. */
  get storedData(): RecordData {
    return this.#bytes ?? this.#base64 ?? "";
  }

  get dataBase64(): string {
    return this.#base64 ?? bufferOver(this.#bytes ?? new Uint8Array()).toString("base64");
  }

  /** The record as GetRecords writes it. */
  toWire(): string {
    return `{"ApproximateArrivalTimestamp":${this.arrivalMs / 1000},"Data":"${this.dataBase64}","PartitionKey":${JSON.stringify(this.PartitionKey)},"SequenceNumber":"${this.SequenceNumber}"}`;
  }
}

/** How many bytes canonical base64 text stands for. */
export function decodedLength(base64: string): number {
  if (base64.length === 0) return 0;
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

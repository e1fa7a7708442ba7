import type { Checkpoint, Checkpoints } from "../stream-reader/checkpoints.ts";
import { indexOfSequenceNumber } from "../kinesis/sequence-number.ts";
import type { CheckpointEntry } from "./entries.ts";

/** How far all consumers have come, and what of it is not written yet. */
export class CheckpointTable {
  readonly #entries = new Map<string, CheckpointEntry>();
  /** Of each stream, the consumers of this process: only they hold records back. */
  readonly #consumers = new Map<number, Set<string>>();
  #unwritten = new Set<string>();
  readonly #onChange: () => void;

  /** @param onChange there is something to write */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  restore(entry: CheckpointEntry): void {
    this.#entries.set(keyOf(entry.streamId, entry.consumer, entry.shardIndex), entry);
  }

  all(): readonly CheckpointEntry[] {
    return [...this.#entries.values()];
  }

  forgetStream(streamId: number): void {
    for (const [key, entry] of this.#entries) if (entry.streamId === streamId) this.#entries.delete(key);
  }

  /** @param countThrough how many retained records of a shard have at most this index */
  of(
    streamId: number,
    consumer: string,
    shardIndexOf: (shardId: string) => number,
    countThrough: (shardIndex: number, index: number) => number,
  ): Checkpoints {
    this.#consumers.set(streamId, (this.#consumers.get(streamId) ?? new Set()).add(consumer));
    return {
      load: (shardId): Checkpoint | undefined => {
        const shardIndex = shardIndexOf(shardId);
        const entry = this.#entries.get(keyOf(streamId, consumer, shardIndex));
        if (entry === undefined) return undefined;
        return { after: entry.after, records: countThrough(shardIndex, indexOfSequenceNumber(entry.after)) };
      },
      save: (shardId, after) => {
        const shardIndex = shardIndexOf(shardId);
        const key = keyOf(streamId, consumer, shardIndex);
        if (this.#entries.get(key)?.after === after) return;
        this.#entries.set(key, { streamId, consumer, shardIndex, after });
        this.#unwritten.add(key);
        this.#onChange();
      },
    };
  }

  /** True if every consumer of the stream is done with the record of that index and all before it. */
  areDoneWith(streamId: number, shardIndex: number, index: number): boolean {
    const consumers = this.#consumers.get(streamId) ?? this.#formerConsumers(streamId);
    return [...consumers].every((consumer) => {
      const entry = this.#entries.get(keyOf(streamId, consumer, shardIndex));
      return entry !== undefined && indexOfSequenceNumber(entry.after) >= index;
    });
  }

  get hasUnwritten(): boolean {
    return this.#unwritten.size > 0;
  }

  /** Returns the checkpoints to write. They count as written unless `putBack` returns them. */
  takeUnwritten(): readonly CheckpointEntry[] {
    const keys = this.#unwritten;
    this.#unwritten = new Set();
    return [...keys].flatMap((key) => this.#entries.get(key) ?? []);
  }

  /** Those could not be written after all. */
  putBack(entries: readonly CheckpointEntry[]): void {
    for (const { streamId, consumer, shardIndex } of entries)
      this.#unwritten.add(keyOf(streamId, consumer, shardIndex));
  }

  /** Consumers of a stream that is not open: those that read it when it was. */
  #formerConsumers(streamId: number): ReadonlySet<string> {
    return new Set(this.all().flatMap((entry) => (entry.streamId === streamId ? [entry.consumer] : [])));
  }
}

function keyOf(streamId: number, consumer: string, shardIndex: number): string {
  return `${streamId}/${shardIndex}/${consumer}`;
}

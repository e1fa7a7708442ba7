import { ON_DEMAND_MAX_SHARDS, writeBytesPerSecond, WRITE_RECORDS_PER_SECOND } from "./limits.ts";
import type { StreamState } from "./stream.ts";

/**
 * Interval in which the throughput of an on-demand stream is measured. AWS documents only that it scales "within 15
 * minutes".
 */
const WINDOW_MS = 60_000;

/**
 * The scaling of an on-demand stream, as far as AWS describes it: capacity for twice the peak of writes seen so far.
 * The peak is taken over windows of a minute; the busiest shard is split in the middle until the shards suffice. It
 * looks only when something is written, so that an idle stream needs no timer. Shrinking is not modelled: AWS does it
 * over days. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
 */
export class OnDemandScaling {
  #windowStartMs: number | undefined;
  #seen = new Map<string, { records: number; bytes: number }>();

  /** Splits shards of `stream` when the window that just ended calls for it. @returns how many splits were made. */
  review(stream: StreamState, nowMs: number): number {
    if (this.#windowStartMs === undefined) {
      this.#startWindow(stream, nowMs);
      return 0;
    }
    const elapsedMs = nowMs - this.#windowStartMs;
    if (elapsedMs < WINDOW_MS) return 0;
    const load = stream.openShards.map((shard) => {
      const before = this.#seen.get(shard.id) ?? { records: 0, bytes: 0 };
      const seconds = elapsedMs / 1000;
      return {
        shard,
        shards: Math.max(
          (shard.recordsIn - before.records) / seconds / WRITE_RECORDS_PER_SECOND,
          (shard.bytesIn - before.bytes) / seconds / writeBytesPerSecond,
        ),
      };
    });
    const wanted = Math.min(ON_DEMAND_MAX_SHARDS, Math.ceil(2 * load.reduce((sum, entry) => sum + entry.shards, 0)));
    const busiest = load.sort((a, b) => b.shards - a.shards || a.shard.index - b.shard.index);
    let splits = 0;
    for (const { shard } of busiest.slice(0, Math.max(0, wanted - stream.openShards.length))) {
      if (shard.endHashKey - shard.startHashKey < 3n) continue;
      stream.split(shard, (shard.startHashKey + shard.endHashKey + 1n) / 2n, nowMs);
      splits += 1;
    }
    this.#startWindow(stream, nowMs);
    return splits;
  }

  #startWindow(stream: StreamState, nowMs: number): void {
    this.#windowStartMs = nowMs;
    this.#seen = new Map(
      stream.openShards.map((shard) => [shard.id, { records: shard.recordsIn, bytes: shard.bytesIn }]),
    );
  }
}

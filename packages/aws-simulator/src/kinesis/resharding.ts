import { uniformBoundaries } from "./hash-key.ts";

/** A shard as resharding sees it. */
export interface HashRange {
  readonly startHashKey: bigint;
  readonly endHashKey: bigint;
}

/** One step on the way to another shard count, on the open shards as they are after the steps before it. */
export type ReshardStep =
  | { readonly kind: "split"; readonly startHashKey: bigint; readonly atHashKey: bigint }
  | { readonly kind: "merge"; readonly startHashKey: bigint; readonly adjacentStartHashKey: bigint };

/**
 * The splits and merges that turn the open shards into `target` equal ones. Where an old boundary is none of the new
 * ones, shards are first cut and then joined: the short-lived shards that AWS's UpdateShardCount also leaves behind.
 */
export function planUniformScaling(openShards: readonly HashRange[], target: number): ReshardStep[] {
  const wanted = uniformBoundaries(target);
  const steps: ReshardStep[] = [];
  let ranges = [...openShards].sort((a, b) => (a.startHashKey < b.startHashKey ? -1 : 1));

  for (const boundary of wanted) {
    const range = ranges.find((r) => r.startHashKey < boundary && boundary <= r.endHashKey);
    if (range === undefined) continue;
    steps.push({ kind: "split", startHashKey: range.startHashKey, atHashKey: boundary });
    ranges = ranges.flatMap((r) =>
      r === range
        ? [
            { startHashKey: r.startHashKey, endHashKey: boundary - 1n },
            { startHashKey: boundary, endHashKey: r.endHashKey },
          ]
        : [r],
    );
  }

  const kept = new Set(wanted);
  for (;;) {
    const index = ranges.findIndex((r) => !kept.has(r.startHashKey));
    const left = ranges[index - 1];
    const right = ranges[index];
    if (left === undefined || right === undefined) return steps;
    steps.push({ kind: "merge", startHashKey: left.startHashKey, adjacentStartHashKey: right.startHashKey });
    ranges = ranges.filter((r) => r !== right);
    ranges[index - 1] = { startHashKey: left.startHashKey, endHashKey: right.endHashKey };
  }
}

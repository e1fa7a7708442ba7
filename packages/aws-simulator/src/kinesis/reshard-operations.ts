import { type Random, randomInteger } from "../random.ts";
import type { Account } from "./account.ts";
import type { MergeShardsInput, SplitShardInput, UpdateShardCountInput, UpdateShardCountOutput } from "./api.ts";
import { invalidArgument, limitExceeded } from "./errors.ts";
import { parseHashKey } from "./hash-key.ts";
import * as limits from "./limits.ts";
import type { ShardState } from "./shard.ts";
import { countWithinDay } from "./stream.ts";
import { RequestValidation } from "./validation.ts";

export function splitShard(account: Account, input: SplitShardInput): void {
  const check = new RequestValidation();
  check.required("shardToSplit", input.ShardToSplit);
  check.name("shardToSplit", input.ShardToSplit);
  check.required("newStartingHashKey", input.NewStartingHashKey);
  check.text("newStartingHashKey", input.NewStartingHashKey, { pattern: "0|([1-9]\\d{0,38})" });
  check.finish();
  const stream = account.provisionedStream(input, "SplitShard");
  const shard = account.openShard(stream, input.ShardToSplit ?? "");
  const at = parseHashKey(input.NewStartingHashKey ?? "");
  if (at === undefined || at <= shard.startHashKey + 1n || at >= shard.endHashKey) {
    throw invalidArgument(
      `NewStartingHashKey ${input.NewStartingHashKey ?? ""} used in SplitShard() on shard ${shard.id} in stream ${stream.streamName} under account ${account.accountId} is not both greater than one plus the shard's StartingHashKey ${shard.startHashKey} and less than the shard's EndingHashKey ${shard.endHashKey}.`,
    );
  }
  account.checkShardLimit(1);
  account.trace?.record("kinesis.splitShard", { stream: stream.streamName, shard: shard.id });
  account.updating(stream, () => {
    stream.split(shard, at, account.clock.now());
  });
}

export function mergeShards(account: Account, input: MergeShardsInput): void {
  const check = new RequestValidation();
  check.required("shardToMerge", input.ShardToMerge);
  check.name("shardToMerge", input.ShardToMerge);
  check.required("adjacentShardToMerge", input.AdjacentShardToMerge);
  check.name("adjacentShardToMerge", input.AdjacentShardToMerge);
  check.finish();
  const stream = account.provisionedStream(input, "MergeShards");
  const first = account.openShard(stream, input.ShardToMerge ?? "");
  const second = account.openShard(stream, input.AdjacentShardToMerge ?? "");
  const [left, right] = first.startHashKey < second.startHashKey ? [first, second] : [second, first];
  if (left.endHashKey + 1n !== right.startHashKey) {
    throw invalidArgument(
      `Shards ${first.id} and ${second.id} in stream ${stream.streamName} under account ${account.accountId} are not an adjacent pair of shards eligible for merging`,
    );
  }
  account.trace?.record("kinesis.mergeShards", { stream: stream.streamName, shard: left.id, adjacent: right.id });
  account.updating(stream, () => {
    stream.merge(left, right, account.clock.now());
  });
}

export function updateShardCount(account: Account, input: UpdateShardCountInput): UpdateShardCountOutput {
  const check = new RequestValidation();
  check.required("targetShardCount", input.TargetShardCount);
  check.number("targetShardCount", input.TargetShardCount, { min: 1 });
  check.required("scalingType", input.ScalingType);
  check.oneOf("scalingType", input.ScalingType, ["UNIFORM_SCALING"]);
  check.finish();
  const stream = account.provisionedStream(input, "UpdateShardCount");
  const target = input.TargetShardCount ?? 1;
  const current = stream.openShards.length;
  const now = account.clock.now();
  if (target > current * 2) {
    throw limitExceeded(
      `UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: ${current} Target shard count: ${target}`,
    );
  }
  if (target < current / 2) {
    throw limitExceeded(
      `UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: ${current} Target shard count: ${target}`,
    );
  }
  if (target > limits.MAX_SHARDS_BY_UPDATE) {
    throw limitExceeded(`UpdateShardCount cannot scale a stream to more than ${limits.MAX_SHARDS_BY_UPDATE} shards.`);
  }
  if (countWithinDay(stream.shardCountUpdatesMs, now) >= limits.SHARD_COUNT_UPDATES_PER_DAY) {
    throw limitExceeded(
      `UpdateShardCount cannot be called more than ${limits.SHARD_COUNT_UPDATES_PER_DAY} times per rolling 24-hour period for stream ${stream.streamName} under account ${account.accountId}.`,
    );
  }
  account.checkShardLimit(target - current);
  stream.shardCountUpdatesMs.push(now);
  account.trace?.record("kinesis.updateShardCount", { stream: stream.streamName, from: current, to: target });
  account.updating(stream, () => {
    stream.scaleTo(target, account.clock.now());
  });
  return {
    StreamName: stream.streamName,
    StreamARN: stream.streamArn,
    CurrentShardCount: current,
    TargetShardCount: target,
  };
}

export function reshardAtRandom(account: Account, streamName: string, random: Random, maxShards: number): void {
  const stream = account.stream({ StreamName: streamName });
  const now = account.clock.now();
  const open = stream.openShards;
  const choice = random();
  const index = randomInteger(random, 0, open.length - 1);
  const shard = open[index];
  const neighbour = open[index + 1];
  const share = BigInt(randomInteger(random, 1, 999));
  let how = "scale";
  if (choice < 0.4 && shard !== undefined && open.length < maxShards && isWide(shard)) {
    how = "split";
    stream.split(shard, shard.startHashKey + ((shard.endHashKey - shard.startHashKey) * share) / 1000n + 1n, now);
  } else if (choice < 0.8 && shard !== undefined && neighbour !== undefined) {
    how = "merge";
    stream.merge(shard, neighbour, now);
  } else {
    stream.scaleTo(randomInteger(random, 1, maxShards), now);
  }
  account.trace?.record("kinesis.reshard", { stream: streamName, how, shards: stream.openShards.length });
}

/** A range wide enough to be cut anywhere. */
function isWide(shard: ShardState): boolean {
  return shard.endHashKey - shard.startHashKey > 2000n;
}

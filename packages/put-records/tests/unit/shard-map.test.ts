import { describe, expect, test } from "@jest/globals";
import type { Shard } from "@aws-sdk/client-kinesis";
import { Kinesis } from "@millrace/aws-simulator";
import { hashOf } from "../../src/stream/hash-key.ts";
import { ShardMap } from "../../src/stream/shard-map.ts";

const top = 2n ** 128n - 1n;
const open = (id: string, start: bigint, end: bigint): Shard => ({
  ShardId: id,
  HashKeyRange: { StartingHashKey: String(start), EndingHashKey: String(end) },
  SequenceNumberRange: { StartingSequenceNumber: "1" },
});
const data = Buffer.alloc(0);

describe("the shard map", () => {
  test("finds the shard at both ends of every range, also where ranges are uneven", () => {
    const map = new ShardMap([open("c", 1000n, top), open("a", 0n, 0n), open("b", 1n, 999n)]);
    const shardOf = (decimal: bigint) =>
      map.shardOf(hashOf({ partitionKey: "x", data, explicitHashKey: String(decimal) }) ?? "");
    expect([0n, 1n, 999n, 1000n, top].map(shardOf)).toEqual(["a", "b", "b", "c", "c"]);
  });

  test("leaves closed shards out and says nothing about a gap", () => {
    const closed = {
      ...open("old", 0n, top),
      SequenceNumberRange: { StartingSequenceNumber: "1", EndingSequenceNumber: "9" },
    };
    const map = new ShardMap([closed, open("new", 0n, 99n)]);
    expect(map.size).toBe(1);
    expect(map.has("old")).toBe(false);
    expect(map.shardOf("f".repeat(32))).toBeUndefined();
  });

  test("agrees with Kinesis on where a key goes", () => {
    const kinesis = new Kinesis();
    kinesis.createStream({ streamName: "s", shardCount: 7 });
    const map = new ShardMap(kinesis.listShards({ StreamName: "s" }).Shards);
    const keys = Array.from({ length: 200 }, (_, i) => `ключ-${i}-🦀`);
    const { Records: results } = kinesis.putRecords({
      StreamName: "s",
      Records: keys.map((PartitionKey) => ({ PartitionKey, Data: data })),
    });
    expect(keys.map((partitionKey) => map.shardOf(hashOf({ partitionKey, data }) ?? ""))).toEqual(
      results.map((result) => result.ShardId),
    );
  });
});

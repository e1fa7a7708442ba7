import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createRandom, Kinesis, VirtualClock } from "../../src/index.ts";
import { planUniformScaling } from "../../src/kinesis/resharding.ts";
import { textOf } from "../fixtures/kinesis-fixture.ts";

const keySpace = 2n ** 128n;
const key = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed());
const hashKey = fc.bigInt({ min: 0n, max: keySpace - 1n });

function createStream(shardCount: number) {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock, limitsControlPlane: false });
  kinesis.createStream({ streamName: "s", shardCount });
  return { clock, kinesis };
}

describe("routing", () => {
  test("every record lies in the one open shard whose range holds its hash, after any history of resharding", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.array(fc.record({ key, explicit: fc.option(hashKey, { nil: undefined }) }), { minLength: 1, maxLength: 30 }),
        (shardCount, reshards, records) => {
          const { kinesis } = createStream(shardCount);
          for (const seed of reshards) kinesis.reshardAtRandom("s", createRandom(seed), 8);
          const open = kinesis.listShards({ StreamName: "s", ShardFilter: { Type: "AT_LATEST" } }).Shards;
          const { Records } = kinesis.putRecords({
            StreamName: "s",
            Records: records.map((record) => ({
              PartitionKey: record.key,
              Data: Buffer.from("x"),
              ExplicitHashKey: record.explicit?.toString(),
            })),
          });
          records.forEach((record, index) => {
            const hash = record.explicit ?? BigInt(`0x${createHash("md5").update(record.key, "utf8").digest("hex")}`);
            const owners = open.filter(
              ({ HashKeyRange: range }) => BigInt(range.StartingHashKey) <= hash && hash <= BigInt(range.EndingHashKey),
            );
            expect(owners.map((shard) => shard.ShardId)).toEqual([Records[index]?.ShardId]);
          });
        },
      ),
    );
  });

  test("open shards always cover the key space exactly, and every closed one has children that cover it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(), { maxLength: 12 }), (shardCount, reshards) => {
        const { kinesis } = createStream(shardCount);
        for (const seed of reshards) kinesis.reshardAtRandom("s", createRandom(seed), 9);
        const all = kinesis.listShards({ StreamName: "s" }).Shards;
        const open = kinesis.listShards({ StreamName: "s", ShardFilter: { Type: "AT_LATEST" } }).Shards;
        const width = ({ HashKeyRange: range }: (typeof all)[number]) =>
          BigInt(range.EndingHashKey) - BigInt(range.StartingHashKey) + 1n;
        expect(open.reduce((sum, shard) => sum + width(shard), 0n)).toBe(keySpace);
        for (const shard of all) {
          const children = all.filter((child) =>
            [child.ParentShardId, child.AdjacentParentShardId].includes(shard.ShardId),
          );
          expect(children.length > 0).toBe(shard.SequenceNumberRange.EndingSequenceNumber !== undefined);
        }
      }),
    );
  });

  test("a plan for uniform scaling ends with equal shards from any starting ranges", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.bigInt({ min: 1n, max: keySpace - 1n }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 20 }),
        (cuts, target) => {
          const starts = [0n, ...cuts.sort((a, b) => (a < b ? -1 : 1))];
          let open = starts.map((start, index) => ({
            startHashKey: start,
            endHashKey: (starts[index + 1] ?? keySpace) - 1n,
          }));
          for (const step of planUniformScaling(open, target)) {
            const at = open.find((range) => range.startHashKey === step.startHashKey)!;
            open = open.filter((range) => range !== at);
            if (step.kind === "split") {
              open.push(
                { startHashKey: at.startHashKey, endHashKey: step.atHashKey - 1n },
                { startHashKey: step.atHashKey, endHashKey: at.endHashKey },
              );
            } else {
              const next = open.find((range) => range.startHashKey === step.adjacentStartHashKey)!;
              expect(next.startHashKey).toBe(at.endHashKey + 1n);
              open = open.filter((range) => range !== next);
              open.push({ startHashKey: at.startHashKey, endHashKey: next.endHashKey });
            }
          }
          const result = open.map((range) => range.startHashKey).sort((a, b) => (a < b ? -1 : 1));
          const width = keySpace / BigInt(target);
          expect(result).toEqual(Array.from({ length: target }, (_, index) => width * BigInt(index)));
        },
      ),
    );
  });
});

describe("ordering", () => {
  test("a reader gets exactly what was stored, each shard in order of its sequence numbers, in any page size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.array(key, { minLength: 1, maxLength: 20 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 7 }),
        async (shardCount, batches, Limit) => {
          const { clock, kinesis } = createStream(shardCount);
          const stored = new Map<string, string[]>();
          let number = 0;
          for (const batch of batches) {
            const entries = batch.map((PartitionKey) => ({
              PartitionKey,
              Data: Buffer.from(`${(number += 1)}`),
            }));
            kinesis.putRecords({ StreamName: "s", Records: entries }).Records.forEach((result, index) => {
              const shard = result.ShardId!;
              stored.set(shard, [...(stored.get(shard) ?? []), entries[index]!.Data.toString()]);
            });
          }
          for (const { ShardId } of kinesis.listShards({ StreamName: "s" }).Shards) {
            const texts: string[] = [];
            const numbers: string[] = [];
            let iterator: string | undefined = kinesis.getShardIterator({
              StreamName: "s",
              ShardId,
              ShardIteratorType: "TRIM_HORIZON",
            }).ShardIterator;
            for (;;) {
              const read = kinesis.getRecords({ ShardIterator: iterator, Limit });
              texts.push(...read.Records.map(textOf));
              numbers.push(...read.Records.map((record) => record.SequenceNumber));
              iterator = read.NextShardIterator;
              await clock.runFor(200);
              if (read.MillisBehindLatest === 0) break;
            }
            expect(texts).toEqual(stored.get(ShardId) ?? []);
            expect(numbers).toEqual([...numbers].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("limits", () => {
  test("no shard takes more in any interval than its burst and its rate allow, and none refuses what they allow", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            waitMs: fc.integer({ min: 0, max: 700 }),
            count: fc.integer({ min: 1, max: 500 }),
            bytes: fc.integer({ min: 1, max: 4000 }),
          }),
          { minLength: 1, maxLength: 30 },
        ),
        async (calls) => {
          const { clock, kinesis } = createStream(1);
          const rate = { records: 1000, bytes: 1024 * 1024 };
          // The reference: what a perfect bucket of one second holds, computed without the one under test.
          let records = rate.records;
          let bytes = rate.bytes;
          for (const { waitMs, count, bytes: size } of calls) {
            await clock.runFor(waitMs);
            records = Math.min(rate.records, records + (waitMs * rate.records) / 1000);
            bytes = Math.min(rate.bytes, bytes + (waitMs * rate.bytes) / 1000);
            const { FailedRecordCount } = kinesis.putRecords({
              StreamName: "s",
              Records: Array.from({ length: count }, () => ({ PartitionKey: "k", Data: Buffer.alloc(size) })),
            });
            const accepted = count - FailedRecordCount;
            const allowed = Math.min(count, Math.floor(records + 1e-6), Math.floor((bytes + 1e-6) / (size + 1)));
            expect(Math.abs(accepted - allowed)).toBeLessThanOrEqual(1);
            records -= accepted;
            bytes -= accepted * (size + 1);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test("a response has one entry a record, in order, each either stored with a number or failed with a reason", () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 500 }), fc.integer({ min: 0, max: 3 }), (keys, before) => {
        const { kinesis } = createStream(2);
        const Records = keys.map((PartitionKey) => ({ PartitionKey, Data: Buffer.from("x") }));
        for (let call = 0; call < before; call += 1) kinesis.putRecords({ StreamName: "s", Records });
        const stored = kinesis.stats("s").recordsIn;
        const result = kinesis.putRecords({ StreamName: "s", Records });
        expect(result.Records).toHaveLength(keys.length);
        const failed = result.Records.filter((record) => record.ErrorCode !== undefined);
        expect(result.FailedRecordCount).toBe(failed.length);
        expect(kinesis.stats("s").recordsIn - stored).toBe(keys.length - failed.length);
        for (const record of result.Records) {
          expect((record.SequenceNumber === undefined) === (record.ErrorCode !== undefined)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

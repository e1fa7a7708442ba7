import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  type CreateStreamCommandInput,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  IncreaseStreamRetentionPeriodCommand,
  type KinesisClient,
  ListShardsCommand,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  type PutRecordsCommandOutput,
  type Shard,
  type ShardFilterType,
  SplitShardCommand,
  UpdateMaxRecordSizeCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import type { Target } from "./targets.ts";

/** One question to a Kinesis, with what AWS answers and where that is written. */
export interface ConformanceCase {
  readonly title: string;
  readonly ask: (context: CaseContext) => Promise<unknown>;
  /** The answer of AWS, as `ask` writes it. */
  readonly aws: string;
  readonly source: Source;
}

export interface CaseContext {
  readonly target: Target;
  readonly client: KinesisClient;
  /** Creates a stream for this case alone, waits until it is active, and gives its name. */
  readonly createStream: (shardCount: number, input?: Partial<CreateStreamCommandInput>) => Promise<string>;
  readonly untilActive: (streamName: string) => Promise<void>;
}

/** Where a behaviour of AWS is written down. */
export const sources = {
  put: ["API PutRecords", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html"],
  putOne: ["API PutRecord", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html"],
  get: ["API GetRecords", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html"],
  iterator: [
    "API GetShardIterator",
    "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html",
  ],
  list: ["API ListShards", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html"],
  filter: ["API ShardFilter", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html"],
  create: ["API CreateStream", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html"],
  describe: ["API DescribeStream", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html"],
  summary: [
    "API StreamDescriptionSummary",
    "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescriptionSummary.html",
  ],
  split: ["API SplitShard", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html"],
  merge: ["API MergeShards", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html"],
  scale: ["API UpdateShardCount", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html"],
  retention: [
    "API DecreaseStreamRetentionPeriod",
    "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html",
  ],
  tags: ["API AddTagsToStream", "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html"],
  large: ["Guide, large records", "https://docs.aws.amazon.com/streams/latest/dev/large-records.html"],
  quotas: ["Guide, quotas", "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html"],
  concepts: ["Guide, key concepts", "https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html"],
  common: ["API common errors", "https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html"],
  observed: ["kinesalite's tests, recorded against production", "https://github.com/mhart/kinesalite/tree/master/test"],
} as const;

export type Source = keyof typeof sources;

const mib = 1024 * 1024;
const half = (2n ** 127n).toString();
const entry = (PartitionKey: string, data: string | Uint8Array = "x") => ({ PartitionKey, Data: Buffer.from(data) });

/** Returns the answer to a call that should fail: `400 SomeException`, or `accepted`. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "accepted";
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return `${$metadata?.httpStatusCode ?? "no status"} ${name}`;
  }
}

function failures(output: PutRecordsCommandOutput): string {
  const codes = new Set((output.Records ?? []).map((record) => record.ErrorCode ?? "stored"));
  return [...codes].sort().join(" and ");
}

async function shardsOf(client: KinesisClient, StreamName: string, Type?: ShardFilterType): Promise<Shard[]> {
  const { Shards } = await client.send(
    new ListShardsCommand({ StreamName, ...(Type === undefined ? {} : { ShardFilter: { Type } }) }),
  );
  return Shards ?? [];
}

async function iterator(client: KinesisClient, StreamName: string, input: Partial<GetShardIteratorCommandInput> = {}) {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId: "shardId-000000000000",
      ShardIteratorType: "TRIM_HORIZON",
      ...input,
    }),
  );
  return ShardIterator;
}

async function textsAt(client: KinesisClient, StreamName: string, input: Partial<GetShardIteratorCommandInput>) {
  const { Records } = await client.send(
    new GetRecordsCommand({ ShardIterator: await iterator(client, StreamName, input) }),
  );
  return (Records ?? []).map((record) => Buffer.from(record.Data ?? []).toString()).join("");
}

/** Letters for shard ids, in the order in which they first appear. */
function shardNumbers(ids: readonly (string | undefined)[]): string {
  return ids.map((id) => Number(id?.slice(-3))).join(" ");
}

export const conformanceCases: readonly ConformanceCase[] = [
  {
    title: "three shards cut the key space into equal ranges",
    source: "create",
    aws: "0..113427455640312821154458202477256070484 113427455640312821154458202477256070485..226854911280625642308916404954512140969 226854911280625642308916404954512140970..340282366920938463463374607431768211455",
    ask: async ({ client, createStream }) =>
      (await shardsOf(client, await createStream(3)))
        .map(({ HashKeyRange: range }) => `${range?.StartingHashKey ?? ""}..${range?.EndingHashKey ?? ""}`)
        .join(" "),
  },
  {
    title: "partition keys go by the MD5 of their UTF-8 text",
    source: "concepts",
    aws: "0 2 3 4 2 3",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(5);
      const Records = ["a", "user-42", "ключ", "🛒", "Ünïcode", "x".repeat(256)].map((key) => entry(key));
      const output = await client.send(new PutRecordsCommand({ StreamName, Records }));
      return shardNumbers((output.Records ?? []).map((record) => record.ShardId));
    },
  },
  {
    title: "an explicit hash key overrides the partition key, at the edges of ranges too",
    source: "put",
    aws: "0 0 1 1",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(2);
      const keys = [0n, 2n ** 127n - 1n, 2n ** 127n, 2n ** 128n - 1n];
      const Records = keys.map((key) => ({ ...entry("same"), ExplicitHashKey: key.toString() }));
      const output = await client.send(new PutRecordsCommand({ StreamName, Records }));
      return shardNumbers((output.Records ?? []).map((record) => record.ShardId));
    },
  },
  {
    title: "an explicit hash key of 2^128",
    source: "observed",
    aws: "400 InvalidArgumentException",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const record = { ...entry("a"), ExplicitHashKey: (2n ** 128n).toString() };
      return refusal(client.send(new PutRecordsCommand({ StreamName, Records: [record] })));
    },
  },
  {
    title: "bytes, keys and arrival times come back as they went in",
    source: "get",
    aws: "same bytes, same key, a date",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      const key = 'ключ "q" \\ 🛒';
      await client.send(new PutRecordCommand({ StreamName, PartitionKey: key, Data: bytes }));
      const { Records } = await client.send(
        new GetRecordsCommand({ ShardIterator: await iterator(client, StreamName) }),
      );
      const record = Records?.[0];
      return [
        bytes.equals(Buffer.from(record?.Data ?? [])) ? "same bytes" : "other bytes",
        record?.PartitionKey === key ? "same key" : "another key",
        record?.ApproximateArrivalTimestamp instanceof Date ? "a date" : "no date",
      ].join(", ");
    },
  },
  {
    title: "sequence numbers are decimal, of 56 digits, and grow",
    source: "observed",
    aws: "56 digits, growing",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const numbers: string[] = [];
      for (let call = 0; call < 5; call += 1) {
        const { SequenceNumber } = await client.send(new PutRecordCommand({ StreamName, ...entry("a") }));
        numbers.push(SequenceNumber ?? "");
      }
      const lengths = [...new Set(numbers.map((number) => number.length))].join(" or ");
      const isGrowing = numbers.every(
        (number, index) => index === 0 || BigInt(number) > BigInt(numbers[index - 1] ?? 0),
      );
      return `${lengths} digits, ${isGrowing ? "growing" : "not growing"}`;
    },
  },
  {
    title: "500 records in a call",
    source: "put",
    aws: "stored",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(4);
      const Records = Array.from({ length: 500 }, (_, index) => entry(`k${index}`));
      return failures(await client.send(new PutRecordsCommand({ StreamName, Records })));
    },
  },
  {
    title: "501 records in a call",
    source: "put",
    aws: "400 ValidationException",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(4);
      const Records = Array.from({ length: 501 }, (_, index) => entry(`k${index}`));
      return refusal(client.send(new PutRecordsCommand({ StreamName, Records })));
    },
  },
  {
    title: "no records in a call",
    source: "put",
    aws: "400 ValidationException",
    ask: async ({ client, createStream }) =>
      refusal(client.send(new PutRecordsCommand({ StreamName: await createStream(1), Records: [] }))),
  },
  {
    title: "a call of 5.5 MiB (10 MiB are allowed since 2025)",
    source: "put",
    aws: "stored",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(8);
      const Records = Array.from({ length: 11 }, (_, index) => ({
        ...entry("k", Buffer.alloc(mib / 2 - 1)),
        ExplicitHashKey: (2n ** 125n * BigInt(index % 8)).toString(),
      }));
      const outcome = client.send(new PutRecordsCommand({ StreamName, Records }));
      return outcome.then(failures, () => refusal(outcome));
    },
  },
  {
    title: "a call of more than 10 MiB",
    source: "put",
    aws: "400 InvalidArgumentException",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(8);
      const Records = Array.from({ length: 21 }, (_, index) => ({
        ...entry("k", Buffer.alloc(mib / 2)),
        ExplicitHashKey: (2n ** 125n * BigInt(index % 8)).toString(),
      }));
      return refusal(client.send(new PutRecordsCommand({ StreamName, Records })));
    },
  },
  {
    title: "a record of 1 MiB of data and one byte of key",
    source: "put",
    aws: "refused with 400",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const put = client.send(new PutRecordsCommand({ StreamName, Records: [entry("k", Buffer.alloc(mib))] }));
      // No source documents the code.
      return (await refusal(put)).replace(/^400 .*$/, "refused with 400");
    },
  },
  {
    title: "a record of 2 MiB after UpdateMaxRecordSize",
    source: "large",
    aws: "throttled at first, not refused",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const { StreamDescriptionSummary: summary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
      const update = new UpdateMaxRecordSizeCommand({
        StreamARN: summary?.StreamARN,
        MaxRecordSizeInKiB: 4096,
      });
      const updated = await refusal(client.send(update));
      if (updated !== "accepted") return updated;
      const outcome = client.send(new PutRecordsCommand({ StreamName, Records: [entry("k", Buffer.alloc(2 * mib))] }));
      return outcome.then(
        () => "throttled at first, not refused",
        () => refusal(outcome),
      );
    },
  },
  {
    title: "an empty partition key",
    source: "put",
    aws: "400 ValidationException",
    ask: async ({ client, createStream }) =>
      refusal(client.send(new PutRecordsCommand({ StreamName: await createStream(1), Records: [entry("")] }))),
  },
  {
    title: "a partition key of 257 characters",
    source: "put",
    aws: "400 ValidationException",
    ask: async ({ client, createStream }) =>
      refusal(
        client.send(new PutRecordsCommand({ StreamName: await createStream(1), Records: [entry("k".repeat(257))] })),
      ),
  },
  {
    title: "a record without data bytes",
    source: "put",
    aws: "stored",
    ask: async ({ client, createStream }) =>
      failures(
        await client.send(new PutRecordsCommand({ StreamName: await createStream(1), Records: [entry("k", "")] })),
      ),
  },
  {
    title: "1,500 records at once on one shard: some fail, with a text that names the shard",
    source: "put",
    aws: "ProvisionedThroughputExceededException: Rate exceeded for shard shardId-000000000000 in stream S under account 000000000000.",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const Records = Array.from({ length: 500 }, () => entry("k"));
      // A second round, should the machine be so busy that the first takes longer than a second's capacity lasts.
      for (let round = 0; round < 2; round += 1) {
        const calls = Array.from({ length: 3 }, () => client.send(new PutRecordsCommand({ StreamName, Records })));
        const results = (await Promise.all(calls)).flatMap((output) => output.Records ?? []);
        const failed = results.find((record) => record.ErrorCode !== undefined);
        if (failed !== undefined) {
          return `${failed.ErrorCode ?? ""}: ${failed.ErrorMessage?.replace(StreamName, "S") ?? ""}`;
        }
      }
      return "nothing fails";
    },
  },
  {
    title: "2 MiB at once on one shard: a partial failure",
    source: "quotas",
    aws: "ProvisionedThroughputExceededException and stored",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const Records = Array.from({ length: 4 }, () => entry("k", Buffer.alloc(mib / 2 - 1)));
      return failures(await client.send(new PutRecordsCommand({ StreamName, Records })));
    },
  },
  {
    title: "iterators of every type stand where the guide says",
    source: "iterator",
    aws: "horizon abc, latest , at bc, after c, time abc",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const started = new Date(Date.now() - 5000);
      const numbers: (string | undefined)[] = [];
      for (const text of "abc") {
        const { SequenceNumber } = await client.send(new PutRecordCommand({ StreamName, ...entry("k", text) }));
        numbers.push(SequenceNumber);
      }
      const at = (input: Partial<GetShardIteratorCommandInput>) => textsAt(client, StreamName, input);
      const StartingSequenceNumber = numbers[1];
      return [
        `horizon ${await at({ ShardIteratorType: "TRIM_HORIZON" })}`,
        `latest ${await at({ ShardIteratorType: "LATEST" })}`,
        `at ${await at({ ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber })}`,
        `after ${await at({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber })}`,
        `time ${await at({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: started })}`,
      ].join(", ");
    },
  },
  {
    title: "LATEST on a shard without records gives what comes next",
    source: "iterator",
    aws: "a",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const ShardIterator = await iterator(client, StreamName, { ShardIteratorType: "LATEST" });
      await client.send(new PutRecordCommand({ StreamName, ...entry("k", "a") }));
      const { Records } = await client.send(new GetRecordsCommand({ ShardIterator }));
      return (Records ?? []).map((record) => Buffer.from(record.Data ?? []).toString()).join("");
    },
  },
  {
    title: "AT_TIMESTAMP in the future",
    source: "observed",
    aws: "400 InvalidArgumentException",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const Timestamp = new Date(Date.now() + 3_600_000);
      return refusal(iterator(client, StreamName, { ShardIteratorType: "AT_TIMESTAMP", Timestamp }));
    },
  },
  {
    title: "AT_SEQUENCE_NUMBER with a number of another shard",
    source: "observed",
    aws: "400 InvalidArgumentException",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(2);
      const { SequenceNumber } = await client.send(
        new PutRecordCommand({ StreamName, ...entry("k"), ExplicitHashKey: half }),
      );
      return refusal(
        iterator(client, StreamName, {
          ShardIteratorType: "AT_SEQUENCE_NUMBER",
          StartingSequenceNumber: SequenceNumber,
        }),
      );
    },
  },
  {
    title: "an iterator on a shard that does not exist",
    source: "iterator",
    aws: "400 ResourceNotFoundException",
    ask: async ({ client, createStream }) =>
      refusal(iterator(client, await createStream(1), { ShardId: "shardId-000000000005" })),
  },
  {
    title: "an iterator that was made up",
    source: "observed",
    aws: "400 InvalidArgumentException",
    ask: async ({ client }) => refusal(client.send(new GetRecordsCommand({ ShardIterator: "made-up" }))),
  },
  {
    title: "GetRecords with a limit of 10,001",
    source: "get",
    aws: "400 ValidationException",
    ask: async ({ client, createStream }) => {
      const ShardIterator = await iterator(client, await createStream(1));
      return refusal(client.send(new GetRecordsCommand({ ShardIterator, Limit: 10_001 })));
    },
  },
  {
    title: "MillisBehindLatest: positive while records are left, 0 at the tip",
    source: "get",
    aws: "positive, then 0",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      for (const text of "ab") await client.send(new PutRecordCommand({ StreamName, ...entry("k", text) }));
      const first = await client.send(
        new GetRecordsCommand({ ShardIterator: await iterator(client, StreamName), Limit: 1 }),
      );
      const second = await client.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));
      return [first, second].map((read) => ((read.MillisBehindLatest ?? 0) > 0 ? "positive" : "0")).join(", then ");
    },
  },
  {
    title: "a sixth GetRecords call on a shard within a second",
    source: "get",
    aws: "400 ProvisionedThroughputExceededException",
    ask: async ({ client, createStream }) => {
      const ShardIterator = await iterator(client, await createStream(1));
      const calls = await Promise.all(
        Array.from({ length: 20 }, () => refusal(client.send(new GetRecordsCommand({ ShardIterator })))),
      );
      return calls.sort()[0];
    },
  },
  {
    title: "a split shard: children with their parent, the parent closed",
    source: "split",
    aws: "0 closed, 1 of 0, 2 of 0",
    ask: async (context) => {
      const StreamName = await splitStream(context);
      return (await shardsOf(context.client, StreamName))
        .map((shard) => {
          const number = shardNumbers([shard.ShardId]);
          return shard.SequenceNumberRange?.EndingSequenceNumber === undefined
            ? `${number} of ${shardNumbers([shard.ParentShardId])}`
            : `${number} closed`;
        })
        .join(", ");
    },
  },
  {
    title: "the end of a closed shard: no iterator, and the children to go on with",
    source: "get",
    aws: "records a, then no iterator, children 1 2 with parents 0 0",
    ask: async (context) => {
      const { client } = context;
      const StreamName = await splitStream(context);
      let ShardIterator = await iterator(client, StreamName);
      let texts = "";
      for (let call = 0; call < 5; call += 1) {
        const read = await client.send(new GetRecordsCommand({ ShardIterator }));
        texts += (read.Records ?? []).map((record) => Buffer.from(record.Data ?? []).toString()).join("");
        if (read.NextShardIterator === undefined) {
          const children = read.ChildShards ?? [];
          return `records ${texts}, then no iterator, children ${shardNumbers(children.map((child) => child.ShardId))} with parents ${shardNumbers(children.flatMap((child) => child.ParentShards ?? []))}`;
        }
        ShardIterator = read.NextShardIterator;
      }
      return `records ${texts}, and always another iterator`;
    },
  },
  {
    title: "merged shards: one child with two parents",
    source: "merge",
    aws: "2 of 0 and 1",
    ask: async ({ client, createStream, untilActive }) => {
      const StreamName = await createStream(2);
      await client.send(
        new MergeShardsCommand({
          StreamName,
          ShardToMerge: "shardId-000000000000",
          AdjacentShardToMerge: "shardId-000000000001",
        }),
      );
      await untilActive(StreamName);
      const child = (await shardsOf(client, StreamName))[2];
      return `${shardNumbers([child?.ShardId])} of ${shardNumbers([child?.ParentShardId])} and ${shardNumbers([child?.AdjacentParentShardId])}`;
    },
  },
  {
    title: "merging shards that do not touch",
    source: "merge",
    aws: "400 InvalidArgumentException",
    ask: async ({ client, createStream }) =>
      refusal(
        client.send(
          new MergeShardsCommand({
            StreamName: await createStream(3),
            ShardToMerge: "shardId-000000000000",
            AdjacentShardToMerge: "shardId-000000000002",
          }),
        ),
      ),
  },
  {
    title: "splitting at the edge of the range",
    source: "split",
    aws: "400 InvalidArgumentException",
    ask: async ({ client, createStream }) =>
      refusal(
        client.send(
          new SplitShardCommand({
            StreamName: await createStream(1),
            ShardToSplit: "shardId-000000000000",
            NewStartingHashKey: "0",
          }),
        ),
      ),
  },
  {
    title: "UpdateShardCount from 2 to 4",
    source: "scale",
    aws: "4 open shards, each with a parent",
    ask: async ({ client, createStream, untilActive }) => {
      const StreamName = await createStream(2);
      const updated = await refusal(
        client.send(new UpdateShardCountCommand({ StreamName, TargetShardCount: 4, ScalingType: "UNIFORM_SCALING" })),
      );
      if (updated !== "accepted") return updated;
      await untilActive(StreamName);
      const open = (await shardsOf(client, StreamName)).filter(
        (shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined,
      );
      const isLinked = open.every((shard) => shard.ParentShardId !== undefined);
      return `${open.length} open shards, ${isLinked ? "each with a parent" : "without parents"}`;
    },
  },
  {
    title: "UpdateShardCount to more than double",
    source: "scale",
    aws: "400 LimitExceededException",
    ask: async ({ client, createStream }) =>
      refusal(
        client.send(
          new UpdateShardCountCommand({
            StreamName: await createStream(2),
            TargetShardCount: 5,
            ScalingType: "UNIFORM_SCALING",
          }),
        ),
      ),
  },
  {
    title: "ListShards in pages",
    source: "list",
    aws: "2 shards and a token, then 1 and none",
    ask: async ({ client, createStream }) => {
      const first = await client.send(new ListShardsCommand({ StreamName: await createStream(3), MaxResults: 2 }));
      if (first.NextToken === undefined) return `${first.Shards?.length ?? 0} shards and no token`;
      const second = await client.send(new ListShardsCommand({ NextToken: first.NextToken }));
      return `${first.Shards?.length ?? 0} shards and a token, then ${second.Shards?.length ?? 0} and ${second.NextToken === undefined ? "none" : "a token"}`;
    },
  },
  {
    title: "ListShards with a token and a name",
    source: "list",
    aws: "400 InvalidArgumentException",
    ask: async ({ client, createStream }) =>
      refusal(client.send(new ListShardsCommand({ StreamName: await createStream(1), NextToken: "token" }))),
  },
  {
    title: "ListShards filtered AT_LATEST after a split",
    source: "filter",
    aws: "1 2",
    ask: async (context) => {
      const StreamName = await splitStream(context);
      return shardNumbers((await shardsOf(context.client, StreamName, "AT_LATEST")).map((shard) => shard.ShardId));
    },
  },
  {
    title: "a stream named by its ARN alone",
    source: "put",
    aws: "stored",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      const { StreamDescriptionSummary: summary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
      const outcome = client.send(new PutRecordsCommand({ StreamARN: summary?.StreamARN, Records: [entry("k")] }));
      return outcome.then(failures, () => refusal(outcome));
    },
  },
  {
    title: "an unknown stream",
    source: "put",
    aws: "400 ResourceNotFoundException",
    ask: async ({ client }) =>
      refusal(client.send(new PutRecordsCommand({ StreamName: "nobody", Records: [entry("k")] }))),
  },
  {
    title: "a stream created twice",
    source: "create",
    aws: "400 ResourceInUseException",
    ask: async ({ client, createStream }) =>
      refusal(client.send(new CreateStreamCommand({ StreamName: await createStream(1), ShardCount: 1 }))),
  },
  {
    title: "an on-demand stream starts with four shards",
    source: "quotas",
    aws: "4 shards, ON_DEMAND",
    ask: async ({ client, createStream }) => {
      const created = createStream(0, { ShardCount: undefined, StreamModeDetails: { StreamMode: "ON_DEMAND" } });
      const refused = await refusal(created);
      if (refused !== "accepted") return refused;
      const { StreamDescriptionSummary: summary } = await client.send(
        new DescribeStreamSummaryCommand({ StreamName: await created }),
      );
      return `${summary?.OpenShardCount ?? 0} shards, ${summary?.StreamModeDetails?.StreamMode ?? "no mode"}`;
    },
  },
  {
    title: "splitting a shard of an on-demand stream",
    source: "split",
    aws: "400 ValidationException",
    ask: async ({ client, createStream }) => {
      const created = createStream(0, { ShardCount: undefined, StreamModeDetails: { StreamMode: "ON_DEMAND" } });
      const refused = await refusal(created);
      if (refused !== "accepted") return refused;
      return refusal(
        client.send(
          new SplitShardCommand({
            StreamName: await created,
            ShardToSplit: "shardId-000000000000",
            NewStartingHashKey: "100",
          }),
        ),
      );
    },
  },
  {
    title: "writing to a stream that is being deleted",
    source: "put",
    aws: "400 ResourceNotFoundException",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      await client.send(new DeleteStreamCommand({ StreamName }));
      return refusal(client.send(new PutRecordsCommand({ StreamName, Records: [entry("k")] })));
    },
  },
  {
    title: "what a summary tells of a stream with its retention raised",
    source: "summary",
    aws: "ACTIVE PROVISIONED 48 h, 2 shards, NONE, 1024 KiB",
    ask: async ({ client, createStream, untilActive }) => {
      const StreamName = await createStream(2);
      await client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 }));
      await untilActive(StreamName);
      const { StreamDescriptionSummary: s } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
      return `${s?.StreamStatus ?? "-"} ${s?.StreamModeDetails?.StreamMode ?? "-"} ${s?.RetentionPeriodHours ?? "-"} h, ${s?.OpenShardCount ?? "-"} shards, ${s?.EncryptionType ?? "-"}, ${s?.MaxRecordSizeInKiB ?? "-"} KiB`;
    },
  },
  {
    title: "a retention of 23 hours",
    source: "retention",
    aws: "400 InvalidArgumentException",
    ask: async ({ client, createStream }) =>
      refusal(
        client.send(
          new DecreaseStreamRetentionPeriodCommand({ StreamName: await createStream(1), RetentionPeriodHours: 23 }),
        ),
      ),
  },
  {
    title: "DescribeStream in pages",
    source: "describe",
    aws: "1 of 3 shards, more",
    ask: async ({ client, createStream }) => {
      const { StreamDescription: d } = await client.send(
        new DescribeStreamCommand({ StreamName: await createStream(3), Limit: 1 }),
      );
      return `${d?.Shards?.length ?? 0} of 3 shards, ${d?.HasMoreShards === true ? "more" : "no more"}`;
    },
  },
  {
    title: "tags come back sorted by key",
    source: "tags",
    aws: "stage=dev team=search",
    ask: async ({ client, createStream }) => {
      const StreamName = await createStream(1);
      await client.send(new AddTagsToStreamCommand({ StreamName, Tags: { team: "search", stage: "dev" } }));
      const { Tags } = await client.send(new ListTagsForStreamCommand({ StreamName }));
      return (Tags ?? []).map((tag) => `${tag.Key ?? ""}=${tag.Value ?? ""}`).join(" ");
    },
  },
  {
    title: "an operation nobody has",
    source: "common",
    aws: "400 UnknownOperationException",
    ask: async ({ target }) => {
      const response = await fetch(target.url, {
        method: "POST",
        body: "{}",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "Kinesis_20131202.Nothing",
          authorization:
            "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=c",
          "x-amz-date": "20260101T000000Z",
        },
      });
      const text = await response.text();
      const type = /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1];
      return `${response.status} ${type ?? (text === "" ? "without body" : "without type")}`;
    },
  },
];

/** A stream with one record `a` whose only shard was split in the middle afterwards. */
async function splitStream({ client, createStream, untilActive }: CaseContext): Promise<string> {
  const StreamName = await createStream(1);
  await client.send(new PutRecordCommand({ StreamName, ...entry("k", "a") }));
  await client.send(
    new SplitShardCommand({ StreamName, ShardToSplit: "shardId-000000000000", NewStartingHashKey: half }),
  );
  await untilActive(StreamName);
  return StreamName;
}

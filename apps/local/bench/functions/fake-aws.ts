/**
 * Kinesis, SQS, EventBridge and Secrets Manager, as cheap as they can be: every record is stored, and none is kept
 * unless it is asked for. In a process of its own, since it shares no processor time with what is measured.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A record that the enriched stream got. */
export interface CapturedRecord {
  readonly PartitionKey: string;
  readonly Data: string;
}

const SHARD = "shardId-000000000000";
const result = `{"ShardId":"${SHARD}","SequenceNumber":"${"4".repeat(56)}"}`;
const secret = JSON.stringify([{ id: "bench", key: Buffer.alloc(32, 1).toString("base64") }]);

let captured: CapturedRecord[] | undefined;
const counts = { requests: 0, records: 0, bytes: 0 };

function countOf(text: string, mark: string): number {
  let count = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) count += 1;
  return count;
}

const repeated = (count: number, entry: (index: number) => string) => Array.from({ length: count }, (_, i) => entry(i));

const operations: Readonly<Record<string, (body: string) => string>> = {
  PutRecords(body) {
    const count = countOf(body, '"PartitionKey":');
    counts.requests += 1;
    counts.records += count;
    counts.bytes += body.length;
    if (captured !== undefined) {
      const { StreamName, Records } = JSON.parse(body) as { StreamName: string; Records: CapturedRecord[] };
      if (StreamName === "enriched") captured.push(...Records);
    }
    return `{"FailedRecordCount":0,"Records":[${repeated(count, () => result).join(",")}]}`;
  },
  ListShards: () =>
    JSON.stringify({
      Shards: [
        {
          ShardId: SHARD,
          HashKeyRange: { StartingHashKey: "0", EndingHashKey: String(2n ** 128n - 1n) },
          SequenceNumberRange: { StartingSequenceNumber: "1" },
        },
      ],
    }),
  DescribeStreamSummary: () =>
    JSON.stringify({ StreamDescriptionSummary: { StreamName: "enriched", OpenShardCount: 1 } }),
  GetSecretValue: () => JSON.stringify({ SecretString: secret, VersionId: "1" }),
  SendMessageBatch: (body) =>
    `{"Successful":[${repeated(countOf(body, '"Id":'), (index) => `{"Id":"${index}"}`).join(",")}]}`,
  PutEvents: (body) =>
    `{"FailedEntryCount":0,"Entries":[${repeated(countOf(body, '"EventBusName":'), () => '{"EventId":"1"}').join(",")}]}`,
};

function answer(path: string, target: string, body: string): string {
  if (path === "/capture") captured = [];
  if (path === "/captured") {
    const records = captured ?? [];
    captured = undefined;
    return JSON.stringify(records);
  }
  if (path === "/count") {
    const text = JSON.stringify(counts);
    Object.assign(counts, { requests: 0, records: 0, bytes: 0 });
    return text;
  }
  return operations[target.slice(target.indexOf(".") + 1)]?.(body) ?? "{}";
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const target = String(request.headers["x-amz-target"] ?? "");
    const text = answer(request.url ?? "/", target, Buffer.concat(chunks).toString("latin1"));
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1", "content-length": text.length }).end(text);
  });
}).listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
server.keepAliveTimeout = 600_000;
process.on("disconnect", () => process.exit(0));

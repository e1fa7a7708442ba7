import { fork } from "node:child_process";
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Kinesis, startKinesisServer } from "../src/index.ts";

/**
 * How many records a second go through the HTTP front end, written and read by the unmodified SDK: 500 records of 500
 * bytes a call, four callers, the server in this process and in one of its own.
 *
 *     pnpm --filter @millrace/aws-simulator bench [--json]
 */
const shardCount = 100;
const callers = 4;
const warmUpMs = 1000;
const measuredMs = 4000;
const serveFlag = "--serve";

interface Rates {
  readonly putPerSecond: number;
  readonly getPerSecond: number;
}

function createModel(): Kinesis {
  const kinesis = new Kinesis({ limitsControlPlane: false, maxRetainedBytesPerStream: 256 * 1024 * 1024 });
  kinesis.createStream({ streamName: "bench", shardCount });
  return kinesis;
}

function clientFor(endpoint: string): KinesisClient {
  return new KinesisClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    requestHandler: new NodeHttpHandler(),
  });
}

/** Runs `call` in all callers at once and counts what it gives, after a warm-up. */
async function ratePerSecond(call: (caller: number) => Promise<number>): Promise<number> {
  let count = 0;
  const start = performance.now() + warmUpMs;
  const end = start + measuredMs;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      while (performance.now() < end) {
        const done = await call(caller);
        if (performance.now() >= start) count += done;
      }
    }),
  );
  return Math.round((count / measuredMs) * 1000);
}

async function measure(endpoint: string): Promise<Rates> {
  const client = clientFor(endpoint);
  const data = Buffer.alloc(500, "x");
  const Records = Array.from({ length: 500 }, (_, index) => ({ PartitionKey: `key-${index}`, Data: data }));
  const putPerSecond = await ratePerSecond(async () => {
    const { FailedRecordCount: failed = 0 } = await client.send(
      new PutRecordsCommand({ StreamName: "bench", Records }),
    );
    return Records.length - failed;
  });
  // Each read from another shard: one shard gives five reads and two mebibytes a second.
  let next = 0;
  const getPerSecond = await ratePerSecond(async () => {
    const ShardId = `shardId-${String(next++ % shardCount).padStart(12, "0")}`;
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName: "bench", ShardId, ShardIteratorType: "TRIM_HORIZON" }),
    );
    try {
      const { Records: read } = await client.send(new GetRecordsCommand({ ShardIterator, Limit: 1000 }));
      return read?.length ?? 0;
    } catch {
      return 0;
    }
  });
  client.destroy();
  return { putPerSecond, getPerSecond };
}

async function measureInOneProcess(): Promise<Rates> {
  const server = await startKinesisServer(createModel());
  try {
    return await measure(server.url);
  } finally {
    await server.close();
  }
}

async function measureInTwoProcesses(): Promise<Rates> {
  const child = fork(import.meta.filename, [serveFlag], { execArgv: process.execArgv });
  try {
    const url = await new Promise<string>((resolve) => child.once("message", (message) => resolve(message as string)));
    return await measure(url);
  } finally {
    child.disconnect();
  }
}

if (process.argv.includes(serveFlag)) {
  const server = await startKinesisServer(createModel());
  process.send?.(server.url);
  process.on("disconnect", () => process.exit());
} else {
  const results = { oneProcess: await measureInOneProcess(), twoProcesses: await measureInTwoProcesses() };
  if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
  else console.table(results);
}

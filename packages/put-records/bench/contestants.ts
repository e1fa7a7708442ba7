import { createRequire } from "node:module";
import { Agent } from "node:http";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { createKinesisClient, createPutRecords } from "@millrace/put-records";
import { abandonedPackages } from "./abandoned-packages.ts";
import type { BenchRecord } from "./workload.ts";

/** Where the fake server listens. */
export interface Ports {
  readonly http1: number;
  readonly http2: number;
}

/** Sends all records and resolves when its client thinks it is done. */
type Contestant = (records: readonly BenchRecord[]) => Promise<void>;

/** Requests on the wire at once, the same for all that let one choose. */
const CONCURRENCY = 4;
const BATCH = 500;
const OUR_BATCH = 5000;

const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };
const region = "eu-west-1";

/** Cuts the records into batches and sends them all, at most so many at once. */
async function eachBatch(
  records: readonly BenchRecord[],
  send: (batch: readonly BenchRecord[]) => Promise<unknown>,
  batchSize = BATCH,
  atOnce = CONCURRENCY,
): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < records.length) {
      const batch = records.slice(next, next + batchSize);
      next += batchSize;
      await send(batch);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, records.length / batchSize) }, work));
}

/** Runs at most `places` pieces of work at once; later ones wait for their turn. */
function createGate(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}

const toEntry = ({ partitionKey, data }: BenchRecord) => ({ PartitionKey: partitionKey, Data: data });

function putOnce(client: KinesisClient, batch: readonly BenchRecord[]) {
  return client.send(new PutRecordsCommand({ StreamName: "bench", Records: batch.map(toEntry) }));
}

/** The SDK over connections that are kept alive, with nothing else changed. */
function keepAliveClient({ http1 }: Ports): KinesisClient {
  const requestHandler = new NodeHttpHandler({ httpAgent: new Agent({ keepAlive: true, maxSockets: 16 }) });
  return new KinesisClient({ region, credentials, endpoint: `http://127.0.0.1:${http1}`, requestHandler });
}

/** The least any client can do with the SDK: perfect batches, no look at the answer. */
function floor(ports: Ports): Contestant {
  const client = keepAliveClient(ports);
  return (records) => eachBatch(records, (batch) => putOnce(client, batch));
}

/** Many callers with a batch each, all at once: what is bounded is up to the client. */
function ours({ http1 }: Ports, ordering: "none" | "per-key" = "none"): Contestant {
  const client = createKinesisClient({ region, credentials, endpoint: `http://127.0.0.1:${http1}` });
  const stream = createPutRecords({
    client,
    streamName: "bench",
    ordering,
    maxConcurrentRequests: CONCURRENCY,
    timeoutMs: 60_000,
  });
  return (records) => eachBatch(records, (batch) => stream.put(batch), OUR_BATCH, Number.POSITIVE_INFINITY);
}

/**
 * As in the SDK's own example: its default handler and retries, records that fail inside a 200 answer are ignored.
 */
function sdkDefaults({ http2 }: Ports): Contestant {
  const client = new KinesisClient({ region, credentials, endpoint: `http://127.0.0.1:${http2}` });
  return (records) => eachBatch(records, (batch) => putOnce(client, batch));
}

const NAIVE_ATTEMPTS = 10;

/** The usual mistake: a record failed, so send the whole batch again. All batches are there at once. */
function naive(ports: Ports): Contestant {
  const client = keepAliveClient(ports);
  const onTheWire = createGate(CONCURRENCY);
  const send = async (batch: readonly BenchRecord[]) => {
    for (let attempt = 1; attempt <= NAIVE_ATTEMPTS; attempt++) {
      const { FailedRecordCount = 0 } = await onTheWire(() => putOnce(client, batch));
      if (FailedRecordCount === 0) return;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * attempt));
    }
  };
  return (records) => eachBatch(records, send, BATCH, Number.POSITIVE_INFINITY);
}

interface LifionKinesis {
  putRecords(input: { records: { data: string; partitionKey: string }[] }): Promise<unknown>;
}

function lifion({ http1 }: Ports): Contestant {
  const Kinesis = abandonedPackages()("lifion-kinesis") as new (options: object) => LifionKinesis;
  const client = new Kinesis({
    streamName: "bench",
    region,
    credentials,
    endpoint: `http://127.0.0.1:${http1}`,
    createStreamIfNeeded: false,
    httpOptions: { agent: new Agent({ keepAlive: true, maxSockets: CONCURRENCY }) },
  });
  const send = (batch: readonly BenchRecord[]) =>
    client.putRecords({
      records: batch.map(({ partitionKey, data }) => ({ data: data.toString("latin1"), partitionKey })),
    });
  return (records) => eachBatch(records, send, BATCH, Number.POSITIVE_INFINITY);
}

interface KinesisWritable extends NodeJS.WritableStream {
  getPartitionKey(data: string): string;
}

function kinesisStreams({ http1 }: Ports): Contestant {
  const peers = abandonedPackages();
  const { KinesisWritable } = peers("kinesis-streams") as {
    KinesisWritable: new (client: object, streamName: string, options: object) => KinesisWritable;
  };
  // It brings no SDK of its own: it gets the one that lifion-kinesis brings.
  const requireOfLifion = createRequire(peers.resolve("lifion-kinesis"));
  const { Kinesis } = requireOfLifion("aws-sdk") as { Kinesis: new (options: object) => object };
  const client = new Kinesis({ region, credentials, endpoint: `http://127.0.0.1:${http1}` });
  return (records) => {
    const keys = new Map(records.map(({ partitionKey, data }) => [data.toString("latin1", 0, 10), partitionKey]));
    const stream = new KinesisWritable(client, "bench", { highWaterMark: BATCH });
    // Its default key is one constant: everything to one shard.
    stream.getPartitionKey = (data) => keys.get(data.slice(0, 10)) ?? "0";
    return new Promise((resolve, reject) => {
      stream.on("error", reject);
      stream.on("finish", resolve);
      const queue = records.values();
      const write = () => {
        for (let next = queue.next(); next.done !== true; next = queue.next()) {
          if (!stream.write(next.value.data.toString("latin1"))) {
            stream.once("drain", write);
            return;
          }
        }
        stream.end();
      };
      write();
    });
  };
}

export const contestants = {
  floor,
  "put-records": (ports) => ours(ports),
  "put-records-per-key": (ports) => ours(ports, "per-key"),
  "sdk-defaults": sdkDefaults,
  naive,
  "lifion-kinesis": lifion,
  "kinesis-streams": kinesisStreams,
} satisfies Record<string, (ports: Ports) => Contestant>;

export type ContestantName = keyof typeof contestants;

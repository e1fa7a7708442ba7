import { describe, expect, test } from "@jest/globals";
import { createRandom, Kinesis, VirtualClock } from "@millrace/aws-simulator";
import {
  createPutRecords,
  type PutOptions,
  type PutRecord,
  type PutRecords,
  type PutRecordsOptions,
} from "../../src/index.ts";

const hash = (share: number) => String(BigInt(Math.floor(share * 2 ** 32)) << 96n);

/** A stream of four shards with the limits of AWS, and traffic of which half goes to the first shard. */
function setUp(options: Partial<PutRecordsOptions> = {}) {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  kinesis.createStream({ streamName: "s", shardCount: 4 });
  const counts = { sent: 0, throttled: 0 };
  const client = createPutRecords({
    client: kinesis.client({ latencyMs: { min: 5, max: 20 } }),
    streamName: "s",
    clock,
    random: createRandom("hot shard"),
    timeoutMs: 120_000,
    hooks: {
      onRequest: (report) => {
        counts.sent += report.records;
        counts.throttled += report.throttled;
      },
    },
    ...options,
  });
  return { clock, kinesis, client, counts };
}

interface Latencies {
  readonly hot: number[];
  readonly healthy: number[];
}

/** Sends `perSecond` records to each of the two kinds of shard for so long; returns how long each took. */
function load(clock: VirtualClock, client: PutRecords, perSecond: number, seconds: number): Latencies {
  const latencies: Latencies = { hot: [], healthy: [] };
  const send = (kind: keyof Latencies, explicitHashKey: string) => {
    const startedAt = clock.now();
    void client.send({ partitionKey: "k", data: Buffer.alloc(200), explicitHashKey }).then((delivery) => {
      if (delivery.status === "delivered" && !delivery.isAmbiguous) latencies[kind].push(clock.now() - startedAt);
    });
  };
  for (let i = 0; i < perSecond * seconds; i++) {
    clock.setTimeout(
      () => {
        send("hot", hash(((i * 0.618) % 1) / 4));
        send("healthy", hash(0.25 + ((i * 0.618) % 1) * 0.75));
      },
      (i * 1000) / perSecond,
    );
  }
  return latencies;
}

const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

describe("a shard that gets twice what it takes", () => {
  test("is sent about what it takes, and the other shards do not notice", async () => {
    const { clock, client, counts } = setUp();
    const latencies = load(clock, client, 2000, 8);
    await clock.runFor(8_000);
    const [limit] = client.stats().limitedShards;
    expect(limit?.shardId).toBe("shardId-000000000000");
    expect(limit?.recordsPerSecond).toBeGreaterThan(850);
    expect(limit?.recordsPerSecond).toBeLessThan(1300);
    // A client without a limit would have half of all hot records refused, again and again.
    expect(counts.throttled / counts.sent).toBeLessThan(0.1);
    expect(percentile(latencies.healthy, 0.99)).toBeLessThan(50);
    await clock.run(client.flush());
    expect(latencies.hot).toHaveLength(16_000);
    // 16,000 records at 1,000 a second, in the order they came: the limit does not leave the shard idle, and what was
    // throttled does not fall behind what came later.
    expect(Math.max(...latencies.hot)).toBeLessThan(9_000);
  });

  test("is free again some time after the load is gone", async () => {
    const { clock, client } = setUp();
    load(clock, client, 2000, 3);
    await clock.runFor(3_000);
    expect(client.stats().limitedShards).toHaveLength(1);
    await clock.run(client.flush());
    await clock.runFor(60_000);
    load(clock, client, 10, 1);
    await clock.run(client.flush());
    await clock.runFor(2_000);
    expect(client.stats().limitedShards).toHaveLength(0);
  });

  test("gets its relief when it is split: records that land on the children renew the shard map", async () => {
    const { clock, client, kinesis } = setUp();
    load(clock, client, 2000, 8);
    await clock.runFor(4_000);
    const before = client.stats();
    expect(before.pendingRecords).toBeGreaterThan(1500);
    kinesis.splitShard({ StreamName: "s", ShardToSplit: "shardId-000000000000", NewStartingHashKey: hash(0.125) });
    await clock.runFor(4_000);
    // Two shards take 2,000 a second: what comes in is taken, and no limit of the closed parent holds it back.
    expect(client.stats().limitedShards.map((limit) => limit.shardId)).not.toContain("shardId-000000000000");
    await clock.run(client.flush());
    expect(client.stats()).toMatchObject({ pendingRecords: 0, failed: 0, ambiguous: 0 });
    expect(client.stats().delivered).toBe(32_000);
  });
});

describe("a shard whose backlog is larger than maxInFlightBytes", () => {
  const maxInFlightBytes = 256 * 1024;
  const data = Buffer.alloc(200);
  const hot = { partitionKey: "k", data, explicitHashKey: "0" };
  const healthy = { partitionKey: "k", data, explicitHashKey: hash(0.6) };

  /** The first shard's limit is known, and 4,000 records, four times the bound, have been handed over for it. */
  async function withBacklog(onFull: PutOptions["onFull"], timeoutMs = 120_000) {
    const world = setUp({ maxInFlightBytes });
    const { client, clock } = world;
    await clock.run(client.put(Array.from({ length: 2000 }, () => hot)));
    expect(client.stats().limitedShards).toHaveLength(1);
    const backlog = Array.from({ length: 4000 }, () => client.send(hot, { onFull, deadline: clock.now() + timeoutMs }));
    return { ...world, backlog };
  }

  test("does not keep the others waiting at the door", async () => {
    const { client, clock, backlog } = await withBacklog("wait");
    await clock.runFor(100);
    expect(client.stats().pendingRecords).toBeGreaterThan(3500);
    const startedAt = clock.now();
    const deliveries = await clock.run(Promise.all(Array.from({ length: 200 }, () => client.send(healthy))));
    expect(deliveries).toMatchObject(deliveries.map(() => ({ status: "delivered", attempts: 1 })));
    // Linger and a round trip; the backlog takes four seconds.
    expect(clock.now() - startedAt).toBeLessThan(50);
    expect(client.stats().inFlightBytes).toBeLessThanOrEqual(maxInFlightBytes);
    const settled = await clock.run(Promise.all(backlog));
    expect(settled.every(({ status }) => status === "delivered")).toBe(true);
    expect(client.stats()).toMatchObject({ inFlightBytes: 0, pendingRecords: 0 });
  });

  test("has a quarter of it, and who would not wait is refused what is beyond; the others are not", async () => {
    const { client, clock, backlog } = await withBacklog("refuse");
    expect(client.stats().inFlightBytes).toBe(maxInFlightBytes / 4);
    const [refused, accepted] = await clock.run(
      Promise.all([client.send(hot, { onFull: "refuse" }), client.send(healthy, { onFull: "refuse" })]),
    );
    expect(refused).toMatchObject({ reason: "throttled", attempts: 0, error: { code: "PUT_RECORDS_BACKPRESSURE" } });
    expect(refused).toMatchObject({ error: { message: expect.stringContaining("shardId-000000000000") } });
    expect(accepted).toMatchObject({ status: "delivered" });
    await clock.run(Promise.all(backlog));
    expect(await clock.run(client.send(hot, { onFull: "refuse" }))).toMatchObject({ status: "delivered" });
  });

  test("refuses of a put only its records", async () => {
    const { client, clock } = await withBacklog("refuse");
    const deliveries = await clock.run(client.put([healthy, hot, healthy], { onFull: "refuse" }));
    expect(deliveries.map(({ status }) => status)).toEqual(["delivered", "failed", "delivered"]);
  });

  test("is forgotten when its time is over: no byte of it is in flight, and no timer is left", async () => {
    const { client, clock, backlog } = await withBacklog("wait", 1000);
    const settled = await clock.run(Promise.all(backlog));
    expect(settled.filter(({ status }) => status === "failed").length).toBeGreaterThan(2000);
    expect(client.stats()).toMatchObject({ inFlightBytes: 0, pendingRecords: 0 });
    expect(await clock.run(client.put([healthy]))).toMatchObject([{ status: "delivered" }]);
  });
});

describe("callers that never wait for an answer, while a shard is throttled for a minute", () => {
  const maxInFlightBytes = 256 * 1024;
  const data = Buffer.alloc(200);
  const size = data.byteLength + 1;
  const hot = { partitionKey: "k", data, explicitHashKey: "0" };
  const healthy = { partitionKey: "k", data, explicitHashKey: hash(0.6) };

  /** Two thousand records a second in puts of twenty; what the client said it had, ten times a second. */
  async function keepCalling(put: readonly PutRecord[], options: Partial<PutRecordsOptions> = {}) {
    const world = setUp({ maxInFlightBytes, ...options });
    const { client, clock } = world;
    let unanswered = 0;
    const most = { held: 0, counted: 0, waiting: 0 };
    for (let tenth = 0; tenth < 600; tenth++) {
      for (let call = 0; call < 10; call++) {
        unanswered += put.length;
        void client.put(put).then((deliveries) => (unanswered -= deliveries.length));
      }
      await clock.runFor(100);
      const { heldBytes, inFlightBytes, waitingBytes, pendingRecords } = client.stats();
      most.held = Math.max(most.held, heldBytes);
      most.counted = Math.max(most.counted, inFlightBytes);
      most.waiting = Math.max(most.waiting, waitingBytes);
      expect(heldBytes + waitingBytes).toBe(pendingRecords * size);
      expect(pendingRecords).toBeLessThanOrEqual(unanswered);
    }
    return { ...world, most };
  }

  test("have no more let in than fits when all they bring is for that shard; the others are not in their line", async () => {
    const { client, clock, most } = await keepCalling(Array.from({ length: 20 }, () => hot));
    expect(most.held).toBeLessThanOrEqual(maxInFlightBytes);
    expect(most.waiting).toBeGreaterThan(8 * 1024 * 1024);
    const startedAt = clock.now();
    expect(await clock.run(client.put([healthy]))).toMatchObject([{ status: "delivered", attempts: 1 }]);
    expect(clock.now() - startedAt).toBeLessThan(50);
    await clock.run(client.close());
    expect(client.stats()).toMatchObject({ heldBytes: 0, waitingBytes: 0, pendingRecords: 0 });
  });

  test("have no more let in than twice what fits when they bring records for other shards as well", async () => {
    const put = [...Array.from({ length: 19 }, () => hot), healthy];
    const { client, clock, most } = await keepCalling(put);
    expect(most.counted).toBeLessThanOrEqual(maxInFlightBytes);
    expect(most.held).toBeGreaterThan(maxInFlightBytes);
    expect(most.held).toBeLessThanOrEqual(2 * maxInFlightBytes);
    await clock.run(client.close());
    expect(client.stats()).toMatchObject({ heldBytes: 0, waitingBytes: 0, pendingRecords: 0 });
  });

  test("have no more let in than twice what fits where order per key keeps all in one line", async () => {
    const put = Array.from({ length: 20 }, (_, i) => ({ ...hot, partitionKey: String(i % 10) }));
    const { most } = await keepCalling(put, { ordering: "per-key" });
    expect(most.counted).toBeLessThanOrEqual(maxInFlightBytes);
    expect(most.held).toBeLessThanOrEqual(2 * maxInFlightBytes);
  });
});

test("a call that waits for room is not overtaken for ever by what comes later for a hot shard", async () => {
  const maxInFlightBytes = 256 * 1024;
  const hot = { partitionKey: "k", data: Buffer.alloc(200), explicitHashKey: "0" };
  const { client, clock } = setUp({ maxInFlightBytes });
  await clock.run(client.put(Array.from({ length: 2000 }, () => hot)));
  void client.put(Array.from({ length: 400 }, () => hot));
  await clock.runFor(10);
  // With the share of the hot shard taken, there is no room for it before that backlog has shrunk.
  const large = client.put([
    { partitionKey: "k", data: Buffer.alloc(maxInFlightBytes - 1000), explicitHashKey: hash(0.6) },
  ]);
  let answers = 0;
  void large.then(({ length }) => (answers += length));
  for (let tenth = 0; tenth < 20; tenth++) {
    for (let i = 0; i < 200; i++) void client.send(hot);
    await clock.runFor(100);
  }
  expect(answers).toBe(1);
  expect(await large).toMatchObject([{ status: "delivered" }]);
});

test("what was learnt about a stream outlives the client object, as a Lambda that makes one per invocation needs", async () => {
  const { clock, kinesis } = setUp();
  const sender = kinesis.client();
  const create = () => createPutRecords({ client: sender, streamName: "s", clock });
  const first = create();
  const records = Array.from({ length: 6000 }, () => ({
    partitionKey: "k",
    data: Buffer.alloc(10),
    explicitHashKey: "0",
  }));
  await clock.run(first.put(records));
  expect(first.stats().limitedShards).toHaveLength(1);
  const second = create();
  expect(second.stats().limitedShards).toEqual(first.stats().limitedShards);
});

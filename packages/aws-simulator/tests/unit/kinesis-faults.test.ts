import { ListShardsCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { describe, expect, test } from "@jest/globals";
import { type FaultRates, Faults, Kinesis, skewClock, Trace, VirtualClock } from "../../src/index.ts";
import { createFixture, entryOf, iteratorAt, textOf } from "../fixtures/kinesis-fixture.ts";

const put = (count = 1) =>
  new PutRecordsCommand({
    StreamName: "orders",
    Records: Array.from({ length: count }, (_, index) => entryOf(`k${index}`, String(index))),
  });

function withFaults(rates: FaultRates, seed = 1) {
  const faults = new Faults({ seed, rates });
  return { faults, ...createFixture({ shardCount: 4 }, { faults }) };
}

describe("faults of records", () => {
  test("throttle a share of them with the text of a real throttle, and store the rest", () => {
    const { faults, kinesis } = withFaults({ recordThrottle: 0.1 });
    let failed = 0;
    for (let call = 0; call < 5; call += 1) {
      const { Records, FailedRecordCount } = kinesis.putRecords(put(500).input);
      failed += FailedRecordCount;
      for (const record of Records) {
        if (record.ErrorCode === undefined) continue;
        expect(record.ErrorMessage).toMatch(/^Rate exceeded for shard shardId-\d{12} in stream orders under account/);
      }
    }
    expect(failed).toBeGreaterThan(150);
    expect(failed).toBeLessThan(350);
    expect(faults.counts).toEqual({ recordThrottle: failed });
    expect(kinesis.stats("orders").recordsIn).toBe(2500 - failed);
  });

  test("answer InternalFailure for records that were not stored, and for some that were", () => {
    for (const [rates, stored] of [
      [{ recordInternalFailure: 1 }, 0],
      [{ recordInternalFailureStored: 1 }, 10],
    ] as const) {
      const { kinesis } = withFaults(rates);
      const { Records } = kinesis.putRecords(put(10).input);
      expect(Records[0]).toEqual({ ErrorCode: "InternalFailure", ErrorMessage: "Internal service failure." });
      expect(kinesis.stats("orders").recordsIn).toBe(stored);
    }
  });

  test("store the records of a call in another order than given", () => {
    const { kinesis } = createFixture({}, { faults: new Faults({ seed: 1, rates: { shuffle: 1 } }) });
    const { Records } = kinesis.putRecords(put(20).input);
    const read = kinesis.getRecords({ ShardIterator: iteratorAt(kinesis) }).Records.map(textOf);
    expect(read).not.toEqual([...read].sort((a, b) => Number(a) - Number(b)));
    expect(new Set(read).size).toBe(20);
    const numbers = kinesis.recordsOf("orders").map(({ record }) => record.SequenceNumber);
    expect([...numbers].sort()).toEqual(numbers);
    for (const { record } of kinesis.recordsOf("orders")) {
      expect(Records[Number(textOf(record))]?.SequenceNumber).toBe(record.SequenceNumber);
    }
  });
});

describe("faults of calls", () => {
  test.each([
    ["serverErrorBefore", 0, { $fault: "server" }],
    ["serverErrorAfter", 1, { $fault: "server" }],
    ["resetBefore", 0, { code: "ECONNRESET", name: "TimeoutError" }],
    ["resetAfter", 1, { code: "ECONNRESET", name: "TimeoutError" }],
  ] as const)("%s leaves %d records behind and rejects", async (kind, stored, shape) => {
    const { kinesis } = withFaults({ [kind]: 1 });
    await expect(kinesis.client().send(put())).rejects.toMatchObject(shape);
    expect(kinesis.stats("orders").recordsIn).toBe(stored);
  });

  test("slow ones take longer and succeed", async () => {
    const { clock, kinesis } = withFaults({ slow: 1, slowMs: { min: 700, max: 700 } });
    const started = clock.now();
    await clock.run(kinesis.client().send(put()));
    expect(clock.now() - started).toBe(700);
  });

  test("can be kept to some operations", async () => {
    const faults = new Faults({ seed: 1, rates: { resetBefore: 1 }, operations: ["ListShards"] });
    const { kinesis } = createFixture({}, { faults });
    await expect(kinesis.client().send(put())).resolves.toBeDefined();
    await expect(kinesis.client().send(new ListShardsCommand({ StreamName: "orders" }))).rejects.toBeDefined();
  });

  test("turn calls away in passing, with nothing stored, or fail them behind another status, stored or not", async () => {
    const { faults, kinesis } = withFaults({ refusalInPassing: 0.5 });
    const client = kinesis.client();
    const sendAll = async (calls: number) => {
      const statuses: number[] = [];
      for (let call = 0; call < calls; call += 1) {
        const answer = client.send(put());
        statuses.push(
          await answer.then(
            () => 200,
            (error: unknown) => (error as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode,
          ),
        );
      }
      return statuses.filter((status) => status !== 200);
    };
    const refused = await sendAll(200);
    expect(refused).toHaveLength(faults.counts.refusalInPassing ?? 0);
    expect(new Set(refused)).toEqual(new Set([302, 400, 403, 407, 413, 429]));
    expect(kinesis.stats("orders").recordsIn).toBe(200 - refused.length);

    faults.set({ failureInPassing: 0.5 });
    const failed = await sendAll(200);
    expect(new Set(failed)).toEqual(new Set([400, 408, 502, 504]));
    const storedOfFailed = kinesis.stats("orders").recordsIn - (400 - refused.length - failed.length);
    expect(storedOfFailed).toBeGreaterThan(failed.length / 4);
    expect(storedOfFailed).toBeLessThan((failed.length * 3) / 4);
  });

  test("can be scripted for the next call, as for credentials that ran out", async () => {
    const { faults, kinesis } = withFaults({});
    faults.failNext("PutRecords", {
      kind: "reject",
      code: "ExpiredTokenException",
      message: "The security token included in the request is expired",
    });
    await expect(kinesis.client().send(put())).rejects.toMatchObject({ name: "ExpiredTokenException" });
    await expect(kinesis.client().send(put())).resolves.toMatchObject({ FailedRecordCount: 0 });
  });
});

describe("faults in time", () => {
  test("a hot shard refuses nearly everything for a while, its neighbours nothing", async () => {
    const { clock, faults, kinesis } = withFaults({
      hotShardEveryMs: 1,
      hotShardMs: { min: 60_000, max: 60_000 },
      hotShardCapacity: 0.01,
    });
    faults.start();
    await clock.runUntil(() => faults.total === 1);
    faults.set({});
    const perShard = new Map<string, number>();
    for (let second = 0; second < 5; second += 1) {
      for (const { ErrorMessage } of kinesis.putRecords(put(400).input).Records) {
        const shard = /shardId-\d+/.exec(ErrorMessage ?? "")?.[0];
        if (shard !== undefined) perShard.set(shard, (perShard.get(shard) ?? 0) + 1);
      }
      await clock.runFor(1000);
    }
    expect(perShard.size).toBe(1);
    expect([...perShard.values()][0]).toBeGreaterThan(300);
    faults.stop();
    await clock.runFor(2000);
    expect(kinesis.putRecords(put(400).input as never).FailedRecordCount).toBe(0);
  });

  test("an outage refuses every record of one stream until it is over", async () => {
    const { clock, faults, kinesis } = withFaults({ outageEveryMs: 1, outageMs: { min: 5000, max: 5000 } });
    faults.start();
    await clock.runUntil(() => faults.total === 1);
    faults.set({});
    const started = clock.now();
    expect(kinesis.putRecords(put(10).input as never).FailedRecordCount).toBe(10);
    await clock.runUntilTime(started + 5000);
    expect(kinesis.putRecords(put(10).input as never).FailedRecordCount).toBe(0);
  });

  test("a broken stream refuses every record until faults stop, another one none", () => {
    const { faults, kinesis } = withFaults({});
    kinesis.createStream({ streamName: "healthy" });
    faults.breakStream("orders");
    expect(kinesis.putRecords(put(10).input as never).FailedRecordCount).toBe(10);
    expect(kinesis.putRecords({ ...put(10).input, StreamName: "healthy" }).FailedRecordCount).toBe(0);
    faults.stop();
    expect(kinesis.putRecords(put(10).input as never).FailedRecordCount).toBe(0);
  });

  test("resharding goes on under load and loses nothing", async () => {
    const { clock, faults, kinesis } = withFaults({ reshardEveryMs: 500, reshardMaxShards: 5 });
    faults.start();
    for (let call = 0; call < 200; call += 1) {
      kinesis.putRecords(put(5).input);
      await clock.runFor(100);
    }
    faults.stop();
    const stats = kinesis.stats("orders");
    expect(faults.counts.reshard).toBeGreaterThan(20);
    expect(stats.shards).toBeGreaterThan(20);
    expect(stats.openShards).toBeLessThanOrEqual(5);
    expect([stats.recordsIn, stats.retainedRecords]).toEqual([1000, 1000]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a service whose clock is wrong stamps records with its own time", () => {
    const clock = new VirtualClock();
    const kinesis = new Kinesis({ clock: skewClock(clock, -90_000) });
    kinesis.createStream({ streamName: "orders" });
    kinesis.putRecord({ StreamName: "orders", ...entryOf("a") });
    expect(kinesis.recordsOf("orders")[0]?.record.ApproximateArrivalTimestamp).toEqual(new Date(clock.now() - 90_000));
  });

  test("stop for good when told to", async () => {
    const { clock, faults, kinesis } = withFaults({ recordThrottle: 1, resetBefore: 1, reshardEveryMs: 10 });
    faults.start();
    faults.stop();
    await clock.runFor(1000);
    await expect(kinesis.client().send(put(10))).resolves.toMatchObject({ FailedRecordCount: 0 });
    expect(faults.total).toBe(0);
  });
});

describe("a trace", () => {
  async function run(seed: number, rates: FaultRates): Promise<Trace> {
    const clock = new VirtualClock();
    const trace = new Trace({ clock, keepLines: true });
    const faults = new Faults({ seed, rates });
    const kinesis = new Kinesis({ clock, faults, trace });
    kinesis.createStream({ streamName: "orders", shardCount: 2 });
    faults.start();
    const client = kinesis.client({ latencyMs: { min: 3, max: 30 }, requestTimeoutMs: 500 });
    for (let call = 0; call < 50; call += 1) await clock.run(client.send(put(10))).catch(() => undefined);
    faults.stop();
    return trace;
  }

  const rates: FaultRates = { recordThrottle: 0.1, resetAfter: 0.1, slow: 0.1, reshardEveryMs: 300, shuffle: 0.2 };

  test("is the same for the same seed, byte for byte, and another for another", async () => {
    const [first, again, other] = [await run(1, rates), await run(1, rates), await run(2, rates)];
    expect(again.lines.join("\n")).toBe(first.lines.join("\n"));
    expect(again.hash()).toBe(first.hash());
    expect(other.hash()).not.toBe(first.hash());
    expect(first.lines.some((line) => / fault\.recordThrottle stream=orders shard=shardId-/.test(line))).toBe(true);
  });

  test("keeps the draws of one fault when the rate of another changes", async () => {
    // Which calls are reset after they were carried out, with and without other faults that come first.
    const resets = (rates: FaultRates) => {
      const faults = new Faults({ seed: 1, rates });
      return Array.from({ length: 200 }, () => faults.call("PutRecords")?.kind);
    };
    const alone = resets({ resetAfter: 0.2 });
    const amongOthers = resets({ resetAfter: 0.2, serverErrorBefore: 0.2, slow: 0.3 });
    alone.forEach((kind, index) => {
      if (kind === "reset-after") expect(["reset-after", "reject"]).toContain(amongOthers[index]);
      else expect(amongOthers[index]).not.toBe("reset-after");
    });
  });
});

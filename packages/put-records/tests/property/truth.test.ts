import { expect, test } from "@jest/globals";
import { createRandom, VirtualClock } from "@millrace/aws-simulator";
import fc from "fast-check";
import { createPutRecords, type Delivery, type PutRecord } from "../../src/index.ts";
import { CountingClock } from "../support/counting-clock.ts";
import { textOf } from "../support/set-up.ts";
import { FakeKinesis, type RecordFate, type RequestFate } from "../support/fake-kinesis.ts";

interface CallPlan {
  readonly atMs: number;
  /** One number per record: its key. */
  readonly keys: readonly number[];
  readonly isSend: boolean;
  readonly timeoutMs: number | undefined;
  readonly abortAfterMs: number | undefined;
  readonly isRefusing: boolean;
}

const callPlan: fc.Arbitrary<CallPlan> = fc.record({
  atMs: fc.nat(400),
  keys: fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.nat(8), { maxLength: 40 }) },
    { weight: 1, arbitrary: fc.array(fc.nat(2000), { minLength: 480, maxLength: 700 }) },
  ),
  isSend: fc.boolean(),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
  abortAfterMs: fc.option(fc.nat(600), { nil: undefined }),
  isRefusing: fc.boolean(),
});

const schedule = fc.record({
  seed: fc.integer(),
  ordering: fc.constantFrom("none" as const, "per-key" as const),
  onAmbiguous: fc.constantFrom("retry" as const, "fail" as const),
  maxAttempts: fc.constantFrom(undefined, 1, 3),
  maxInFlightBytes: fc.constantFrom(undefined, 300, 5000),
  maxConcurrentRequests: fc.integer({ min: 1, max: 4 }),
  shards: fc.integer({ min: 1, max: 4 }),
  splitAtMs: fc.option(fc.nat(1000), { nil: undefined }),
  /** Per mille of the records and of the requests that meet a fault, while there are any. */
  recordFaults: fc.constantFrom(0, 50, 300, 900),
  requestFaults: fc.constantFrom(0, 100, 500),
  faultsEndMs: fc.constantFrom(500, 5000, Number.POSITIVE_INFINITY),
  calls: fc.array(callPlan, { minLength: 1, maxLength: 8 }),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

interface Played {
  readonly record: PutRecord;
  readonly id: string;
  readonly call: number;
  readonly delivery: Delivery;
}

const recordFaults: readonly RecordFate[] = ["throttled", "throttled", "internal", "internal-stored"];
const requestFaults: readonly RequestFate[] = [
  "reset",
  "unavailable",
  "silent",
  "truncated",
  { status: 400, name: "ProvisionedThroughputExceededException" },
  { status: 400, name: "InvalidArgumentException" },
  { status: 403, name: "RequestTimeTooSkewed" },
  { status: 407, name: "SyntaxError" },
  { status: 413, name: "SyntaxError" },
];

async function play(plan: Schedule) {
  const random = createRandom(String(plan.seed));
  const clock = new VirtualClock({ random });
  const start = clock.now();
  const hasFaults = () => clock.now() - start < plan.faultsEndMs;
  const draw = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const isHit = (perMille: number) => hasFaults() && random() * 1000 < perMille;
  const kinesis = new FakeKinesis({
    clock,
    shards: plan.shards,
    latencyMs: () => 1 + Math.floor(random() * 30),
    record: () => (isHit(plan.recordFaults) ? draw(recordFaults) : "stored"),
    request: () => {
      if (!isHit(plan.requestFaults)) return {};
      const fate = draw(requestFaults);
      // A 4xx answer means that nothing was stored, so it only ever comes before; a cut answer only after.
      if (typeof fate === "object") return { before: fate };
      return fate === "truncated" || random() < 0.5 ? { after: fate } : { before: fate };
    },
  });
  const timers = new CountingClock(clock);
  const client = createPutRecords({
    client: kinesis,
    streamName: "s",
    clock: timers,
    random,
    ordering: plan.ordering,
    onAmbiguous: plan.onAmbiguous,
    maxAttempts: plan.maxAttempts,
    maxInFlightBytes: plan.maxInFlightBytes,
    maxConcurrentRequests: plan.maxConcurrentRequests,
    requestTimeoutMs: 200,
    timeoutMs: 20_000,
  });
  const played: Promise<Played[]>[] = [];
  const calls = [...plan.calls].sort((a, b) => a.atMs - b.atMs);
  for (const [callIndex, call] of calls.entries()) {
    clock.setTimeout(() => {
      const records = call.keys.map((key, i) => ({
        partitionKey: `key-${key}`,
        data: Buffer.from(`${callIndex}/${i}`),
      }));
      const controller = new AbortController();
      if (call.abortAfterMs !== undefined) clock.setTimeout(() => controller.abort(), call.abortAfterMs);
      const options = {
        signal: controller.signal,
        deadline: call.timeoutMs === undefined ? undefined : clock.now() + call.timeoutMs,
        onFull: call.isRefusing ? ("refuse" as const) : ("wait" as const),
      };
      const deliveries = call.isSend
        ? Promise.all(records.map((record) => client.send(record, options)))
        : client.put(records, options);
      played.push(
        deliveries.then((all) => {
          expect(all).toHaveLength(records.length);
          return records.map((record, i) => ({ record, id: `${callIndex}/${i}`, call: callIndex, delivery: all[i]! }));
        }),
      );
    }, call.atMs);
  }
  if (plan.splitAtMs !== undefined) clock.setTimeout(() => kinesis.split("shardId-000000000000"), plan.splitAtMs);
  await clock.runFor(Math.max(...calls.map(({ atMs }) => atMs)) + 1);
  const all = (await clock.run(Promise.all(played))).flat();
  await clock.settle();
  const timersWhenIdle = timers.active;
  await clock.run(client.close());
  const timersWhenClosed = timers.active;
  await clock.runUntilIdle();
  return { clock, kinesis, client, played: all, timersWhenIdle, timersWhenClosed };
}

test("every delivery is true, whatever Kinesis does: delivered is stored, surely failed is not, doubled is marked", async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (plan) => {
      const { clock, kinesis, client, played, timersWhenIdle, timersWhenClosed } = await play(plan);
      const stored = Map.groupBy(kinesis.stored, (one) => textOf(one.data));
      const lies = played.filter(({ id, delivery }) => {
        const copies = stored.get(id) ?? [];
        if (copies.length > 1 && !delivery.isAmbiguous) return true;
        if (delivery.status === "failed") return copies.length > 0 && !delivery.isAmbiguous;
        return !copies.some(
          (copy) => copy.shardId === delivery.shardId && copy.sequenceNumber === delivery.sequenceNumber,
        );
      });
      expect(lies).toEqual([]);
      const nothing = { inFlightBytes: 0, heldBytes: 0, waitingBytes: 0, inFlightRequests: 0, pendingRecords: 0 };
      expect(client.stats()).toMatchObject(nothing);
      expect({ timersWhenIdle, timersWhenClosed }).toEqual({ timersWhenIdle: 0, timersWhenClosed: 0 });
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 120 },
  );
}, 300_000);

test("ordering per key: what is delivered of a key is stored in the order given, and never two of a key in one request", async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (any) => {
      const { kinesis, played } = await play({ ...any, ordering: "per-key" });
      const mixed = kinesis.requests.filter(
        ({ records }) => new Set(records.map((record) => record.PartitionKey)).size !== records.length,
      );
      expect(mixed).toEqual([]);
      const firstStored = new Map<string, number>();
      for (const [i, one] of kinesis.stored.entries()) {
        const id = textOf(one.data);
        if (!firstStored.has(id)) firstStored.set(id, i);
      }
      const swapped: unknown[] = [];
      for (const ofKey of Map.groupBy(played, (one) => one.record.partitionKey).values()) {
        const delivered = ofKey.filter((one) => one.delivery.status === "delivered");
        const places = delivered.map((one) => firstStored.get(one.id) ?? Number.NaN);
        if (places.some((place, i) => i > 0 && !(place > places[i - 1]!))) swapped.push(delivered);
        // Within one call nothing passes a record that failed in a way that invites sending it again.
        for (const inCall of Map.groupBy(ofKey, (one) => one.call).values()) {
          const failedAt = inCall.findIndex(
            ({ delivery }) => delivery.status === "failed" && delivery.error.concerns !== "record",
          );
          if (failedAt === -1) continue;
          swapped.push(...inCall.slice(failedAt + 1).filter(({ id }) => firstStored.has(id)));
        }
      }
      expect(swapped).toEqual([]);
    }),
    { numRuns: 120 },
  );
}, 300_000);

import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  CredentialsError,
  type Failed,
  InvalidRecordError,
  OversizedRecordError,
  type PutRecord,
  type PutRecordsError,
  RefusedError,
  StreamKeyError,
  StreamNotFoundError,
  ThrottledError,
} from "@millrace/put-records";
import type { OutputWriter } from "@millrace/stream-handler";
import { isolateDestination } from "../../src/isolation/isolated-destination.ts";
import { FakeWriter } from "../support/fake-writer.ts";

const records = (count: number): PutRecord[] =>
  Array.from({ length: count }, (_, index) => ({ partitionKey: String(index), data: new Uint8Array() }));
const statuses = async (put: Promise<readonly { status: string }[]>) => (await put).map(({ status }) => status);

let now: number;
let writer: FakeWriter;
let destination: OutputWriter;
let changes: boolean[];

beforeEach(() => {
  now = 0;
  writer = new FakeWriter();
  changes = [];
  const clock = { now: () => now, setTimeout: () => undefined, clearTimeout: () => undefined };
  destination = isolateDestination(writer, {
    name: "s",
    clock,
    budgetMs: 1_600,
    onChange: (isOpen) => changes.push(isOpen),
  });
});

const throttled = () => ({ reason: "throttled" as const, error: new ThrottledError("The fake destination fails") });

describe("the budget", () => {
  test("a call gets the budget, or the caller's deadline when that is sooner", async () => {
    now = 10_000;
    await destination.put(records(1), { deadline: 60_000 });
    await destination.put(records(1), { deadline: 10_500 });
    expect(writer.calls.map(({ deadline }) => deadline)).toEqual([11_600, 10_500]);
  });

  test("each call that left something undelivered divides the next budget by four, down to 100 ms; a whole one restores it", async () => {
    writer.failure = (record) => (record.partitionKey === "0" ? throttled() : undefined);
    for (let call = 0; call < 4; call += 1) await destination.put(records(2));
    writer.failure = () => undefined;
    await destination.put(records(2));
    await destination.put(records(2));
    expect(writer.calls.map(({ deadline }) => deadline)).toEqual([1_600, 400, 100, 100, 100, 1_600]);
    expect(changes).toEqual([]);
  });

  test.each<[string, Failed["reason"], PutRecordsError]>([
    ["too large", "oversized", new OversizedRecordError("too large")],
    ["refused as invalid", "rejected", new RefusedError("invalid")],
    ["without a usable key", "rejected", new InvalidRecordError("no key")],
  ])("a record that is %s says nothing about the destination", async (_title, reason, error) => {
    writer.failure = () => ({ reason, error });
    for (let call = 0; call < 5; call += 1) await destination.put(records(1));
    expect(writer.calls.map(({ deadline }) => deadline)).toEqual([1_600, 1_600, 1_600, 1_600, 1_600]);
  });
});

describe("the breaker", () => {
  test("after two calls of which nothing was delivered the destination is left alone", async () => {
    writer.failure = throttled;
    await destination.put(records(2));
    await destination.put(records(2));
    const [delivery] = await destination.put(records(2));
    expect(writer.calls).toHaveLength(2);
    expect(delivery).toMatchObject({ status: "failed", reason: "cancelled", attempts: 0, isAmbiguous: false });
    expect(changes).toEqual([true]);
  });

  test.each<[string, PutRecordsError]>([
    ["missing", new StreamNotFoundError("no such stream")],
    ["without its key", new StreamKeyError("disabled")],
    ["closed to this function", new CredentialsError("no access")],
  ])("a stream that is %s is left alone at once", async (_title, error) => {
    writer.failure = () => ({ reason: "rejected", error });
    await destination.put(records(1));
    await destination.put(records(1));
    expect(writer.calls).toHaveLength(1);
  });

  test("after five seconds one record is tried, and when it is taken so are the others", async () => {
    writer.failure = throttled;
    await destination.put(records(1));
    await destination.put(records(1));
    now = 4_999;
    await destination.put(records(3));
    expect(writer.calls).toHaveLength(2);
    now = 5_000;
    writer.failure = () => undefined;
    expect(await statuses(destination.put(records(3)))).toEqual(["delivered", "delivered", "delivered"]);
    expect(writer.calls.slice(2)).toEqual([
      { records: 1, deadline: 5_500 },
      { records: 2, deadline: 6_600 },
    ]);
    expect(changes).toEqual([true, false]);
  });

  test("a try that failed costs one record's attempt and doubles the wait, up to a minute", async () => {
    writer.failure = throttled;
    await destination.put(records(1));
    await destination.put(records(1));
    const tries: number[] = [];
    for (now = 0; now < 200_000; now += 500) {
      const before = writer.calls.length;
      await destination.put(records(3));
      if (writer.calls.length > before) tries.push(now);
    }
    expect(tries).toEqual([5_000, 15_000, 35_000, 75_000, 135_000, 195_000]);
    expect(writer.calls.slice(2).every((call) => call.records === 1)).toBe(true);
  });

  test("while one try is under way no other is made", async () => {
    writer.failure = throttled;
    await destination.put(records(1));
    await destination.put(records(1));
    now = 5_000;
    await Promise.all([destination.put(records(1)), destination.put(records(1)), destination.put(records(1))]);
    expect(writer.calls).toHaveLength(3);
  });
});

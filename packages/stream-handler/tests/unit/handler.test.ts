import { describe, expect, test } from "@jest/globals";
import { VirtualClock } from "@millrace/aws-simulator";
import {
  type BatchReport,
  createStreamHandler,
  type FailedOutput,
  type Output,
  RecordTimeError,
  type SourceRecord,
  type StreamHandlerOptions,
} from "../../src/index.ts";
import {
  eventOf,
  failed,
  type FakeDestination,
  fakeDestination,
  lettersOf,
  sequenceNumber,
  type TestRecord,
} from "../support/lambda.ts";

const textOf = (source: SourceRecord) => Buffer.from(source.data).toString();
const copyTo =
  (...destinations: string[]) =>
  (source: SourceRecord) =>
    destinations.map((destination) => ({ destination, partitionKey: source.partitionKey, data: source.data }));

function setUp(
  destinations: (clock: VirtualClock) => Record<string, FakeDestination>,
  options: Partial<StreamHandlerOptions> = {},
  clock = new VirtualClock(),
) {
  const streams = destinations(clock);
  const reports: BatchReport[] = [];
  const handler = createStreamHandler({
    processor: { name: "test", version: "1.0.0" },
    process: copyTo("out"),
    destinations: (name) => streams[name] ?? failHere(`no destination ${name}`),
    onBatch: (report) => reports.push(report),
    clock,
    ...options,
  });
  const invoke = (records: readonly TestRecord[], remainingMs = 10_000) => {
    const endsAt = clock.now() + remainingMs;
    const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => endsAt - clock.now() };
    return clock.run(handler(eventOf(records), context));
  };
  return { clock, streams, reports, invoke };
}

function failHere(message: string): never {
  throw new Error(message);
}

const checkpointAt = (sequence: number) => ({ batchItemFailures: [{ itemIdentifier: sequenceNumber(sequence) }] });
const whole = { batchItemFailures: [] };

describe("the checkpoint", () => {
  test("is empty when everything is confirmed", async () => {
    const { invoke, streams } = setUp((clock) => ({ out: fakeDestination(clock) }));
    expect(await invoke(lettersOf("abc"))).toEqual(whole);
    expect(streams["out"]?.written).toEqual(["a", "b", "c"]);
  });

  test("of an empty batch is empty", async () => {
    const { invoke } = setUp(() => ({}));
    expect(await invoke([])).toEqual(whole);
  });

  test("is the first record that is not confirmed, whatever came after it", async () => {
    const { invoke } = setUp((clock) => ({
      out: fakeDestination(clock, (text) => ("ce".includes(text) ? "failed" : "delivered")),
    }));
    expect(await invoke(lettersOf("abcdef"))).toEqual(checkpointAt(2));
  });

  test("waits for every output of a record, over all streams", async () => {
    const { invoke } = setUp(
      (clock) => ({
        left: fakeDestination(clock),
        right: fakeDestination(clock, (text) => (text === "b" ? "failed" : "delivered")),
      }),
      { process: copyTo("left", "right", "left") },
    );
    expect(await invoke(lettersOf("abc"))).toEqual(checkpointAt(1));
  });

  test("counts a record without outputs as confirmed", async () => {
    const { invoke } = setUp(() => ({}), { process: () => [] });
    expect(await invoke(lettersOf("abc"))).toEqual(whole);
  });

  test("is given per shard, should a batch ever hold several", async () => {
    const { invoke } = setUp((clock) => ({
      out: fakeDestination(clock, (text) => ("bd".includes(text) ? "failed" : "delivered")),
    }));
    const records = Array.from("abcd").map((text, i) => ({ text, sequence: i, shard: i >> 1 }));
    expect(await invoke(records)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }, { itemIdentifier: sequenceNumber(3) }],
    });
  });
});

describe("a redelivery in the same environment", () => {
  test("writes only what is not confirmed", async () => {
    let isDown = true;
    const { invoke, streams } = setUp(
      (clock) => ({
        left: fakeDestination(clock),
        right: fakeDestination(clock, (text) => (text === "b" && isDown ? "failed" : "delivered")),
      }),
      { process: copyTo("left", "right") },
    );
    expect(await invoke(lettersOf("abcd"))).toEqual(checkpointAt(1));
    isDown = false;
    expect(await invoke(lettersOf("abcd").slice(1))).toEqual(whole);
    expect(streams["left"]?.written).toEqual(["a", "b", "c", "d"]);
    expect(streams["right"]?.written).toEqual(["a", "b", "c", "d", "b"]);
  });

  test("does not process a confirmed record again", async () => {
    const seen: string[] = [];
    const { invoke, reports } = setUp((clock) => ({ out: fakeDestination(clock) }), {
      process: (source) => {
        seen.push(textOf(source));
        return copyTo("out")(source);
      },
    });
    await invoke(lettersOf("ab"));
    expect(await invoke(lettersOf("abc"))).toEqual(whole);
    expect(seen).toEqual(["a", "b", "c"]);
    expect(reports[1]).toMatchObject({ records: 3, confirmed: 3, remembered: 2 });
  });

  test("processes a record that is older than all it remembers and was never here", async () => {
    const { invoke, streams } = setUp((clock) => ({ out: fakeDestination(clock) }));
    await invoke([{ sequence: 5, text: "f" }]);
    await invoke([{ sequence: 4, text: "e" }]);
    await invoke(lettersOf("abcdef").slice(3));
    expect(streams["out"]?.written).toEqual(["f", "e", "d"]);
  });

  test("knows a batch that was confirmed whole and comes again", async () => {
    const { invoke, streams, reports } = setUp((clock) => ({ out: fakeDestination(clock) }));
    await invoke(lettersOf("abc"));
    expect(await invoke(lettersOf("abc"))).toEqual(whole);
    expect(streams["out"]?.written).toEqual(["a", "b", "c"]);
    expect(reports[1]).toMatchObject({ confirmed: 3, remembered: 3 });
  });

  test("keeps shards apart: sequence numbers are only unique within one", async () => {
    const { invoke, streams } = setUp((clock) => ({ out: fakeDestination(clock) }));
    await invoke([{ sequence: 1, text: "a", shard: 1 }]);
    await invoke([{ sequence: 1, text: "b", shard: 2 }]);
    expect(streams["out"]?.written).toEqual(["a", "b"]);
  });

  test("remembers no more records per shard than told, the newest ones", async () => {
    const { invoke, streams } = setUp((clock) => ({ out: fakeDestination(clock) }), { rememberedRecordsPerShard: 2 });
    await invoke(lettersOf("abc"));
    await invoke(lettersOf("abc"));
    expect(streams["out"]?.written).toEqual(["a", "b", "c", "a"]);
  });

  test("forgets a batch that was confirmed to its end after five minutes", async () => {
    const { clock, invoke, streams } = setUp((fixtureClock) => ({ out: fakeDestination(fixtureClock) }));
    await invoke(lettersOf("ab"));
    await clock.runFor(4 * 60_000);
    await invoke(lettersOf("abcd").slice(2));
    await invoke(lettersOf("abcd"));
    expect(streams["out"]?.written).toEqual(["a", "b", "c", "d"]);
    await clock.runFor(2 * 60_000);
    await invoke(lettersOf("abcde").slice(4));
    await invoke(lettersOf("abcd"));
    expect(streams["out"]?.written).toEqual(["a", "b", "c", "d", "e", "a", "b"]);
  });

  test("remembers what is confirmed of a batch for as long as the rest is not", async () => {
    let isDown = true;
    const { clock, invoke, streams } = setUp((fixtureClock) => ({
      out: fakeDestination(fixtureClock, (text) => (text === "b" && isDown ? "failed" : "delivered")),
    }));
    await invoke(lettersOf("abc"));
    for (let hour = 0; hour < 3; hour++) {
      await clock.runFor(3_600_000);
      await invoke([{ sequence: 10 + hour, text: "x" }]);
    }
    isDown = false;
    expect(await invoke(lettersOf("abc").slice(1))).toEqual(whole);
    expect(streams["out"]?.written).toEqual(["a", "b", "c", "x", "x", "x", "b"]);
  });

  test("forgets the shard it has not seen for longest", async () => {
    const { invoke, streams } = setUp((clock) => ({ out: fakeDestination(clock) }));
    for (let shard = 0; shard < 33; shard++) await invoke([{ sequence: 0, text: `${shard}`, shard }]);
    await invoke([{ sequence: 0, text: "32", shard: 32 }]);
    await invoke([{ sequence: 0, text: "0", shard: 0 }]);
    expect(streams["out"]?.written).toHaveLength(34);
    expect(streams["out"]?.written.at(-1)).toBe("0");
  });
});

describe("a redelivery that gives other outputs than before, as after a change of routes", () => {
  const to = (destination: string, text: string): Output => ({
    destination,
    partitionKey: "p",
    data: Buffer.from(text),
  });

  /**
   * One record, delivered until it is whole; each time `process` gives the next outputs, and `failing` takes nothing at
   * first.
   */
  async function deliverTwice(
    first: readonly Output[],
    second: readonly Output[],
    options: Partial<StreamHandlerOptions> = {},
  ) {
    let isDown = true;
    const { invoke, streams } = setUp(
      (clock) => ({
        left: fakeDestination(clock),
        right: fakeDestination(clock),
        failing: fakeDestination(clock, () => (isDown ? "failed" : "delivered")),
      }),
      { process: () => (isDown ? first : second), ...options },
    );
    expect(await invoke(lettersOf("a"))).toEqual(checkpointAt(0));
    isDown = false;
    expect(await invoke(lettersOf("a"))).toEqual(whole);
    return { left: streams["left"]?.written, right: streams["right"]?.written, failing: streams["failing"]?.written };
  }

  test("writes an output that now goes elsewhere, although the one at its position was confirmed", async () => {
    const written = await deliverTwice([to("left", "e"), to("failing", "f")], [to("right", "e"), to("failing", "f")]);
    expect(written).toEqual({ left: ["e"], right: ["e"], failing: ["f", "f"] });
  });

  test("writes an output of more events to the same destination, told apart by identify", async () => {
    const written = await deliverTwice([to("left", "e"), to("failing", "f")], [to("left", "e f")], {
      identify: ({ data }) => Buffer.from(data).toString(),
    });
    expect(written).toEqual({ left: ["e", "e f"], right: [], failing: ["f"] });
  });

  test("does not write again what only changed its position, told apart by identify", async () => {
    const written = await deliverTwice(
      [to("left", "e"), to("failing", "f")],
      [to("right", "g"), to("failing", "f"), to("left", "e")],
      { identify: ({ data }) => Buffer.from(data).toString() },
    );
    expect(written).toEqual({ left: ["e"], right: ["g"], failing: ["f", "f"] });
  });
});

describe("a record that process throws for", () => {
  const processAllBut = (bad: string) => (source: SourceRecord) =>
    textOf(source) === bad ? failHere("cannot read") : copyTo("out")(source);

  test("becomes what poison makes of it, and blocks nobody", async () => {
    const { invoke, streams, reports } = setUp(
      (clock) => ({ out: fakeDestination(clock), bad: fakeDestination(clock) }),
      {
        process: processAllBut("b"),
        poison: (source, error) => [
          {
            destination: "bad",
            partitionKey: "p",
            data: Buffer.from(`${textOf(source)}: ${(error as Error).message}`),
          },
        ],
      },
    );
    expect(await invoke(lettersOf("abc"))).toEqual(whole);
    expect(streams["bad"]?.written).toEqual(["b: cannot read"]);
    expect(streams["out"]?.written).toEqual(["a", "c"]);
    expect(reports[0]).toMatchObject({ confirmed: 3, poisoned: 1 });
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["one output, in no array", { destination: "out", partitionKey: "p", data: Buffer.from("b") }],
    ["a promise of nothing", Promise.resolve(undefined)],
  ])("is one that it gave %s for as well: it is not lost", async (_title, given) => {
    const { invoke, streams, reports } = setUp(
      (clock) => ({ out: fakeDestination(clock), bad: fakeDestination(clock) }),
      {
        process: (source) => (textOf(source) === "b" ? (given as never) : copyTo("out")(source)),
        poison: (_source, error) => [
          { destination: "bad", partitionKey: "p", data: Buffer.from((error as Error).message) },
        ],
      },
    );
    expect(await invoke(lettersOf("abc"))).toEqual(whole);
    expect(streams["bad"]?.written).toEqual([
      expect.stringContaining("Expected `process` to give an array of outputs"),
    ]);
    expect(streams["out"]?.written).toEqual(["a", "c"]);
    expect(reports[0]).toMatchObject({ confirmed: 3, poisoned: 1 });
  });

  test("may be awaited although what process gives is no Promise of this realm", async () => {
    const { invoke, streams } = setUp((clock) => ({ out: fakeDestination(clock) }), {
      process: (source) => ({ then: (resolve: (outputs: unknown) => void) => resolve(copyTo("out")(source)) }) as never,
    });
    expect(await invoke(lettersOf("ab"))).toEqual(whole);
    expect(streams["out"]?.written).toEqual(["a", "b"]);
  });

  test("stays unconfirmed without poison, and the others are written", async () => {
    const { invoke, streams } = setUp((clock) => ({ out: fakeDestination(clock) }), { process: processAllBut("b") });
    expect(await invoke(lettersOf("abc"))).toEqual(checkpointAt(1));
    expect(streams["out"]?.written).toEqual(["a", "c"]);
  });

  test("stays unconfirmed when poison throws as well", async () => {
    const { invoke } = setUp((clock) => ({ out: fakeDestination(clock) }), {
      process: async (source) => processAllBut("b")(source),
      poison: () => failHere("cannot write the bad row"),
    });
    expect(await invoke(lettersOf("abc"))).toEqual(checkpointAt(1));
  });
});

describe("a failed output", () => {
  const dead = (clock: VirtualClock) => ({
    good: fakeDestination(clock),
    dead: fakeDestination(clock, () => "failed"),
    spill: fakeDestination(clock),
  });

  test("goes to onFailedOutput with its source, its place and its delivery", async () => {
    const failures: FailedOutput[] = [];
    const { invoke } = setUp(dead, {
      process: copyTo("good", "dead"),
      onFailedOutput: (failure) => {
        failures.push(failure);
        return { action: "block" };
      },
    });
    expect(await invoke(lettersOf("ab"))).toEqual(checkpointAt(0));
    expect(failures).toMatchObject([
      {
        source: { sequenceNumber: sequenceNumber(0), stream: "raw", shardId: "shardId-000000000006" },
        index: 1,
        output: { destination: "dead" },
        delivery: { reason: "throttled" },
      },
      { source: { sequenceNumber: sequenceNumber(1) }, index: 1 },
    ]);
  });

  test("that is released does not block, and is not written again", async () => {
    const { invoke, streams, reports } = setUp(dead, {
      process: copyTo("good", "dead"),
      onFailedOutput: () => ({ action: "release" }),
    });
    expect(await invoke(lettersOf("ab"))).toEqual(whole);
    expect(await invoke(lettersOf("ab"))).toEqual(whole);
    expect(streams["dead"]?.written).toEqual(["a", "b"]);
    expect(reports[0]?.destinations.get("dead")).toMatchObject({ outputs: 2, failed: 2, released: 2 });
  });

  test("that is diverted does not block when its stand-in is stored", async () => {
    const { invoke, streams, reports } = setUp(dead, {
      process: copyTo("good", "dead"),
      onFailedOutput: ({ output }) => ({ action: "divert", outputs: [{ ...output, destination: "spill" }] }),
    });
    expect(await invoke(lettersOf("ab"))).toEqual(whole);
    expect(streams["spill"]?.written).toEqual(["a", "b"]);
    expect(reports[0]?.destinations.get("dead")).toMatchObject({ failed: 2, diverted: 2 });
    expect(reports[0]?.destinations.get("spill")).toMatchObject({ outputs: 2, delivered: 2 });
  });

  test("that is diverted blocks when its stand-in fails too", async () => {
    const { invoke } = setUp(dead, {
      process: copyTo("dead"),
      onFailedOutput: ({ output }) => ({
        action: "divert",
        outputs: [
          { ...output, destination: "good" },
          { ...output, destination: "dead" },
        ],
      }),
    });
    expect(await invoke(lettersOf("ab"))).toEqual(checkpointAt(0));
  });

  test("blocks when onFailedOutput throws", async () => {
    const { invoke } = setUp(dead, { process: copyTo("dead"), onFailedOutput: () => failHere("bug") });
    expect(await invoke(lettersOf("a"))).toEqual(checkpointAt(0));
  });
});

describe("a dead destination takes nobody along", () => {
  const divertToSpill: StreamHandlerOptions["onFailedOutput"] = ({ output }) => ({
    action: "divert",
    outputs: [{ ...output, destination: "spill" }],
  });

  test("that cannot be had: the error is the failure of its outputs only", async () => {
    const failures: FailedOutput[] = [];
    const { invoke, streams } = setUp((clock) => ({ good: fakeDestination(clock) }), {
      process: copyTo("good", "missing"),
      onFailedOutput: (failure) => {
        failures.push(failure);
        return { action: "release" };
      },
    });
    expect(await invoke(lettersOf("a"))).toEqual(whole);
    expect(streams["good"]?.written).toEqual(["a"]);
    expect(failures).toMatchObject([{ error: { message: "no destination missing" }, delivery: undefined }]);
  });

  test("that rejects, or gives too few deliveries", async () => {
    const { invoke } = setUp(
      (clock) => ({
        rejects: { ...fakeDestination(clock), put: async () => failHere("closed") },
        short: { ...fakeDestination(clock), put: async () => [failed()] },
        spill: fakeDestination(clock),
      }),
      { process: copyTo("rejects", "short"), onFailedOutput: divertToSpill },
    );
    expect(await invoke(lettersOf("abc"))).toEqual(whole);
  });

  test("that takes for ever: destinationTimeoutMs bounds it and the answer is in time", async () => {
    const { invoke, clock } = setUp(
      (virtual) => ({
        good: fakeDestination(virtual),
        slow: fakeDestination(virtual, undefined, () => 1e9),
        spill: fakeDestination(virtual),
      }),
      { process: copyTo("good", "slow"), onFailedOutput: divertToSpill, destinationTimeoutMs: 300 },
    );
    const startedAt = clock.now();
    expect(await invoke(lettersOf("abc"))).toEqual(whole);
    expect(clock.now() - startedAt).toBe(305);
  });

  test("that does not even obey its deadline", async () => {
    const { invoke, clock } = setUp(
      (virtual) => ({
        good: fakeDestination(virtual),
        stuck: { ...fakeDestination(virtual), put: () => new Promise(() => undefined) },
      }),
      { process: copyTo("good", "stuck") },
    );
    const startedAt = clock.now();
    expect(await invoke(lettersOf("abc"), 5000)).toEqual(checkpointAt(0));
    expect(clock.now() - startedAt).toBeLessThan(5000);
  });
});

describe("time", () => {
  test("that destinations need too much of leaves the rest unconfirmed, before Lambda ends the invocation", async () => {
    const { invoke, clock } = setUp((virtual) => ({ out: fakeDestination(virtual, undefined, () => 60_000) }));
    const startedAt = clock.now();
    expect(await invoke(lettersOf("abc"), 3000)).toEqual(checkpointAt(0));
    expect(clock.now() - startedAt).toBe(2000);
  });

  test("that processing needs too much of leaves time to write what is processed", async () => {
    const clock = new VirtualClock();
    const { invoke, streams, reports } = setUp(
      (virtual) => ({ out: fakeDestination(virtual) }),
      {
        process: async (source) => {
          await clock.sleep(400);
          return copyTo("out")(source);
        },
      },
      clock,
    );
    expect(await invoke(lettersOf("abcdefgh"), 3000)).toEqual(checkpointAt(3));
    expect(streams["out"]?.written).toEqual(["a", "b", "c"]);
    expect(reports[0]).toMatchObject({ confirmed: 3, unprocessed: 5, checkpoint: sequenceNumber(3) });
  });

  test("that process waits for in vain", async () => {
    const { invoke } = setUp((clock) => ({ out: fakeDestination(clock) }), {
      process: (source) => (textOf(source) === "b" ? new Promise(() => undefined) : copyTo("out")(source)),
    });
    expect(await invoke(lettersOf("abc"), 3000)).toEqual(checkpointAt(1));
  });

  test("shorter than the safety margin is still used by half", async () => {
    const { invoke } = setUp((clock) => ({ out: fakeDestination(clock) }));
    expect(await invoke(lettersOf("abc"), 600)).toEqual(whole);
  });
});

describe("the time of a record", () => {
  /** Processing a letter takes as many milliseconds as told, in steps of 100 ms, and asks after each. */
  function setUpSlow(costs: Readonly<Record<string, number>>, options: Partial<StreamHandlerOptions> = {}) {
    const virtual = new VirtualClock();
    let spentMs = 0;
    const clock: NonNullable<StreamHandlerOptions["clock"]> = {
      now: () => virtual.now() + spentMs,
      setTimeout: (callback, delayMs) => virtual.setTimeout(callback, delayMs),
      clearTimeout: (handle) => virtual.clearTimeout(handle),
    };
    const streams = { out: fakeDestination(virtual), bad: fakeDestination(virtual) };
    const reports: BatchReport[] = [];
    const handler = createStreamHandler({
      processor: { name: "test", version: "1.0.0" },
      clock,
      process: (source, time) => {
        for (let step = 0; step < (costs[textOf(source)] ?? 0); step += 100) {
          time.check();
          spentMs += 100;
        }
        time.check();
        return copyTo("out")(source);
      },
      poison: (source, error) => {
        const reason = error instanceof RecordTimeError ? error.code : "";
        return [{ destination: "bad", partitionKey: "p", data: Buffer.from(`${textOf(source)} ${reason}`) }];
      },
      destinations: (name) => streams[name as keyof typeof streams],
      onBatch: (report) => reports.push(report),
      ...options,
    });
    const invoke = (letters: string, remainingMs: number) => {
      const endsAt = clock.now() + remainingMs;
      return virtual.run(
        handler(eventOf(lettersOf(letters)), { getRemainingTimeInMillis: () => endsAt - clock.now() }),
      );
    };
    return { invoke, streams, reports };
  }

  test("that it uses up sets it aside through poison, and the records behind it are processed", async () => {
    const { invoke, streams, reports } = setUpSlow({ b: 60_000 });
    expect(await invoke("abc", 30_000)).toEqual(whole);
    expect(streams.out.written).toEqual(["a", "c"]);
    expect(streams.bad.written).toEqual(["b STREAM_HANDLER_RECORD_TIME"]);
    expect(reports[0]).toMatchObject({ confirmed: 3, poisoned: 1, unprocessed: 0 });
  });

  test("is five seconds unless told otherwise", async () => {
    const usual = setUpSlow({ b: 4_900 });
    expect(await usual.invoke("abc", 30_000)).toEqual(whole);
    expect(usual.streams.out.written).toEqual(["a", "b", "c"]);
    const short = setUpSlow({ b: 4_900 }, { recordTimeoutMs: 1000 });
    expect(await short.invoke("abc", 30_000)).toEqual(whole);
    expect(short.streams.bad.written).toEqual(["b STREAM_HANDLER_RECORD_TIME"]);
  });

  test("that the invocation does not have is given by the next one, which begins with the record", async () => {
    const { invoke, streams } = setUpSlow({ a: 1000, b: 2000 });
    expect(await invoke("abc", 4000)).toEqual(checkpointAt(1));
    expect(streams.bad.written).toEqual([]);
    expect(await invoke("abc", 5000)).toEqual(whole);
    expect(streams.out.written).toEqual(["a", "b", "c"]);
  });

  test("of a whole invocation is all it gets: the first record that needs more is set aside", async () => {
    const { invoke, streams } = setUpSlow({ a: 4000 });
    expect(await invoke("a", 3000)).toEqual(whole);
    expect(streams.bad.written).toEqual(["a STREAM_HANDLER_RECORD_TIME"]);
  });
});

describe("the report", () => {
  test("says what went where", async () => {
    const { invoke, reports } = setUp((clock) => ({
      out: fakeDestination(clock, (text) => (text === "b" ? "ambiguous" : text === "c" ? "failed" : "delivered")),
    }));
    await invoke(lettersOf("abc"));
    expect(reports[0]).toEqual({
      requestId: "request-1",
      origin: {
        stream: "raw",
        shardId: "shardId-000000000006",
        firstSequenceNumber: sequenceNumber(0),
        lastSequenceNumber: sequenceNumber(2),
      },
      records: 3,
      confirmed: 2,
      remembered: 0,
      poisoned: 0,
      unprocessed: 0,
      checkpoint: sequenceNumber(2),
      oldestAgeMs: 10_000,
      durationMs: 5,
      destinations: new Map([
        [
          "out",
          { outputs: 3, delivered: 2, remembered: 0, failed: 1, released: 0, diverted: 0, ambiguous: 1, retries: 2 },
        ],
      ]),
    });
  });

  test("of an empty batch says nothing of where it lay", async () => {
    const { invoke, reports } = setUp((clock) => ({ out: fakeDestination(clock) }));
    expect(await invoke([])).toEqual(whole);
    expect(reports[0]).toMatchObject({ records: 0, oldestAgeMs: 0 });
    expect(reports[0]?.origin).toBeUndefined();
  });

  test("cannot fail the batch", async () => {
    const { invoke } = setUp((clock) => ({ out: fakeDestination(clock) }), {
      onBatch: () => failHere("metrics are down"),
    });
    expect(await invoke(lettersOf("a"))).toEqual(whole);
  });
});

test("a large batch is written in rounds, in order, while it is processed", async () => {
  const calls: number[] = [];
  const { invoke, streams } = setUp((clock) => {
    const out = fakeDestination(clock);
    const put: FakeDestination["put"] = (records, options) => {
      calls.push(records.length);
      return out.put(records, options);
    };
    return { out: { ...out, put } };
  });
  const records = Array.from({ length: 1234 }, (_, sequence) => ({ sequence, text: String(sequence) }));
  expect(await invoke(records)).toEqual(whole);
  expect(calls).toEqual([500, 500, 234]);
  expect(streams["out"]?.written).toEqual(records.map((record) => record.text));
});

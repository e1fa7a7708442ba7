import { expect, test } from "@jest/globals";
import { Kinesis, VirtualClock } from "@millrace/aws-simulator";
import { packRecord } from "@millrace/packed-records";
import { findPacked, type PackedSearch } from "../../src/explain/find-packed.ts";

const HOUR_MS = 3_600_000;
const streamName = "enriched";

/** A stream, and the search for an event in it. */
function setUp() {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  kinesis.createStream({ streamName, shardCount: 2 });
  const put = (ids: readonly string[], count = 1): void => {
    const Data = packRecord(Buffer.from(ids.map((id) => `{"event":{"id":"${id}"}}\n`).join("")), "gzip");
    const Records = Array.from({ length: count }, (_, index) => ({ PartitionKey: `key-${index}`, Data }));
    expect(kinesis.putRecords({ StreamName: streamName, Records }).FailedRecordCount).toBe(0);
  };
  const find = (hints: Partial<PackedSearch>) =>
    findPacked({
      ...{ kinesis, streamName, needle: "wanted", accepts: (line: string) => line.includes('"wanted"') },
      ...{ rawTimes: [], loadTimes: [], lastLoadMs: clock.now(), ...hints },
    });
  return { clock, put, find };
}

test("a line is found where its raw copy arrived, with its place in the record", async () => {
  const { clock, put, find } = setUp();
  const rawTimes = [clock.now()];
  await clock.runFor(200);
  put(["other", "wanted", "wanted-too"]);
  await clock.runFor(HOUR_MS);
  const { found, gaps } = await find({ rawTimes });
  expect(found).toMatchObject([{ streamName, index: 1, text: '{"event":{"id":"wanted"}}' }]);
  expect(gaps).toEqual([]);
});

test("a line whose raw copy is gone is found before its row, however long the load took", async () => {
  const { clock, put, find } = setUp();
  for (const delayMs of [2_000, 60_000, HOUR_MS]) {
    put(["wanted"]);
    await clock.runFor(delayMs);
    const loadTimes = [clock.now()];
    await clock.runFor(HOUR_MS);
    expect((await find({ loadTimes })).found).toHaveLength(1);
    await clock.runFor(24 * HOUR_MS);
  }
});

test("a line that is no row yet is found among what came since the last load", async () => {
  const { clock, put, find } = setUp();
  const lastLoadMs = clock.now();
  await clock.runFor(HOUR_MS);
  put(["wanted"]);
  expect((await find({ lastLoadMs })).found).toHaveLength(1);
});

test("what came long before the last load and has no row is not unpacked", async () => {
  const { clock, put, find } = setUp();
  put(["wanted"]);
  await clock.runFor(HOUR_MS);
  expect(await find({})).toEqual({ found: [], gaps: [] });
});

test("a search of too many records ends, and says so", async () => {
  const { clock, put, find } = setUp();
  const lastLoadMs = clock.now();
  put(["wanted"]);
  for (let second = 0; second < 25; second += 1) {
    await clock.runFor(1_000);
    put(["other"], 500);
  }
  const { found, gaps } = await find({ lastLoadMs });
  expect(found).toEqual([]);
  expect(gaps).toEqual([expect.stringContaining("enriched, 10000 packed records were looked through")]);
});

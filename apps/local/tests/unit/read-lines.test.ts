import { describe, expect, test } from "@jest/globals";
import { createRandom, Kinesis, VirtualClock } from "@millrace/aws-simulator";
import { packRecord } from "@millrace/packed-records";
import type { LinePage } from "@millrace/pipeline-source";
import fc from "fast-check";
import { readLines, readRecord } from "../../src/control/read-lines.ts";

const stream = "orders";

function createSubject(shardCount = 3) {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock, random: createRandom("lines") });
  kinesis.createStream({ streamName: stream, shardCount });
  const messages = { names: () => ["queue"], messagesAfter: (_name: string, number: number) => queue.slice(number) };
  const queue: { number: number; text: string; arrivalMs: number }[] = [];
  let count = 0;
  const put = async (lines = 1): Promise<void> => {
    const texts = Array.from({ length: lines }, () => `{"n":${(count += 1)}}`);
    const plain = Buffer.from(texts.map((text) => `${text}\n`).join(""));
    const Data = packRecord(plain, count % 2 === 0 ? "gzip" : "none");
    kinesis.putRecords({ StreamName: stream, Records: [{ Data, PartitionKey: `key-${count}` }] });
    for (const text of texts) queue.push({ number: queue.length + 1, text, arrivalMs: clock.now() });
    await clock.runFor(5);
  };
  const read = (request: Partial<Parameters<typeof readLines>[1]> = {}): Promise<LinePage> =>
    readLines({ kinesis, services: messages }, { stream, limit: 10, ...request });
  return { kinesis, clock, put, read };
}

const numbersOf = ({ lines }: LinePage): number[] => lines.map(({ text }) => (JSON.parse(text) as { n: number }).n);

describe("lines of a stream from its end", () => {
  test("come newest first over all shards, each with its place", async () => {
    const { put, read } = createSubject();
    for (let index = 0; index < 5; index += 1) await put(2);
    const page = await read({ limit: 4 });
    expect(numbersOf(page)).toEqual([10, 9, 8, 7]);
    expect(page).toMatchObject({ isEnd: false, looked: 2 });
    expect(page.lines[0]).toMatchObject({ streamName: stream, index: 1 });
  });

  test("of one record are found by its place, and of none that is gone", async () => {
    const { kinesis, put, read } = createSubject();
    for (let index = 0; index < 9; index += 1) await put(2);
    const { lines } = await read({ limit: 18 });
    for (const line of lines) expect(readRecord(kinesis, line)).toContainEqual(line);
    const [line] = lines;
    if (line === undefined) throw new Error("There is no line.");
    expect(readRecord(kinesis, line)).toHaveLength(2);
    expect(readRecord(kinesis, { ...line, sequenceNumber: line.sequenceNumber.slice(0, -1) })).toEqual([]);
    expect(readRecord(kinesis, { ...line, shardId: "shardId-000000000099" })).toEqual([]);
    expect(() => readRecord(kinesis, { ...line, streamName: "others" })).toThrow(/no stream "others"/);
    expect(() => readRecord(kinesis, { ...line, sequenceNumber: "x" })).toThrow(/no sequence number/);
  });

  test("are each given once, however pages are cut and whatever comes between them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(stream, "queue"),
        async (records, limit, name) => {
          const { put, read } = createSubject();
          for (const lines of records) await put(lines);
          const all = records.reduce((sum, lines) => sum + lines, 0);
          const found: number[] = [];
          let page = await read({ stream: name, limit });
          const mark = page.after;
          found.push(...numbersOf(page));
          while (!page.isEnd) {
            await put();
            page = await read({ stream: name, limit, before: page.before });
            found.push(...numbersOf(page));
          }
          expect([...found].sort((a, b) => b - a)).toEqual(Array.from({ length: all }, (_, index) => all - index));
          // The mark of the first page leaves all of these out, and nothing that came later.
          const later = numbersOf(await read({ stream: name, limit: 1_000, after: mark }));
          expect(later.every((number) => number > all)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("that are too many for a reader are counted, and the newest are given", async () => {
    const { put, read } = createSubject();
    await put();
    const { after } = await read();
    for (let index = 0; index < 20; index += 1) await put();
    const page = await read({ after, limit: 5 });
    expect(numbersOf(page)).toEqual([21, 20, 19, 18, 17]);
    expect(page.skipped).toBe(15);
    expect(await read({ after: page.after })).toMatchObject({ lines: [], skipped: 0 });
  });

  test("can be read from a time on backwards, and by a text they hold", async () => {
    const { clock, put, read } = createSubject();
    for (let index = 0; index < 5; index += 1) await put();
    const beforeMs = clock.now();
    for (let index = 0; index < 5; index += 1) await put();
    expect(numbersOf(await read({ beforeMs, limit: 2 }))).toEqual([5, 4]);
    expect(numbersOf(await read({ contains: ['"n":3'] }))).toEqual([3]);
  });

  test("are refused by name: a stream that is not there, a cursor that is none, a limit out of bounds", async () => {
    const { read } = createSubject();
    await expect(read({ stream: "nowhere" })).rejects.toThrow(/no stream, queue or bus "nowhere".*orders, queue/);
    await expect(read({ before: "bm9uZQ" })).rejects.toThrow(/cursor "bm9uZQ" is none/);
    await expect(read({ limit: 0 })).rejects.toThrow(/from 1 to 5000, got 0/);
  });
});

import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import { isPacked, linesOfData } from "@millrace/packed-records";
import {
  type Delivery,
  type Failed,
  OversizedRecordError,
  type PutOptions,
  type PutRecord,
  ThrottledError,
} from "@millrace/put-records";
import { createPackingWriter } from "../../../src/packing/packing-writer.ts";

const failed = (reason: Failed["reason"], error: Failed["error"]): Delivery => {
  return { status: "failed", reason, attempts: 1, isAmbiguous: false, error };
};

/** A stream that answers with what `answer` gives for the text of a record, and else takes it. */
function createStream(answer: (text: string) => Delivery | undefined = () => undefined) {
  const puts: { records: { key: string; text: string }[]; options: PutOptions | undefined }[] = [];
  const forms: boolean[] = [];
  let number = 0;
  const put = (records: readonly PutRecord[], options?: PutOptions): Promise<Delivery[]> => {
    const texts = records.map(({ partitionKey, data }) => ({ key: partitionKey, text: linesOfData(data).toString() }));
    forms.push(...records.map(({ data }) => isPacked(data)));
    puts.push({ records: texts, options });
    return Promise.resolve(
      texts.map(
        ({ text }) =>
          answer(text) ?? {
            ...{ status: "delivered", shardId: "shardId-0", attempts: 1, isAmbiguous: false },
            sequenceNumber: String((number += 1)),
          },
      ),
    );
  };
  return { put, puts, forms };
}

const record = (partitionKey: string, text: string): PutRecord => ({ partitionKey, data: Buffer.from(text) });
const options = { lanes: 1, packedBytes: 12 };

describe("createPackingWriter", () => {
  test("puts the records of a lane into one record, in their order, and tells each the delivery of that record", async () => {
    const { put, puts } = createStream();
    const deliveries = await createPackingWriter({ put }, options).put(
      [record("a", "a-1\n"), record("b", "b-1\n"), record("a", "a-2\n"), record("c", "c-1\n")],
      { deadline: 7 },
    );
    expect(puts).toEqual([
      {
        records: [
          { key: "lane-0", text: "a-1\nb-1\na-2\n" },
          { key: "lane-0", text: "c-1\n" },
        ],
        options: { deadline: 7 },
      },
    ]);
    const numbers = deliveries.map((delivery) => (delivery as { sequenceNumber?: string }).sequenceNumber);
    expect(numbers).toEqual(["1", "1", "1", "2"]);
  });

  test("compresses each record as a whole, and each part of one that is put again", async () => {
    const refuse = (text: string) =>
      text.includes("b-1") ? failed("oversized", new OversizedRecordError("Too large.")) : undefined;
    const { put, puts, forms } = createStream(refuse);
    const deliveries = await createPackingWriter({ put }, { ...options, compression: "gzip" }).put([
      record("a", "a-1\n"),
      record("b", "b-1\n"),
      record("c", "c-1\n"),
    ]);
    expect(puts.map(({ records }) => records.map(({ text }) => text))).toEqual([
      ["a-1\nb-1\nc-1\n"],
      ["a-1\n", "b-1\n", "c-1\n"],
    ]);
    expect(forms).toEqual([true, true, true, true]);
    expect(deliveries.map(({ status }) => status)).toEqual(["delivered", "failed", "delivered"]);
  });

  test("keeps the records of two lanes apart", async () => {
    const { put, puts } = createStream();
    const keys = Array.from({ length: 20 }, (_, index) => `v-${index}`);
    await createPackingWriter({ put }, { lanes: 2, packedBytes: 1_000 }).put(
      keys.map((key) => record(key, `${key}\n`)),
    );
    const [first, second, ...others] = puts[0]?.records ?? [];
    expect(others).toEqual([]);
    expect([first?.key, second?.key].sort()).toEqual(["lane-0", "lane-1"]);
    const lines = [first, second].flatMap((each) => each?.text.trimEnd().split("\n") ?? []);
    expect(lines.sort()).toEqual(keys.sort());
  });

  test("leaves a record alone that is larger than a packed one may be", async () => {
    const { put, puts } = createStream();
    await createPackingWriter({ put }, options).put([
      record("a", "a-1\n"),
      record("a", `${"x".repeat(20)}\n`),
      record("a", "a-2\n"),
    ]);
    expect(puts[0]?.records.map(({ text }) => text.length)).toEqual([4, 21, 4]);
  });

  test("tells every record of a pack that it failed", async () => {
    const throttled = failed("throttled", new ThrottledError("Rate exceeded."));
    const { put, puts } = createStream((text) => (text.includes("a-1") ? throttled : undefined));
    const deliveries = await createPackingWriter({ put }, options).put([
      record("a", "a-1\n"),
      record("b", "b-1\n"),
      record("c", "c-1\n"),
      record("d", "d-1\n"),
    ]);
    expect(deliveries.map(({ status }) => status)).toEqual(["failed", "failed", "failed", "delivered"]);
    expect(puts).toHaveLength(1);
  });

  test("puts the records of a pack again one by one where the stream refuses it because of the record", async () => {
    const refused = failed("oversized", new OversizedRecordError("Too large."));
    const { put, puts } = createStream((text) => (text.includes("poison") ? refused : undefined));
    const deliveries = await createPackingWriter({ put }, { lanes: 1, packedBytes: 100 }).put([
      record("a", "a-1\n"),
      record("b", "poison\n"),
      record("c", "c-1\n"),
    ]);
    expect(deliveries.map(({ status }) => status)).toEqual(["delivered", "failed", "delivered"]);
    expect(puts.map(({ records }) => records.map(({ text }) => text))).toEqual([
      ["a-1\npoison\nc-1\n"],
      ["a-1\n", "poison\n", "c-1\n"],
    ]);
  });
});

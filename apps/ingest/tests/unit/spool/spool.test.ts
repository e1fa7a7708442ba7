import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { PutRecord } from "@millrace/put-records";
import { decodeFrames, encodeFrame } from "../../../src/spool/frame.ts";
import { Spool } from "../../../src/spool/spool.ts";
import { TemporarySpools } from "../../support/temporary-spools.ts";

const spools = new TemporarySpools();

const recordOf = (text: string): PutRecord => ({
  partitionKey: `käse-${text.slice(0, 9)}`,
  data: Buffer.from(`${text}\n`),
});

const textsOf = (records: readonly PutRecord[]) => records.map(({ data }) => Buffer.from(data).toString().trim());

async function drain(spool: Spool): Promise<string[]> {
  const texts: string[] = [];
  for (let segment = await spool.takeOldest(); segment !== undefined; segment = await spool.takeOldest()) {
    texts.push(...textsOf(segment.records));
    await segment.remove();
  }
  return texts;
}

describe("frames", () => {
  const frames = ["a", "", "c".repeat(70_000)].map((text) => encodeFrame(recordOf(text)));

  test("give back key and bytes", () => {
    const records = decodeFrames(Buffer.concat(frames));
    expect(textsOf(records)).toEqual(["a", "", "c".repeat(70_000)]);
    expect(records[0]?.partitionKey).toBe("käse-a");
  });

  test("end where one is cut off or damaged, wherever that is", () => {
    const whole = Buffer.concat(frames.slice(0, 2));
    for (let length = 0; length < whole.byteLength; length += 1) {
      const expected = length < (frames[0]?.byteLength ?? 0) ? 0 : 1;
      expect(decodeFrames(whole.subarray(0, length))).toHaveLength(expected);
    }
    const damaged = Buffer.from(whole);
    damaged[damaged.byteLength - 1] = 0xff;
    expect(decodeFrames(damaged)).toHaveLength(1);
  });
});

describe("the spool", () => {
  test("gives back what was stored, in order, and forgets what is removed", async () => {
    const spool = await spools.open();
    expect(await Promise.all(["1", "2", "3"].map((text) => spool.append(recordOf(text))))).toEqual([
      "stored",
      "stored",
      "stored",
    ]);
    expect(spool.bytes).toBeGreaterThan(0);
    expect(await drain(spool)).toEqual(["1", "2", "3"]);
    expect([spool.bytes, readdirSync(spools.folder)]).toEqual([0, []]);
  });

  test("goes on where a killed process stopped, without the record it was writing", async () => {
    const first = await spools.open();
    await first.append(recordOf("1"));
    await first.append(recordOf("2"));
    const [name = ""] = readdirSync(spools.folder);
    appendFileSync(join(spools.folder, name), encodeFrame(recordOf("3")).subarray(0, -1));
    const second = await spools.open();
    await second.append(recordOf("4"));
    expect(await drain(second)).toEqual(["1", "2", "4"]);
  });

  test("takes what comes while the oldest file is being sent into another one", async () => {
    const spool = await spools.open();
    await spool.append(recordOf("1"));
    const segment = await spool.takeOldest();
    await spool.append(recordOf("2"));
    await segment?.remove();
    expect(await drain(spool)).toEqual(["2"]);
  });

  test("is bounded, and has room again when something is removed", async () => {
    const spool = await spools.open(200);
    expect(await spool.append(recordOf("x".repeat(100)))).toBe("stored");
    expect([await spool.append(recordOf("y".repeat(100))), spool.hasRoom]).toEqual(["full", true]);
    await drain(spool);
    expect(await spool.append(recordOf("y".repeat(100)))).toBe("stored");
  });

  test("says when the disk fails, and goes on when it works again", async () => {
    const errors: unknown[] = [];
    const path = join(spools.folder, "sub");
    const spool = await Spool.open({ folder: path, maxBytes: 1_000, onError: (error) => errors.push(error) });
    rmSync(path, { recursive: true });
    expect([await spool.append(recordOf("1")), spool.bytes, errors.length]).toEqual(["failed", 0, 1]);
  });

  test("keeps what the stream will never take", async () => {
    const spool = await spools.open();
    await spool.setAside([recordOf("1"), recordOf("2")]);
    expect(readFileSync(join(spools.folder, "refused.ndjson"), "utf8")).toBe("1\n2\n");
  });

  test("an empty file of a process that was killed at once is passed over", async () => {
    const first = await spools.open();
    await first.append(recordOf("1"));
    truncateSync(join(spools.folder, readdirSync(spools.folder)[0] ?? ""));
    expect(await drain(await spools.open())).toEqual([]);
  });
});

import { describe, expect, test } from "@jest/globals";
import { systemClock } from "@millrace/put-records";
import { SpoolReplay } from "../../../src/spool/replay.ts";
import { createSpoolingStream } from "../../../src/spool/spooling-stream.ts";
import { MemoryStream } from "../../support/memory-stream.ts";
import { TemporarySpools } from "../../support/temporary-spools.ts";
import { until } from "../../support/until.ts";

const spools = new TemporarySpools();

const recordOf = (text: string) => ({ partitionKey: text, data: Buffer.from(`{"id":"${text}"}\n`) });

async function create(maxBytes = 1_000_000) {
  const stream = new MemoryStream();
  const spool = await spools.open(maxBytes);
  let outageMs = 0;
  let spooled = 0;
  const spooling = createSpoolingStream({
    stream,
    spool,
    breaker: { outageMs: () => outageMs },
    clock: systemClock,
    onSpooled: () => {
      spooled += 1;
    },
  });
  const setOutage = (ms: number) => {
    outageMs = ms;
  };
  return { stream, spool, spooling, setOutage, spooled: () => spooled };
}

describe("a stream with a spool", () => {
  test("keeps what Kinesis does not confirm, and passes on what it refuses for itself", async () => {
    const { stream, spool, spooling, spooled } = await create();
    stream.decide = ({ partitionKey }) => (partitionKey === "bad" ? "invalid" : "throttled");
    expect(await spooling.send(recordOf("good"))).toMatchObject({ status: "delivered", shardId: "spool" });
    expect(await spooling.send(recordOf("bad"))).toMatchObject({ status: "failed", reason: "rejected" });
    expect([spooled(), spool.bytes > 0]).toEqual([1, true]);
  });

  test("does not ask Kinesis while it is away", async () => {
    const { stream, spooling, setOutage } = await create();
    setOutage(5_000);
    expect(await spooling.send(recordOf("1"))).toMatchObject({ status: "delivered", shardId: "spool", attempts: 0 });
    expect(stream.records).toEqual([]);
  });

  test("without room it is as if there were none", async () => {
    const { stream, spooling } = await create(10);
    stream.decide = () => "throttled";
    expect(await spooling.send(recordOf("1"))).toMatchObject({ status: "failed", reason: "throttled" });
  });

  test("sends everything when Kinesis is back, and sets aside what it will never take", async () => {
    const { stream, spool, spooling } = await create();
    let isAway = true;
    stream.decide = ({ partitionKey }) => (isAway ? "throttled" : partitionKey === "bad" ? "invalid" : "delivered");
    for (const text of ["1", "bad", "2"]) await spooling.send(recordOf(text));
    const counts = { sent: 0, refused: 0 };
    const replay = new SpoolReplay({
      spool,
      stream,
      clock: { ...systemClock, setTimeout: (callback) => systemClock.setTimeout(callback, 5) },
      onSent: (records) => {
        counts.sent += records;
      },
      onRefused: (records) => {
        counts.refused += records;
      },
      onError: () => undefined,
    });
    isAway = false;
    await until(() => spool.bytes === 0);
    await replay.stop();
    expect(stream.events.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(counts).toEqual({ sent: 2, refused: 1 });
  });
});

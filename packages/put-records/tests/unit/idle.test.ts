import { describe, expect, test } from "@jest/globals";
import { DescribeStreamSummaryCommand, ListShardsCommand } from "@aws-sdk/client-kinesis";
import { VirtualClock } from "@millrace/aws-simulator";
import { createPutRecords, type KinesisSender } from "../../src/index.ts";
import { FakeKinesis } from "../support/fake-kinesis.ts";
import { record, setUp } from "../support/set-up.ts";

/** A Kinesis that stores records and answers no question about the stream. */
function createSecretive(clock: VirtualClock) {
  const kinesis = new FakeKinesis({ clock });
  const aborted: string[] = [];
  const sender = {
    send: (command: Parameters<FakeKinesis["send"]>[0], options?: { abortSignal?: AbortSignal }) => {
      if (!(command instanceof ListShardsCommand) && !(command instanceof DescribeStreamSummaryCommand)) {
        return kinesis.send(command, options);
      }
      return new Promise((_resolve, reject) => {
        options?.abortSignal?.addEventListener("abort", () => {
          aborted.push(command.constructor.name);
          reject(new Error("aborted"));
        });
      });
    },
  } as KinesisSender;
  return { sender, aborted };
}

describe("a client with nothing under way has no timer, that is, keeps no process alive", () => {
  test("when a record that waited for another attempt has expired", async () => {
    const { client, clock, startedAt } = setUp({ record: () => "throttled" });
    await clock.run(client.put([record(1)], { deadline: startedAt + 100 }));
    expect(clock.pendingTimers).toBe(0);
  });

  test("when a record that waited for its shard's limit has expired", async () => {
    const { client, clock } = setUp({ record: () => "throttled" });
    const hot = Array.from({ length: 2000 }, () => record(1, "hot"));
    await clock.run(client.put(hot, { deadline: clock.now() + 2000 }));
    expect(client.stats().limitedShards).toHaveLength(1);
    await clock.run(client.put(hot, { deadline: clock.now() + 10 }));
    expect(clock.pendingTimers).toBe(0);
  });

  test("when a record that waited for company was cancelled", async () => {
    const { client, clock } = setUp({}, { lingerMs: 1000 });
    const controller = new AbortController();
    const sent = client.send(record(1), { signal: controller.signal });
    controller.abort();
    await sent;
    expect(clock.pendingTimers).toBe(0);
  });

  test("and works on: the next record lingers, is sent and ends as the first did", async () => {
    const { client, clock, kinesis } = setUp({}, { lingerMs: 1000 });
    for (const expected of [1, 2, 3]) {
      await clock.run(client.send(record(expected)));
      expect(kinesis.stored).toHaveLength(expected);
      expect(clock.pendingTimers).toBe(0);
    }
  });
});

describe("close gives up questions about the stream that nobody answers", () => {
  test("the shard map", async () => {
    const clock = new VirtualClock();
    const { sender, aborted } = createSecretive(clock);
    const client = createPutRecords({ client: sender, streamName: "s", clock });
    expect(await clock.run(client.send(record(1)))).toMatchObject({ status: "delivered" });
    await clock.run(client.close());
    expect(aborted).toEqual(["ListShardsCommand"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("the record maximum", async () => {
    const clock = new VirtualClock();
    const { sender, aborted } = createSecretive(clock);
    const client = createPutRecords({ client: sender, streamName: "s", clock });
    const large = { partitionKey: "k", data: Buffer.alloc(1024 * 1024) };
    const put = client.put([large], { deadline: clock.now() + 50 });
    expect(await clock.run(put)).toMatchObject([{ reason: "expired" }]);
    await clock.run(client.close());
    expect(aborted).toEqual(["DescribeStreamSummaryCommand"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("unless another client of the stream may still want the answer", async () => {
    const clock = new VirtualClock();
    const { sender, aborted } = createSecretive(clock);
    const [first, second] = [1, 2].map(() => createPutRecords({ client: sender, streamName: "s", clock }));
    await clock.run(first!.send(record(1)));
    await clock.run(first!.close());
    expect(aborted).toEqual([]);
    await clock.run(second!.close());
    expect(aborted).toEqual(["ListShardsCommand"]);
    expect(clock.pendingTimers).toBe(0);
  });
});

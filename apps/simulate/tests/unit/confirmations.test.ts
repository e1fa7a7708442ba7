import { expect, test } from "@jest/globals";
import { type InProcessClient, sleep, VirtualClock } from "@millrace/aws-simulator";
import { Confirmations } from "../../src/observe/confirmations.ts";

const list = { input: { StreamName: "s", ShardFilter: { Type: "AT_LATEST" } } } as never;
const describeStream = { input: { StreamName: "s" } } as never;
const put = { input: { StreamName: "s", Records: [{}, {}] } } as never;

/** A stream that was split after its shards were listed, and throttles one record of each request. */
function setUp() {
  const clock = new VirtualClock();
  const confirmations = new Confirmations(clock);
  const send = async ({ input }: { input: { Records?: unknown } }) => {
    await sleep(clock, 100);
    if (input.Records === undefined) return { Shards: [{ ShardId: "parent" }] };
    return { Records: [{ SequenceNumber: "1", ShardId: "child" }, { ErrorCode: "throttled" }] };
  };
  const sender = confirmations.watch({ send } as unknown as Pick<InProcessClient, "send">, "client");
  return { clock, confirmations, sender };
}

/** Asks for the shards, and once more without waiting for the answer. */
async function askAndGiveUp({ clock, sender }: Pick<ReturnType<typeof setUp>, "clock" | "sender">): Promise<void> {
  await clock.run(sender.send(list));
  const controller = new AbortController();
  const asked = sender.send(list, { abortSignal: controller.signal });
  controller.abort();
  await clock.run(asked);
}

async function putEverySecond({ clock, sender }: Pick<ReturnType<typeof setUp>, "clock" | "sender">): Promise<void> {
  for (let second = 0; second < 10; second += 1) {
    await sender.send(put);
    await sleep(clock, 1000);
  }
}

test("a client that is throttled on shards it has not heard of, and does not ask, goes by an old map", async () => {
  const { clock, confirmations, sender } = setUp();
  await clock.run(sender.send(list));
  await clock.run(putEverySecond({ clock, sender }));
  expect(confirmations.stale[0]).toMatchObject({ streamName: "s", client: "client" });
});

test("one that had given its question up before the answer came may take its time with the next", async () => {
  const { clock, confirmations, sender } = setUp();
  await askAndGiveUp({ clock, sender });
  await clock.run(putEverySecond({ clock, sender }));
  expect(confirmations.stale).toEqual([]);
});

test("an answer to a question that is not about shards does not stand for one that never came", async () => {
  const { clock, confirmations, sender } = setUp();
  await askAndGiveUp({ clock, sender });
  await clock.run(sender.send(describeStream));
  await clock.run(putEverySecond({ clock, sender }));
  expect(confirmations.stale).toEqual([]);
});

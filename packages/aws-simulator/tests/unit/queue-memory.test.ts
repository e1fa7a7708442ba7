/** Queues and buses are read from memory and may have no receiver: the latest messages stay. */
import { expect, test } from "@jest/globals";
import { MessageLog } from "../../src/json-service/message-log.ts";
import { SqsQueues, VirtualClock } from "../../src/index.ts";

test("a log keeps the latest messages that fit, and counts all of them", () => {
  const log = new MessageLog(100);
  for (let number = 1; number <= 5_000; number += 1) log.add(String(number).padStart(10, "0"), number);
  const numbers = (after: number): number[] => log.after(after).map(({ number }) => number);
  expect(log.count).toBe(5_000);
  expect(numbers(0)).toEqual([4_991, 4_992, 4_993, 4_994, 4_995, 4_996, 4_997, 4_998, 4_999, 5_000]);
  expect(numbers(4_998)).toEqual([4_999, 5_000]);
  expect(numbers(5_000)).toEqual([]);
  log.add("x".repeat(1_000), 5_001);
  expect(numbers(0)).toEqual([5_001]);
});

interface Received {
  readonly Messages?: readonly { readonly Body: string; readonly ReceiptHandle: string }[];
}

test("a queue with a limit gives up its oldest messages, and tells of it once", () => {
  const told: string[] = [];
  const queues = new SqsQueues({ maxQueueLength: 40, onOverflow: (name) => told.push(name) });
  queues.createQueue({ name: "claims" });
  const QueueUrl = (queues.execute("GetQueueUrl", { QueueName: "claims" }) as { QueueUrl: string }).QueueUrl;
  const send = (MessageBody: string) => queues.execute("SendMessage", { QueueUrl, MessageBody });
  const receive = (): Received =>
    queues.execute("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
  for (let number = 0; number < 4; number += 1) send(`${number}`.repeat(10));
  expect(told).toEqual([]);
  const [first] = receive().Messages ?? [];
  send("4".repeat(10));
  send("5".repeat(10));
  expect(told).toEqual(["claims"]);
  expect(receive().Messages?.map(({ Body }) => Body[0])).toEqual(["2", "3", "4", "5"]);
  // Deleting a message that went, or one that is there, makes no room twice.
  queues.execute("DeleteMessage", { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
  queues.execute("DeleteMessage", { QueueUrl, ReceiptHandle: receive().Messages?.[0]?.ReceiptHandle });
  send("6".repeat(10));
  expect(receive().Messages?.map(({ Body }) => Body[0])).toEqual(["3", "4", "5", "6"]);
  queues.execute("PurgeQueue", { QueueUrl });
  for (let number = 7; number < 11; number += 1) send(String.fromCharCode(90 + number).repeat(10));
  expect(receive().Messages).toHaveLength(4);
});

test("the age of a queue is that of its oldest message, received or not, until it is deleted or too old", async () => {
  const clock = new VirtualClock();
  const queues = new SqsQueues({ clock });
  queues.createQueue({ name: "claims", retentionSeconds: 3_600 });
  const call = (operation: string, input: object): Received =>
    queues.execute(operation, { QueueUrl: "claims", ...input });
  expect(queues.oldestMessageAgeMs("claims")).toBeUndefined();
  call("SendMessage", { MessageBody: "first" });
  await clock.runFor(60_000);
  call("SendMessage", { MessageBody: "second" });
  await clock.runFor(60_000);
  const received = call("ReceiveMessage", { MaxNumberOfMessages: 1 });
  expect(queues.oldestMessageAgeMs("claims")).toBe(120_000);
  call("DeleteMessage", { ReceiptHandle: received.Messages?.[0]?.ReceiptHandle });
  expect(queues.oldestMessageAgeMs("claims")).toBe(60_000);
  await clock.runFor(3_600_000);
  expect(queues.oldestMessageAgeMs("claims")).toBeUndefined();
});

/** The unmodified SQS client against the front end; it checks the digests of what it sends and receives by itself. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { SqsQueues, startServiceServer } from "../../src/index.ts";

let queues: SqsQueues;
let server: Awaited<ReturnType<typeof startServiceServer>>;
let client: SQSClient;
let QueueUrl: string;

beforeEach(async () => {
  queues = new SqsQueues({ region: "eu-west-1" });
  queues.createQueue({ name: "claims" });
  server = await startServiceServer(queues);
  client = new SQSClient({
    endpoint: server.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  QueueUrl = (await client.send(new GetQueueUrlCommand({ QueueName: "claims" }))).QueueUrl ?? "";
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const receive = async (rest: object = {}) =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...rest }))).Messages ?? [];

test("what is sent is received once while it is handled, and is gone when it is deleted", async () => {
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"é":1}' }));
  const [message] = await receive({ MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
  expect(message).toMatchObject({ Body: '{"é":1}', Attributes: { ApproximateReceiveCount: "1" } });
  expect(await receive()).toEqual([]);
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesNotVisible: "0" });
});

test("a message whose handling is given up comes again, with another receipt", async () => {
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
  const [first] = await receive();
  const ReceiptHandle = first?.ReceiptHandle;
  await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  const [second] = await receive({ AttributeNames: ["All"] });
  expect(second).toMatchObject({ MessageId: first?.MessageId, Attributes: { ApproximateReceiveCount: "2" } });
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  expect(queues.messageCount("claims")).toBe(1);
  expect(second?.ReceiptHandle).not.toBe(ReceiptHandle);
});

test("a batch says of each message what became of it", async () => {
  const Entries = [
    { Id: "a", MessageBody: "1" },
    { Id: "b", MessageBody: "\uffff" },
    { Id: "c", MessageBody: "3" },
  ];
  const { Successful, Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect(Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
  expect(Failed).toMatchObject([{ Id: "b", Code: "InvalidMessageContents", SenderFault: true }]);
  const messages = await receive();
  const handles = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
  expect(queues.messagesAfter("claims", 1).map(({ text }) => text)).toEqual(["3"]);
});

test("a consumer that waits gets what comes meanwhile", async () => {
  const waiting = receive({ WaitTimeSeconds: 20 });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "late" }));
  expect(await waiting).toMatchObject([{ Body: "late" }]);
});

test.each<[string, object, string]>([
  [
    "too many entries",
    { Entries: Array.from({ length: 11 }, (_, Id) => ({ Id: `${Id}`, MessageBody: "x" })) },
    "TooMany",
  ],
  [
    "more than 1 MiB",
    { Entries: ["a", "b"].map((Id) => ({ Id, MessageBody: "x".repeat(600_000) })) },
    "BatchRequestTooLong",
  ],
  ["one id twice", { Entries: ["a", "a"].map((Id) => ({ Id, MessageBody: "x" })) }, "BatchEntryIdsNotDistinct"],
  ["nothing", { Entries: [] }, "EmptyBatchRequest"],
])("a batch of %s is refused as a whole", async (_, input, name) => {
  const send = client.send(new SendMessageBatchCommand({ QueueUrl, ...(input as { Entries: [] }) }));
  await expect(send).rejects.toMatchObject({ name: expect.stringContaining(name) });
  expect(queues.messageCount("claims")).toBe(0);
});

test("there is an error of its own for a queue that does not exist, and for what is not modelled", async () => {
  const missing = client.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}-x`, MessageBody: "x" }));
  await expect(missing).rejects.toBeInstanceOf(QueueDoesNotExist);
  const delayed = client.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", DelaySeconds: 5 }));
  await expect(delayed).rejects.toMatchObject({ name: "UnsupportedOperation" });
  expect((await client.send(new ListQueuesCommand({}))).QueueUrls).toEqual([`${server.url}/000000000000/claims`]);
  await client.send(new PurgeQueueCommand({ QueueUrl }));
});

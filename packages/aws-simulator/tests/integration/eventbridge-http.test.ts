/** The unmodified EventBridge client against the front end. */
import {
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { EventBuses, startServiceServer } from "../../src/index.ts";

let buses: EventBuses;
let server: Awaited<ReturnType<typeof startServiceServer>>;
let client: EventBridgeClient;

beforeEach(async () => {
  buses = new EventBuses({ region: "eu-west-1" });
  buses.createBus("orders");
  server = await startServiceServer(buses);
  client = new EventBridgeClient({
    endpoint: server.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));
const entry = { EventBusName: "orders", Source: "shop", DetailType: "commerce.purchase", Detail: '{"total":1.10}' };

test("an event lies on its bus as a rule would see it, with the digits of its detail", async () => {
  const { FailedEntryCount, Entries } = await put({ ...entry, Time: new Date("2026-03-01T12:00:00.900Z") });
  expect({ FailedEntryCount, length: Entries?.length }).toEqual({ FailedEntryCount: 0, length: 1 });
  const [event] = buses.messagesAfter("orders", 0);
  expect(event?.text).toBe(
    `{"version":"0","id":"${Entries?.[0]?.EventId ?? ""}","detail-type":"commerce.purchase","source":"shop",` +
      `"account":"000000000000","time":"2026-03-01T12:00:00Z","region":"eu-west-1","resources":[],"detail":{"total":1.10}}`,
  );
});

test("a bus is found by its ARN, too", async () => {
  const { Arn = "" } = await client.send(new DescribeEventBusCommand({ Name: "orders" }));
  await put({ ...entry, EventBusName: Arn });
  expect(buses.messageCount("orders")).toBe(1);
  expect((await client.send(new ListEventBusesCommand({}))).EventBuses).toMatchObject([{ Name: "orders", Arn }]);
});

test("what is wrong with an entry is said of that entry, and the others are stored", async () => {
  const { FailedEntryCount, Entries } = await put(
    { ...entry, Detail: "[1]" },
    { ...entry, Detail: `{"a":${"[".repeat(1_000)}${"]".repeat(1_000)}}` },
    { ...entry, Source: "aws.s3" },
    { ...entry, DetailType: "x".repeat(129) },
    { ...entry, EventBusName: "other" },
    entry,
  );
  expect(FailedEntryCount).toBe(5);
  expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    "MalformedDetail",
    "MalformedDetail",
    "NotAuthorizedForSourceException",
    "InvalidArgument",
    "ResourceNotFoundException",
    undefined,
  ]);
  expect(buses.messageCount("orders")).toBe(1);
});

test("a request of too many bytes or entries is refused as a whole, and so is what is not modelled", async () => {
  const Detail = JSON.stringify({ text: "x".repeat(700_000) });
  await expect(put({ ...entry, Detail }, { ...entry, Detail })).rejects.toMatchObject({ name: "ValidationException" });
  await expect(put(...Array.from({ length: 11 }, () => entry))).rejects.toMatchObject({ name: "ValidationException" });
  await expect(client.send(new PutRuleCommand({ Name: "x", EventPattern: "{}" }))).rejects.toThrow(
    "does not model PutRule",
  );
  expect(buses.messageCount("orders")).toBe(0);
});

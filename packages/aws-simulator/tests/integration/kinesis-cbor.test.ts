import { request as httpsRequest } from "node:https";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "@jest/globals";
import { decode, encode } from "cborg";
import { Kinesis, type KinesisServer, startKinesisServer, systemClock } from "../../src/index.ts";

const contentType = "application/x-amz-cbor-1.1";
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(): Promise<{ kinesis: Kinesis; server: KinesisServer; streamArn: string }> {
  const kinesis = new Kinesis({ clock: systemClock });
  const streamArn = kinesis.createStream({ streamName: "orders" });
  const server = await startKinesisServer(kinesis);
  cleanups.push(() => server.close());
  return { kinesis, server, streamArn };
}

const headersFor = (operation: string) => ({
  "content-type": contentType,
  "x-amz-target": `Kinesis_20131202.${operation}`,
  authorization: "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c",
});

async function send(server: KinesisServer, operation: string, body: Uint8Array | object) {
  const response = await fetch(server.url, {
    method: "POST",
    headers: headersFor(operation),
    body: new Uint8Array(body instanceof Uint8Array ? body : encode(body)),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const answer = bytes.byteLength === 0 ? undefined : (decode(bytes, { tags }) as Record<string, unknown>);
  return { status: response.status, type: response.headers.get("content-type"), answer };
}

/** A time of AWS's CBOR: tag 1 and milliseconds. */
const tags = { 1: (content: () => unknown) => ({ epochMs: content() }) };

/** As Jackson writes a structure whose number of members it does not know yet. */
function openMap(...members: readonly [string, Uint8Array][]): Uint8Array {
  const body = members.flatMap(([name, value]) => [...encode(name), ...value]);
  return Uint8Array.from([0xbf, ...body, 0xff]);
}

test("records go in as byte strings and come out as such, with their time in milliseconds", async () => {
  const { server } = await serve();
  const record = openMap(["Data", encode(Buffer.from("ü"))], ["PartitionKey", encode("k")]);
  const records = Uint8Array.from([0x9f, ...record, 0xff]);
  const put = await send(server, "PutRecords", openMap(["StreamName", encode("orders")], ["Records", records]));
  expect(put).toMatchObject({ status: 200, type: contentType, answer: { FailedRecordCount: 0 } });

  const { answer } = await send(server, "GetShardIterator", {
    StreamName: "orders",
    ShardId: "shardId-000000000000",
    ShardIteratorType: "TRIM_HORIZON",
  });
  const read = await send(server, "GetRecords", { ShardIterator: answer?.ShardIterator });
  const [stored] = (read.answer?.Records ?? []) as readonly {
    readonly Data: Uint8Array;
    readonly ApproximateArrivalTimestamp: { readonly epochMs: number };
  }[];
  expect(Buffer.from(stored?.Data ?? []).toString("utf8")).toBe("ü");
  expect(Math.abs((stored?.ApproximateArrivalTimestamp.epochMs ?? 0) - Date.now())).toBeLessThan(60_000);
});

test("a time in a request is tagged milliseconds", async () => {
  const { server, streamArn } = await serve();
  const inOneHour = Date.now() + 3_600_000;
  const time = Uint8Array.from([0xc1, ...encode(inOneHour)]);
  const { status, answer } = await send(
    server,
    "GetShardIterator",
    openMap(
      ["StreamARN", encode(streamArn)],
      ["ShardId", encode("shardId-000000000000")],
      ["ShardIteratorType", encode("AT_TIMESTAMP")],
      ["Timestamp", time],
    ),
  );
  expect(status).toBe(400);
  expect(answer?.message).toContain(`timestampInMillis: ${inOneHour}`);
});

test.each([
  ["an unknown stream", "DescribeStreamSummary", { StreamName: "none" }, "ResourceNotFoundException"],
  ["an unknown operation", "Nothing", {}, "UnknownOperationException"],
  ["a body that is no CBOR", "ListStreams", Uint8Array.from([0xff, 0x00]), "SerializationException"],
  ["a body that is cut", "ListStreams", encode({ Limit: 10 }).subarray(0, 4), "SerializationException"],
])("%s is refused in CBOR", async (_, operation, body, code) => {
  const { server } = await serve();
  const refusal = await send(server, operation, body);
  expect(refusal).toMatchObject({ status: 400, type: contentType, answer: { __type: code } });
});

test("every operation without members to require answers in CBOR", async () => {
  const { server } = await serve();
  for (const [operation, member] of [
    ["ListStreams", "StreamSummaries"],
    ["DescribeLimits", "ShardLimit"],
  ] as const) {
    expect((await send(server, operation, {})).answer).toHaveProperty(member);
  }
});

test("tags, encryption, monitoring and policies of a stream are kept and described", async () => {
  const { server, streamArn } = await serve();
  await send(server, "TagResource", { ResourceARN: streamArn, Tags: { team: "shop", tier: "1" } });
  await send(server, "UntagResource", { ResourceARN: streamArn, TagKeys: ["tier"] });
  const { answer: tagged } = await send(server, "ListTagsForResource", { ResourceARN: streamArn });
  expect(tagged).toEqual({ Tags: [{ Key: "team", Value: "shop" }] });

  await send(server, "StartStreamEncryption", { StreamName: "orders", EncryptionType: "KMS", KeyId: "alias/a" });
  await send(server, "EnableEnhancedMonitoring", { StreamName: "orders", ShardLevelMetrics: ["IncomingBytes"] });
  const { answer } = await send(server, "DescribeStreamSummary", { StreamName: "orders" });
  expect(answer?.StreamDescriptionSummary).toMatchObject({
    EncryptionType: "KMS",
    KeyId: "alias/a",
    EnhancedMonitoring: [{ ShardLevelMetrics: ["IncomingBytes"] }],
  });

  const Policy = '{"Version":"2012-10-17","Statement":[]}';
  await send(server, "PutResourcePolicy", { ResourceARN: streamArn, Policy });
  expect((await send(server, "GetResourcePolicy", { ResourceARN: streamArn })).answer).toEqual({ Policy });
  await send(server, "DeleteResourcePolicy", { ResourceARN: streamArn });
  const again = await send(server, "DeleteResourcePolicy", { ResourceARN: streamArn });
  expect(again.answer?.__type).toBe("ResourceNotFoundException");
});

test("a port with a certificate speaks TLS beside plain HTTP", async () => {
  const kinesis = new Kinesis();
  kinesis.createStream({ streamName: "orders" });
  const certificate = createRequire(__filename).resolve("kinesis-local/server.json");
  const { server: tls } = JSON.parse(readFileSync(certificate, "utf8")) as { server: { cert: string; key: string } };
  const server = await startKinesisServer(kinesis, { tls });
  cleanups.push(() => server.close());
  const status = await new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: "127.0.0.1",
        port: server.port,
        method: "POST",
        headers: headersFor("ListStreams"),
        rejectUnauthorized: false,
      },
      (response) => resolve(response.resume().statusCode),
    );
    request.once("error", reject);
    request.end(encode({}));
  });
  expect(status).toBe(200);
  expect((await send(server, "ListStreams", {})).status).toBe(200);
});

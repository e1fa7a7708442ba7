/**
 * A Kinesis good enough to measure clients against: PutRecords over the real protocol, per-record throttling at a
 * given rate or per shard, and a count of what was stored, once or twice. Runs in a process of its own so that it
 * does not share the client's processor time. HTTP/1.1 for keep-alive handlers, HTTP/2 for the SDK's default one.
 */
import { hash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createHttp2Server, type Http2ServerRequest } from "node:http2";
import type { AddressInfo } from "node:net";
import { createRandom } from "@millrace/aws-simulator";
import {
  keyNumberOf,
  numberIn,
  type Scenario,
  scenarios,
  SHARDS,
  type ScenarioName,
  type ServerCount,
  STEADY_FROM,
  STEADY_TO,
} from "./workload.ts";

const shardIds = Array.from({ length: SHARDS }, (_, i) => `shardId-${String(i).padStart(12, "0")}`);
const shardOfKey = new Map<string, number>();
/**
 * Results as texts around what differs between records of a shard: the server must not be what the clients wait for.
 */
const storedStart = `{"SequenceNumber":"${"4965".padEnd(46, "0")}`;
const storedIn = shardIds.map((shardId) => `","ShardId":"${shardId}"}`);
const throttledBy = shardIds.map(
  (shardId) =>
    `{"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded for shard ${shardId} in stream bench under account 000000000000."}`,
);

let scenario: Scenario = scenarios.clean;
let random = createRandom("clean");
let copies = new Uint8Array(0);
let requests = 0;
let attempts = 0;
let stored = 0;
let distinct = 0;
let overtaken = 0;
/** The latest record stored of each key. */
const latest: number[] = [];
let steadyFrom = 0;
let steadyTo = 0;
let healthyDistinct = 0;
let firstAt = 0;
let steadyFromAt = 0;
let steadyToAt = 0;
let lastHealthyAt = 0;
let hotTokens = 0;
let hotRefilledAt = 0;

function reset(name: ScenarioName, records: number): void {
  scenario = scenarios[name];
  random = createRandom(name);
  copies = new Uint8Array(records);
  requests = attempts = stored = distinct = overtaken = healthyDistinct = 0;
  latest.length = 0;
  firstAt = steadyFromAt = steadyToAt = lastHealthyAt = 0;
  steadyFrom = Math.floor(records * STEADY_FROM);
  steadyTo = Math.floor(records * STEADY_TO);
  hotTokens = scenario.hotShardRecordsPerSecond ?? 0;
  hotRefilledAt = performance.now();
}

function count(): ServerCount {
  const steadyMs = Math.max(0, steadyToAt - steadyFromAt);
  return {
    requests,
    attempts,
    stored,
    distinct,
    overtaken,
    steadyMs,
    healthyMs: lastHealthyAt - firstAt,
    healthyDistinct,
  };
}

function shardOf(key: string): number {
  let shard = shardOfKey.get(key);
  if (shard === undefined) {
    shard = Math.floor((Number.parseInt(hash("md5", key, "hex").slice(0, 8), 16) / 2 ** 32) * SHARDS);
    shardOfKey.set(key, shard);
  }
  return shard;
}

function isThrottled(shard: number, now: number): boolean {
  if (scenario.throttle > 0 && random() < scenario.throttle) return true;
  const rate = scenario.hotShardRecordsPerSecond;
  if (shard !== 0 || rate === undefined) return false;
  hotTokens = Math.min(rate, hotTokens + ((now - hotRefilledAt) / 1000) * rate);
  hotRefilledAt = now;
  if (hotTokens < 1) return true;
  hotTokens--;
  return false;
}

/** Text between the quotes after `name` in `[from, to)` of the body. Base64 and our keys hold no escapes. */
function field(body: string, name: string, from: number): { text: string; at: number } {
  const at = body.indexOf(name, from) + name.length;
  return { text: body.slice(at, body.indexOf('"', at)), at };
}

function noteDistinct(number: number, shard: number, now: number): void {
  distinct++;
  const key = keyNumberOf(number);
  if (number < (latest[key] ?? 0)) overtaken++;
  else latest[key] = number;
  if (distinct === steadyFrom) steadyFromAt = now;
  if (distinct === steadyTo) steadyToAt = now;
  if (shard === 0) return;
  healthyDistinct++;
  lastHealthyAt = now;
}

function putRecords(body: string): string {
  const now = performance.now();
  if (requests++ === 0) firstAt = now;
  const results: string[] = [];
  let failed = 0;
  for (let open = body.indexOf("{", 1); open !== -1; open = body.indexOf("{", open + 1)) {
    attempts++;
    const shard = shardOf(field(body, '"PartitionKey":"', open).text);
    if (isThrottled(shard, now)) {
      failed++;
      results.push(throttledBy[shard] ?? "");
      continue;
    }
    const number = numberIn(body, body.indexOf('"Data":"', open) + 8);
    const before = copies[number] ?? 0;
    if (before < 255) copies[number] = before + 1;
    stored++;
    if (before === 0) noteDistinct(number, shard, now);
    results.push(`${storedStart}${String(stored).padStart(10, "0")}${storedIn[shard] ?? ""}`);
  }
  return `{"FailedRecordCount":${failed},"Records":[${results.join(",")}]}`;
}

function listShards(): string {
  const step = 2n ** 128n / BigInt(SHARDS);
  const shards = shardIds.map((ShardId, i) => ({
    ShardId,
    HashKeyRange: { StartingHashKey: String(BigInt(i) * step), EndingHashKey: String((BigInt(i) + 1n) * step - 1n) },
    SequenceNumberRange: { StartingSequenceNumber: "1" },
  }));
  return JSON.stringify({ Shards: shards });
}

/** lifion-kinesis looks its stream up before it writes. */
function describeStream(): string {
  return JSON.stringify({
    StreamDescription: {
      StreamName: "bench",
      StreamARN: "arn:aws:kinesis:eu-west-1:000000000000:stream/bench",
      StreamStatus: "ACTIVE",
      StreamCreationTimestamp: 1_700_000_000,
      Shards: [],
      HasMoreShards: false,
      EnhancedMonitoring: [],
      RetentionPeriodHours: 24,
    },
  });
}

function answer(path: string, target: string, body: string): string {
  if (path.startsWith("/reset/")) {
    const [, , name, records] = path.split("/");
    reset(name as ScenarioName, Number(records));
    return "{}";
  }
  if (path === "/count") return JSON.stringify(count());
  if (target.endsWith(".PutRecords")) return putRecords(body);
  if (target.endsWith(".ListShards")) return listShards();
  if (target.endsWith(".DescribeStream")) return describeStream();
  throw new Error(`${target} is not part of the benchmark`);
}

type Request = IncomingMessage | Http2ServerRequest;

const contentType = { "content-type": "application/x-amz-json-1.1" };

function handle(request: Request, respond: (text: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const target = String(request.headers["x-amz-target"] ?? "");
    respond(Buffer.from(answer(request.url ?? "/", target, Buffer.concat(chunks).toString("latin1"))));
  });
}

const http1 = createServer((request, response) => {
  handle(request, (text) => response.writeHead(200, { ...contentType, "content-length": text.length }).end(text));
}).listen(0, "127.0.0.1");
const http2 = createHttp2Server({}, (request, response) => {
  handle(request, (text) => {
    response.writeHead(200, contentType);
    response.end(text);
  });
}).listen(0, "127.0.0.1");
http1.keepAliveTimeout = 60_000;

await Promise.all([http1, http2].map((server) => new Promise((resolve) => server.once("listening", resolve))));
process.send?.({ http1: (http1.address() as AddressInfo).port, http2: (http2.address() as AddressInfo).port });
process.on("disconnect", () => process.exit(0));

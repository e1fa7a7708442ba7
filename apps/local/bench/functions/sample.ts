import { createRandom } from "@millrace/aws-simulator";
import { sampleMix } from "../../src/traffic/sample-mix.ts";
import { planTraffic } from "../../src/traffic/traffic-plan.ts";

/** A record of a stream before it is packed. */
export interface SampleRecord {
  readonly partitionKey: string;
  /** Whole lines, each with an event. */
  readonly lines: string;
  readonly events: number;
  /** True if the record lies in its stream as a gzip member. */
  readonly isPacked: boolean;
}

/** Stands for the number of the lap in the ids of events: a function sees no event twice. */
export const LAP = "LAPLAP";

const RATE = 500;
const RECEIVED_MS = Date.now();

/**
 * Records of the raw stream with so many events at least: those of the sample traffic that ingest accepts, one record a
 * request, with the attributes that ingest adds.
 */
export function createRawRecords(events: number): SampleRecord[] {
  const records: SampleRecord[] = [];
  let count = 0;
  for (const sending of planTraffic({ ...sampleMix(RATE), strayShare: 0, random: createRandom("functions") })) {
    if (sending.kind !== "request") continue;
    const { visitor } = sending;
    const lines = sending.events
      .filter(({ fate }) => fate !== "rejected" && fate !== "bad-row")
      .map(({ sent }) => {
        const event = sent as { readonly id: string; readonly source: string };
        const time = new Date(RECEIVED_MS + (count++ * 1_000) / RATE).toISOString();
        return `${JSON.stringify({
          ...event,
          id: `${event.id.slice(0, -LAP.length)}${LAP}`,
          time,
          tenantid: "shop",
          receivedat: time,
          clientip: visitor.address,
          useragent: visitor.browser.userAgent,
        })}\n`;
      });
    if (lines.length === 0) continue;
    const partitionKey = sending.events[0]?.draft.subject ?? visitor.visitorId;
    records.push({ partitionKey, lines: lines.join(""), events: lines.length, isPacked: false });
    if (count >= events) return records;
  }
  return records;
}

/** Batches of whole records, each with so many events or a few more. */
export function toBatches(records: readonly SampleRecord[], eventsPerBatch: number): SampleRecord[][] {
  const batches: SampleRecord[][] = [];
  let open: SampleRecord[] = [];
  let events = 0;
  for (const record of records) {
    open.push(record);
    events += record.events;
    if (events < eventsPerBatch) continue;
    batches.push(open);
    open = [];
    events = 0;
  }
  return batches;
}

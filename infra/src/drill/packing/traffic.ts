import { randomUUID } from "node:crypto";
import type { Kinesis } from "@millrace/aws-simulator";

/** Events on their way into the raw stream. */
export interface Traffic {
  /** Ids of the events that the stream has taken. */
  readonly accepted: ReadonlySet<string>;
  stop(): void;
}

const INTERVAL_MS = 50;
const RECORDS = 5;
const EVENTS_A_RECORD = 2;

/** Writes 200 events a second into the raw stream, as the event service does, until it is stopped. */
export function startTraffic(kinesis: Kinesis, streamName: string): Traffic {
  const accepted = new Set<string>();
  const timer = setInterval(() => {
    const records = Array.from({ length: RECORDS }, () => Array.from({ length: EVENTS_A_RECORD }, () => randomUUID()));
    const { Records } = kinesis.putRecords({
      StreamName: streamName,
      Records: records.map((ids) => ({ PartitionKey: ids[0] ?? "", Data: Buffer.from(ids.map(lineOf).join("")) })),
    });
    for (const [index, { ErrorCode }] of Records.entries()) {
      if (ErrorCode === undefined) for (const id of records[index] ?? []) accepted.add(id);
    }
  }, INTERVAL_MS);
  return { accepted, stop: () => clearInterval(timer) };
}

/** A raw event as the event service writes it. */
function lineOf(id: string): string {
  const time = new Date().toISOString();
  const source = "https://shop.example/drill";
  const common = { specversion: "1.0", id, source, type: "shop.unheard-of", subject: id };
  return `${JSON.stringify({ ...common, time, tenantid: "drill", receivedat: time, data: {} })}\n`;
}

import type { StoredRecord } from "@millrace/aws-simulator";
import { linesOfData } from "@millrace/packed-records";
import type { EventCopy } from "@millrace/pipeline-source";

/** The lines of a record, packed or not, each with its place; empty ones count and are left out. */
export function linesOf(streamName: string, shardId: string, record: StoredRecord): EventCopy[] {
  const { SequenceNumber: sequenceNumber, arrivalMs } = record;
  const arrivedAt = new Date(arrivalMs).toISOString();
  return linesOfData(record.Data)
    .toString("utf8")
    .split("\n")
    .flatMap((text, index) => (text === "" ? [] : [{ streamName, shardId, sequenceNumber, index, arrivedAt, text }]));
}

import type { Kinesis } from "@millrace/aws-simulator";
import { linesOfData } from "@millrace/packed-records";
import type { DestinationServices } from "./destination-services.ts";

const POLL_INTERVAL_MS = 100;

/**
 * Calls back with every line that arrives in a stream until the signal aborts. It looks at the model beside the
 * pipeline's own consumers and takes none of their read capacity.
 */
export async function tailStream(
  kinesis: Kinesis,
  streamName: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
  fromStart: boolean,
): Promise<void> {
  const seen = new Map(fromStart ? [] : kinesis.lastSequenceNumbers(streamName));
  for (;;) {
    // A last round reads the records that came before the end.
    const isLast = signal.aborted;
    for (const { shardId, record } of kinesis.readRecords(streamName, seen)) {
      seen.set(shardId, record.SequenceNumber);
      for (const line of linesOfData(record.Data).toString("utf8").split("\n")) if (line !== "") onLine(line);
    }
    if (isLast) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

/** Calls back with every event that comes to a queue or bus until the signal aborts. It takes nothing from a queue. */
export async function tailMessages(
  services: Pick<DestinationServices, "count" | "messagesAfter">,
  name: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
  fromStart: boolean,
): Promise<void> {
  let seen = fromStart ? 0 : services.count(name);
  for (;;) {
    const isLast = signal.aborted;
    for (const { number, text } of services.messagesAfter(name, seen)) {
      seen = number;
      onLine(text);
    }
    if (isLast) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

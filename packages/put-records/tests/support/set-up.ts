import { VirtualClock } from "@millrace/aws-simulator";
import { createPutRecords, type PutRecord, type PutRecordsOptions } from "../../src/index.ts";
import { FakeKinesis, type FakeOptions } from "./fake-kinesis.ts";

/** A client on a fake Kinesis under a virtual clock. Its jitter is half of the longest delay. */
export function setUp(fake: Omit<FakeOptions, "clock"> = {}, options: Partial<PutRecordsOptions> = {}) {
  const clock = new VirtualClock();
  const kinesis = new FakeKinesis({ clock, ...fake });
  const client = createPutRecords({ client: kinesis, streamName: "s", clock, random: () => 0.5, ...options });
  return { clock, kinesis, client, startedAt: clock.now() };
}

export const record = (i: number, partitionKey = `key-${i}`): PutRecord => ({
  partitionKey,
  data: Buffer.from(`record ${i}\n`),
});

export const records = (count: number): PutRecord[] => Array.from({ length: count }, (_, i) => record(i));

export const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

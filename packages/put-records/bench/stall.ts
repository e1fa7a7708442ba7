/**
 * Memory while Kinesis answers nothing for 60 virtual seconds and callers keep coming: 2,000 records of 500 bytes a
 * second, each with two seconds to live, half of them waiting for room and half refusing to.
 */
import { VirtualClock } from "@millrace/aws-simulator";
import { createPutRecords } from "@millrace/put-records";

/** Heap in MiB after a collection, with the most bytes the client held. */
export interface StallResult {
  readonly heapMiBAt10s: number;
  readonly heapMiBAt60s: number;
  readonly mostInFlightBytes: number;
  readonly maxInFlightBytes: number;
  readonly unsettled: number;
}

const MAX_IN_FLIGHT_BYTES = 1024 * 1024;
const PER_SECOND = 2000;

const clock = new VirtualClock();
const never = new Promise<never>(() => undefined);
const stream = createPutRecords({
  client: { send: () => never },
  streamName: "bench",
  clock,
  maxInFlightBytes: MAX_IN_FLIGHT_BYTES,
});

let sent = 0;
let settled = 0;
let mostInFlightBytes = 0;

function sendSome(): void {
  for (let i = 0; i < PER_SECOND / 10; i++) {
    const onFull = sent++ % 2 === 0 ? ("wait" as const) : ("refuse" as const);
    const record = { partitionKey: `visitor-${sent % 1000}`, data: Buffer.alloc(500) };
    void stream.send(record, { deadline: clock.now() + 2000, onFull }).then(() => settled++);
  }
  mostInFlightBytes = Math.max(mostInFlightBytes, stream.stats().inFlightBytes);
}

async function heapAfter(seconds: number): Promise<number> {
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    sendSome();
    await clock.runFor(100);
  }
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

const heapMiBAt10s = await heapAfter(10);
const heapMiBAt60s = await heapAfter(50);
await clock.runFor(5000);
const result: StallResult = {
  heapMiBAt10s,
  heapMiBAt60s,
  mostInFlightBytes,
  maxInFlightBytes: MAX_IN_FLIGHT_BYTES,
  unsettled: sent - settled,
};
process.send?.(result, () => process.exit(0));

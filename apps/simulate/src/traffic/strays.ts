import { type Clock, createRandom, type Kinesis, randomChoice, randomInteger, sleep } from "@millrace/aws-simulator";
import type { EventSource } from "./event-source.ts";

/** Lines no event service would write: each has to end as a bad row. */
const garbage = [
  "not JSON at all",
  '{"specversion":"1.0","id":',
  '{"hello":"world"}',
  "[1,2,3]",
  "null",
  '{"specversion":"0.3","id":"x","source":"s","type":"t"}',
  "\u0000\u0001\u0002",
] as const;

/** Something else writes to the raw stream: garbage, alone and between good events. Kinesis throttles it like anybody. */
export async function writeStrays(options: {
  readonly seed: number;
  readonly clock: Clock;
  readonly kinesis: Kinesis;
  readonly streamName: string;
  readonly source: EventSource;
  readonly records: number;
}): Promise<void> {
  const { clock, kinesis, streamName, source } = options;
  const random = createRandom(`${options.seed}/strays`);
  for (let count = 0; count < options.records; count += 1) {
    const lines = Array.from({ length: randomInteger(random, 1, 4) }, () =>
      random() < 0.4
        ? JSON.stringify({ ...source.next(clock.now()).json, ...ingested(clock.now()) })
        : randomChoice(random, garbage),
    );
    const entry = {
      PartitionKey: `stray-${randomInteger(random, 1, 5)}`,
      Data: Buffer.from(lines.map((line) => `${line}\n`).join("")),
    };
    while (kinesis.putRecords({ StreamName: streamName, Records: [entry] }).FailedRecordCount > 0) {
      await sleep(clock, 500);
    }
    await sleep(clock, randomInteger(random, 0, 4000));
  }
}

/** What the event service adds. */
function ingested(nowMs: number): { tenantid: string; receivedat: string } {
  return { tenantid: "simulation", receivedat: new Date(nowMs).toISOString() };
}

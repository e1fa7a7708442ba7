import { type Clock, createRandom, type Kinesis, randomChoice, randomInteger, sleep } from "@millrace/aws-simulator";
import type { SchedulePlan } from "../schedule/plan.ts";
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

/**
 * Something else writes to the raw stream: garbage, alone and between good events. Kinesis throttles it like anybody.
 */
export async function writeStrays(options: {
  readonly seed: number;
  readonly clock: Clock;
  readonly kinesis: Kinesis;
  readonly streamName: string;
  readonly source: EventSource;
  readonly records: number;
  readonly plan: Pick<SchedulePlan, "poisonRecords" | "poisonLines" | "hasFullRecord">;
}): Promise<void> {
  const { clock, kinesis, streamName, source } = options;
  const random = createRandom(`${options.seed}/strays`);
  const { poisonRecords, poisonLines, hasFullRecord } = options.plan;
  const event = (bulky?: Parameters<EventSource["next"]>[1]) =>
    `${source.next(clock.now(), bulky).text.slice(0, -1)},${JSON.stringify(ingested(clock.now())).slice(1)}`;
  for (let count = 0; count < options.records; count += 1) {
    const lines =
      count < poisonRecords
        ? [event(), ...Array.from({ length: poisonLines }, () => "{}"), event()]
        : count === poisonRecords && hasFullRecord
          ? fullRecord(() => event({ bytes: 3_000, subject: "stray-full" }))
          : Array.from({ length: randomInteger(random, 1, 4) }, () =>
              random() < 0.4 ? event() : randomChoice(random, garbage),
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

/** As many events as a record holds, less than each of them grows by when it is enriched. */
function fullRecord(event: () => string): string[] {
  const lines: string[] = [];
  for (let bytes = 0; bytes < 1_000_000; bytes += (lines.at(-1)?.length ?? 0) + 1) lines.push(event());
  return lines;
}

/** Returns the members that the event service adds. */
function ingested(nowMs: number): { tenantid: string; receivedat: string } {
  return { tenantid: "simulation", receivedat: new Date(nowMs).toISOString() };
}

import { type Clock, createRandom, type Kinesis, randomInteger, sleep } from "@millrace/aws-simulator";
import { readRawEvent } from "../invariants/evidence.ts";
import type { SchedulePlan } from "../schedule/plan.ts";

/** Records that are put again at a time. */
const recordsPerReplay = 15;
/** Longer records are not there to be read. */
const mostLines = 100;

/** Puts events of the raw stream on it once more, marked, as an operator does who wants them processed again. */
export async function replayNowAndThen(options: {
  readonly plan: Pick<SchedulePlan, "seed" | "replays">;
  readonly clock: Clock;
  readonly kinesis: Kinesis;
  readonly streamName: string;
}): Promise<void> {
  const { clock, kinesis, plan, streamName } = options;
  const random = createRandom(`${plan.seed}/replays`);
  for (let replay = 0; replay < plan.replays; replay += 1) {
    await sleep(clock, randomInteger(random, 2_000, 20_000));
    const stored = kinesis.recordsOf(streamName);
    for (let count = 0; count < recordsPerReplay && stored.length > 0; count += 1) {
      const record = stored[randomInteger(random, 0, stored.length - 1)]?.record;
      const lines = record === undefined ? [] : Buffer.from(record.Data).toString("utf8").split("\n");
      if (record === undefined || lines.length > mostLines) continue;
      const text = lines.flatMap((line) => mark(line, clock.now())).join("");
      if (text === "") continue;
      const entry = { PartitionKey: record.PartitionKey, Data: Buffer.from(text) };
      while (kinesis.putRecords({ StreamName: streamName, Records: [entry] }).FailedRecordCount > 0) {
        await sleep(clock, 500);
      }
      // Two replays of one event have two times.
      await sleep(clock, 1);
    }
  }
}

/** The event as it was, but for the mark: nothing when it is none, or marked already. */
function mark(line: string, nowMs: number): string[] {
  if (readRawEvent(line) === undefined || line.includes('"replayedat"')) return [];
  const end = line.lastIndexOf("}");
  return [`${line.slice(0, end)},"replayedat":"${new Date(nowMs).toISOString()}"}\n`];
}

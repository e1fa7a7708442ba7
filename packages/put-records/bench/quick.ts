/**
 * The quick form of the contest: processor time of put-records to that of the floor, and with throttling to without.
 */
import { median, printQuickForm } from "@millrace/paired-bench";
import { Contest } from "./contest.ts";

const RECORDS = 10_000;
const ROUNDS = 7;
const UNCOUNTED = 2;

const contest = await Contest.open(["floor", "put-records"], RECORDS);
const toFloor: number[] = [];
const throttledToClean: number[] = [];
for (let round = 0; round < UNCOUNTED + ROUNDS; round += 1) {
  const floor = await contest.lap("floor", "clean");
  const clean = await contest.lap("put-records", "clean");
  const throttled = await contest.lap("put-records", "throttle-10");
  for (const { lost, duplicated } of [clean, throttled]) {
    if (lost + duplicated > 0) throw new Error(`put-records lost ${lost} records and doubled ${duplicated} in a lap`);
  }
  if (round < UNCOUNTED) continue;
  toFloor.push(clean.cpu / floor.cpu);
  throttledToClean.push(throttled.cpu / clean.cpu);
}
contest.close();
printQuickForm({
  ratios: {
    "clean, to the SDK with perfect batches": median(toFloor),
    "a tenth throttled, to clean": median(throttledToClean),
  },
  leavesOut: "the other contestants, other scenarios, goodput, and a stream that stalls",
});

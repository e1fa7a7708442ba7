import { beforeAll, describe, expect, test } from "@jest/globals";
import type { KindName } from "@millrace/destinations/kinds";
import { type Death, GIVEN, type IsolationRun, NAMED, runIsolation } from "../support/isolation-world.ts";

/** Figures of each run, printed once: what the README quotes. */
const figures: Record<string, object> = {};

let calm: IsolationRun;

beforeAll(async () => {
  calm = await runIsolation(undefined, 10);
  figures["none dead"] = summary(calm);
});

function summary({ sent, p99OfOthersMs, undelivered, callsToDead, failedBatches, redriven }: IsolationRun): object {
  return { sent, p99OfOthersMs, undelivered, callsToDead, failedBatches, redelivered: redriven.delivered };
}

const all = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index)).sort();

const deaths: [KindName, Death, number][] = [
  ["kinesis", "throttles", 60],
  ["kinesis", "silent", 20],
  ["kinesis", "missing", 10],
  ["kinesis", "denied", 10],
  ["sqs", "throttles", 20],
  ["sqs", "silent", 10],
  ["sqs", "missing", 10],
  ["eventbridge", "throttles", 10],
  ["eventbridge", "denied", 10],
];

describe.each(deaths)("one of ten destinations (%s) %s for %d minutes", (kind, death, minutes) => {
  let run: IsolationRun;

  beforeAll(async () => {
    run = await runIsolation(death, minutes, kind);
    figures[`${kind} ${death}`] = summary(run);
  });

  test("the others get every event once, as fast as without it", () => {
    for (const { ids } of run.others) expect([...ids].sort()).toEqual(all(run.sent));
    expect(run.p99OfOthersMs).toBeLessThanOrEqual(calm.p99OfOthersMs + 50);
  });

  test("no batch is repeated because of it", () => {
    expect(run.failedBatches).toBe(0);
  });

  test("its undelivered events are in its own folder and take nobody's capacity", () => {
    expect(run.undeliveredElsewhere).toBe(0);
  });

  test("it is left alone but for a try now and then", () => {
    // Two calls to learn it, then one try a minute or less often; put-records may repeat within a try's half second.
    expect(run.callsToDead).toBeLessThan(600);
  });

  test("after its recovery and a redrive it has exactly its events, none twice", () => {
    expect(run.undelivered).toBeGreaterThan(minutes * 75);
    expect(run.redriven.failed).toBe(0);
    expect([...run.dead.ids].sort()).toEqual(all(run.sent));
  });

  test("every copy has the names that its routes give, at once and put back; those of others keep theirs", () => {
    expect([...run.dead.enrichments]).toEqual([NAMED]);
    for (const { enrichments } of run.others) expect([...enrichments]).toEqual([GIVEN]);
  });
});

test("the figures of the runs", () => {
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  expect(Object.keys(figures)).toHaveLength(deaths.length + 1);
});

import { describe, expect, test } from "@jest/globals";
import { createRandom, Faults, Kinesis, Trace, VirtualClock } from "@millrace/aws-simulator";
import { linesOfData } from "@millrace/packed-records";
import { environments } from "../../src/environments.ts";
import { Confirmations } from "../../src/observe/confirmations.ts";
import { Deliveries } from "../../src/observe/deliveries.ts";
import { identity, loadResources } from "../../src/resources.ts";
import { Pipeline } from "../../src/schedule/pipeline.ts";
import type { SchedulePlan } from "../../src/schedule/plan.ts";
import { quietPlan } from "../../src/inputs/quiet-pipeline.ts";

const resources = loadResources();
const event = (id: number, nowMs: number) => {
  const time = new Date(nowMs).toISOString();
  const own = { specversion: "1.0", id: `e-${id}`, source: "https://shop.example/web", type: "custom.event" };
  return `${JSON.stringify({ ...own, time, receivedat: time, tenantid: "shop", data: { name: "x" } })}\n`;
};

const linesOf = (data: Uint8Array) => linesOfData(data).toString().trim().split("\n");

/**
 * Sends ten events a second of one key, and a record of 340,000 lines between them. @returns the age of each when
 * enriched
 */
async function agesAround(poison: string | undefined, environment: SchedulePlan["environment"]) {
  const clock = new VirtualClock({ random: createRandom("poison/clock") });
  const kinesis = new Kinesis({ ...identity, clock });
  const pipeline = await Pipeline.create({
    ...{ plan: quietPlan(environment), clock, kinesis, resources, trace: new Trace({ clock }) },
    faults: new Faults({ seed: "poison", rates: {} }),
    confirmations: new Confirmations(clock),
    deliveries: new Deliveries(),
  });
  const { raw, enriched, badRows } = pipeline.places;
  const put = async (text: string) => {
    const Records = [{ PartitionKey: "visitor", Data: Buffer.from(text) }];
    while (kinesis.putRecords({ StreamName: raw, Records }).FailedRecordCount > 0) await clock.sleep(100);
  };
  const sentAtMs: number[] = [];
  async function run() {
    await pipeline.start();
    for (let id = 0; id < 200; id += 1) {
      if (id === 50 && poison !== undefined) await put(poison);
      sentAtMs.push(clock.now());
      await put(event(id, clock.now()));
      await clock.sleep(100);
    }
    await pipeline.drain();
  }
  await clock.run(run(), { limitMs: 3_600_000 });
  const ages = kinesis.recordsOf(enriched).flatMap(({ record }) =>
    linesOf(record.Data).map((line) => {
      const { id } = (JSON.parse(line) as { event: { id: string } }).event;
      return record.ApproximateArrivalTimestamp.getTime() - (sentAtMs[Number(id.slice(2))] ?? 0);
    }),
  );
  const rows = kinesis
    .recordsOf(badRows)
    .flatMap(({ record }) => linesOf(record.Data))
    .map((line) => JSON.parse(line) as { failure: { kind: string }; origin: { lines: number } });
  return { ages, rows };
}

describe.each(environments)("a record of 340,000 lines, with the settings of %s", (environment) => {
  test("delays the events of its key by seconds, and is kept whole in bad rows", async () => {
    const without = await agesAround(undefined, environment);
    const { ages, rows } = await agesAround("{}\n".repeat(340_000), environment);
    expect(ages).toHaveLength(200);
    expect(rows.every(({ failure }) => failure.kind === "too-many-lines")).toBe(true);
    expect(rows.reduce((sum, { origin }) => sum + origin.lines, 0)).toBe(340_000);
    expect(Math.max(...ages)).toBeLessThan(Math.max(...without.ages) + 5_000);
  });
});

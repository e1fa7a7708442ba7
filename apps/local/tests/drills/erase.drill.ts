/** Three people in every store of the running pipeline, one of them erased. Needs `pnpm synth` before. */
import { afterEach, expect, test } from "@jest/globals";
import { runEraseDrill } from "../erase/run-erase-drill.ts";
import { killPipelines } from "../integration/run-pipeline.ts";

afterEach(killPipelines);

test("an erasure that is killed and goes on takes one person out of every store, and leaves the others whole", async () => {
  const { before, after, atRest, problems, objects, copies, rows, swept } = await runEraseDrill();
  expect(problems).toEqual([]);
  for (const found of Object.values(before)) {
    expect(found).toMatchObject({ lake: 4, "bad rows": 1, "dead letters": 1, warehouse: 5, "raw stream": 5 });
    expect(found["undelivered"]).toBeGreaterThan(0);
  }
  const gone = { lake: 0, undelivered: 0, "bad rows": 0, "dead letters": 0, warehouse: 0 };
  expect(after["ada"]).toMatchObject(gone);
  expect(atRest).toMatchObject(gone);
  // All that was erased is accounted for, whatever the kills.
  expect(copies).toBeGreaterThanOrEqual(7);
  expect(objects).toBeGreaterThan(0);
  expect(rows).toBeGreaterThanOrEqual(5);
  expect(swept).toBeGreaterThan(0);
}, 300_000);

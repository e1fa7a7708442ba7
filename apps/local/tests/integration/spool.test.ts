/** The spool, up to the view. `pnpm --filter @millrace/local spool-drill` is the same for a minute. */
import { afterEach, expect, test } from "@jest/globals";
import { runSpoolDrill } from "../spool/run-spool-drill.ts";
import { killPipelines } from "./run-pipeline.ts";

afterEach(killPipelines);

test("what was confirmed while Kinesis was away, before and after kill -9, is in the view, once", async () => {
  const result = await runSpoolDrill({ ratePerSecond: 100, outageMs: 3_000, calmMs: 300, putTimeoutMs: 300 });
  expect(result.confirmedInOutage).toBeGreaterThan(50);
  expect(result.spooledBytes).toBeGreaterThan(0);
  expect(result).toMatchObject({ lost: 0, doubledInView: 0 });
}, 120_000);

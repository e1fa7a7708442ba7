/**
 * State after kill -9 of everything at once, under load. `pnpm --filter @millrace/local kills` does it to each process,
 * at random moments.
 */
import { afterEach, expect, test } from "@jest/globals";
import { runKill } from "../kills/run-kill.ts";
import { killPipelines } from "./run-pipeline.ts";

afterEach(killPipelines);

test("L1: everything that was confirmed before kill -9 of all processes is in the view after the next start, once", async () => {
  const { accepted, inView, doubledInView, problems } = await runKill({
    victim: "all",
    ratePerSecond: 250,
    killAfterMs: 1_500,
    sendMs: 2_000,
  });
  expect(problems).toEqual([]);
  expect(accepted).toBeGreaterThan(100);
  expect({ inView, doubledInView }).toEqual({ inView: accepted, doubledInView: 0 });
}, 120_000);

/** Events that ingest accepts arrive by the rule of docs/data.md, in every place. Needs `pnpm synth` before. */
import { afterEach, expect, test } from "@jest/globals";
import { oddEvents } from "@millrace/truth";
import { stateFolders } from "../../src/runtime/folders.ts";
import { controlUrl, killPipelines, runPipeline, waitFor } from "./run-pipeline.ts";
import { runTruth } from "../truth/run-truth.ts";

afterEach(killPipelines);

test("events of odd JSON arrive everywhere, with their digits, and tell of what was repaired", async () => {
  const run = runPipeline(["--rate", "0"]);
  const ingestUrl = await waitFor(run, "the greeting", async () => /Events\s+(http:\S+)/.exec(run.output())?.[1]);
  const writeKey = /Write key (\S+)/.exec(run.output())?.[1] ?? "";
  const target = {
    ...{ ingestUrl, writeKey, controlUrl: await controlUrl(run) },
    objectsFolder: stateFolders(run.stateFolder).objects,
  };
  const report = await runTruth(target, "truth", oddEvents(400, 11), 60_000);
  const everywhere = { "landing table": 400, EVENTS: 400, "typed view": 400, destination: 400, S3: 400 };
  expect(report).toMatchObject({ sent: 400, places: everywhere, refusedLines: 0, faults: [] });
  expect(report.repaired).toBeGreaterThan(50);
  run.child.kill("SIGINT");
  expect((await run.ended).code).toBe(0);
}, 180_000);

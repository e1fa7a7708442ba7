/** What ingest accepts arrives by the rule of docs/data.md. Needs `pnpm synth` before. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { controlUrl, killPipelines, queryWarehouse, runPipeline, waitFor } from "./run-pipeline.ts";
import { oddEvents } from "../truth/odd-json.ts";
import { differenceOf, expectedTree, readTree } from "../truth/rule.ts";
import { runTruth } from "../truth/run-truth.ts";

afterEach(killPipelines);

describe("events of odd JSON", () => {
  test("arrive in the landing table and in the view, with their digits, and tell of what was repaired", async () => {
    const run = runPipeline(["--rate", "0"]);
    const control = await controlUrl(run);
    const ingestUrl = await waitFor(run, "the greeting", async () => /Events\s+(http:\S+)/.exec(run.output())?.[1]);
    const writeKey = /Write key (\S+)/.exec(run.output())?.[1] ?? "";
    const target = { ingestUrl, writeKey, query: (sql: string) => queryWarehouse(control, sql) };
    const report = await runTruth(target, "truth", oddEvents(400, 11), 60_000);
    expect(report).toMatchObject({ sent: 400, landed: 400, inView: 400, refusedLines: 0, faults: [] });
    expect(report.repaired).toBeGreaterThan(50);
    run.child.kill("SIGINT");
    expect((await run.ended).code).toBe(0);
  }, 180_000);

  test.each([
    ["a number written anew", '{"a":9007199254740993}', '{"a":9007199254740992}'],
    ["a sign that is lost", '{"a":-0}', '{"a":0}'],
    ["a number that became null", '{"a":1e400}', '{"a":null}'],
    ["half a character that was dropped", '{"a":"x\\ud83d"}', '{"a":"x"}'],
    ["a name that was lost", '{"a\\ud83d":1,"a\\ud83c":2}', '{"a\ufffd":2}'],
    ["the first of two values", '{"a":1,"a":2}', '{"a":1}'],
  ])("would be noticed with %s", (_, sent, arrived) => {
    const { tree } = expectedTree(readTree(sent));
    expect(differenceOf(tree, readTree(arrived))).toBeDefined();
    expect(differenceOf(tree, tree)).toBeUndefined();
  });
});

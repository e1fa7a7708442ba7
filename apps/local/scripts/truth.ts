/**
 * `pnpm --filter @millrace/local truth`: sends events of odd JSON through the running pipeline and compares what
 * arrives.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { oddEvents } from "@millrace/truth";
import { runTruth } from "../tests/truth/run-truth.ts";
import { findRun } from "../src/control/run-file.ts";
import { defaultStateFolder, stateFolders } from "../src/runtime/folders.ts";

const { values } = parseArgs({
  options: { events: { type: "string" }, seed: { type: "string" }, key: { type: "string" }, state: { type: "string" } },
});
if (values.key === undefined) {
  console.error(
    "Usage: truth --key <write key that `pnpm start` prints> [--events 100000] [--seed 1] [--state <folder>]",
  );
  process.exit(2);
}
const folders = stateFolders(resolve(values.state ?? defaultStateFolder));
const { ingestUrl, controlUrl } = await findRun(folders);
const url = ingestUrl.endsWith("/v1/events") ? ingestUrl : `${ingestUrl}/v1/events`;
const target = { ingestUrl: url, writeKey: values.key, controlUrl, objectsFolder: folders.objects };
const seed = Number(values.seed ?? 1);
const events = oddEvents(Number(values.events ?? 100_000), seed);
const report = await runTruth(target, `truth${Date.now()}`, events, 60_000);
console.log(JSON.stringify({ seed, ...report }, undefined, 2));
process.exitCode = report.faultCount === 0 ? 0 : 1;

/** Runs the official JSON Schema Test Suite through the check and the generated validators, and tells of every case. */
import { deviations } from "../src/conformance/deviations.ts";
import { runSuite } from "../src/conformance/run-suite.ts";

let faults = 0;
for (const draft of ["2020-12", "draft-07"] as const) {
  const { cases, right, refused, listed, silent, stale } = await runSuite(draft);
  const sum = [...refused.values()].reduce((total, count) => total + count, 0);
  console.log(`${draft}: ${cases} cases, ${right} right, ${sum} refused, ${listed} listed, ${silent.length} silent`);
  for (const [rule, count] of refused) console.log(`  refused by ${rule}: ${count}`);
  for (const name of silent) console.log(`  SILENT ${name}`);
  for (const name of stale) console.log(`  listed, but right: ${name}`);
  faults += silent.length + stale.length;
}
for (const { cases, reason } of deviations) console.log(`listed: ${cases}…: ${reason}`);
process.exitCode = faults === 0 ? 0 : 1;

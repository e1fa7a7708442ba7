/**
 * `pnpm --filter @millrace/local spool-drill`: takes Kinesis away from an event service with a spool, kills the service
 * in the middle, and counts what is in the view. Exits 1 when an event that was confirmed is missing or there twice.
 */
import { parseArgs } from "node:util";
import { runSpoolDrill } from "../tests/spool/run-spool-drill.ts";

const { values } = parseArgs({
  options: { outage: { type: "string", default: "60" }, rate: { type: "string", default: "200" } },
});
const outageMs = Number(values.outage) * 1_000;
const result = await runSpoolDrill({ ratePerSecond: Number(values.rate), outageMs, calmMs: 3_000 });
console.log(JSON.stringify({ outageMs, isKilled: true, ...result }, undefined, 2));
process.exitCode = result.lost === 0 && result.doubledInView === 0 ? 0 : 1;

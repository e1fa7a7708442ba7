/**
 * `pnpm --filter @millrace/local kills`: kills every process of the pipeline at random moments under load and counts
 * what is there.
 */
import { parseArgs } from "node:util";
import { createRandom } from "@millrace/aws-simulator/random";
import { formatTable } from "../src/report/format-table.ts";
import { type KillResult, runKill, type Victim } from "../tests/kills/run-kill.ts";

const victims: readonly Victim[] = ["parent", "ingest", "enrichment", "router", "all"];
const { values } = parseArgs({
  options: {
    times: { type: "string", default: "10" },
    rate: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const sendMs = 6_000;
const earliestMs = 500;
const random = createRandom(Number(values.seed));

const results: KillResult[] = [];
for (const victim of victims.filter((each) => values.only === undefined || each === values.only)) {
  for (let time = 0; time < Number(values.times); time += 1) {
    const killAfterMs = Math.floor(earliestMs + random() * (sendMs - 2 * earliestMs));
    const result = await runKill({ victim, ratePerSecond: Number(values.rate), killAfterMs, sendMs });
    results.push(result);
    const { problems, ...figures } = result;
    console.log(JSON.stringify(figures));
    for (const problem of problems) console.error(problem);
  }
}
const rows = victims.flatMap((victim) => {
  const own = results.filter((result) => result.victim === victim);
  const sum = (name: "accepted" | "inView" | "doubledInStreams" | "doubledInView"): number =>
    own.reduce((total, result) => total + result[name], 0);
  if (own.length === 0) return [];
  return [
    {
      killed: victim,
      times: own.length,
      accepted: sum("accepted"),
      "in the view": sum("inView"),
      "doubled in streams": sum("doubledInStreams"),
      "doubled in the view": sum("doubledInView"),
    },
  ];
});
console.log(formatTable(rows));
const isWhole = results.every(
  ({ accepted, inView, doubledInView, problems }) =>
    inView === accepted && doubledInView === 0 && problems.length === 0,
);
process.exitCode = isWhole ? 0 : 1;

/**
 * `pnpm --filter @millrace/local bench:speed`: runs `start` at several rates and prints what each took: events accepted
 * and throttled, ages by hop, CPU and memory by process. Needs Linux, whose /proc it reads, and a built repository.
 */
import { parseArgs } from "node:util";
import { formatTable } from "../src/report/format-table.ts";
import { repositoryRoot } from "../src/runtime/folders.ts";
import { hops, type RateResult, runRate } from "./run-rate.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    rates: { type: "string", default: "1000,2500,5000" },
    seconds: { type: "string", default: "20" },
    repository: { type: "string", default: repositoryRoot },
    node: { type: "string", multiple: true, default: [] },
  },
});

/** Characters of a run's output that are shown when something went wrong in it. */
const shownOutput = 4_000;

const milliseconds = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : String(Math.round(value));

function rateRow({ rate, report, acceptingSeconds, uses, exitCode }: RateResult): Record<string, unknown> {
  if (report === undefined) return { rate, accepted: `no report, exit code ${exitCode ?? "none"}` };
  const { accepted, lost, duplicated, throttled, latencyMs } = report;
  const ages = hops.map((hop): readonly [string, string] => [
    `${hop} p50/p99`,
    `${milliseconds(latencyMs[hop]?.p50)}/${milliseconds(latencyMs[hop]?.p99)}`,
  ]);
  const cpuSeconds = uses.reduce((sum, use) => sum + use.cpuSeconds, 0);
  return {
    rate,
    accepted,
    "accepted/s": Math.round(accepted / acceptingSeconds),
    throttled: throttled === undefined ? "–" : Object.values(throttled).reduce((sum, count) => sum + count, 0),
    ...Object.fromEntries(ages),
    "CPU µs an event": Math.round((cpuSeconds / accepted) * 1e6),
    lost,
    doubled: duplicated,
  };
}

function processRows({ report, uses, rate }: RateResult): Record<string, unknown>[] {
  return [...uses]
    .sort((left, right) => right.cpuSeconds - left.cpuSeconds)
    .map(({ name, processes, cpuSeconds, peakMemoryMb }) => ({
      rate,
      process: name,
      count: processes,
      "CPU µs an event": Math.round((cpuSeconds / (report?.accepted ?? Number.NaN)) * 1e6),
      "peak MB": Math.round(peakMemoryMb),
    }));
}

const results: RateResult[] = [];
for (const rate of values.rates.split(",").map(Number)) {
  const result = await runRate({
    repository: values.repository,
    rate,
    events: rate * Number(values.seconds),
    nodeArguments: values.node,
  });
  if (result.report === undefined || result.report.problems.length > 0) console.log(result.output.slice(-shownOutput));
  results.push(result);
}
console.log(`Ages in ms from POST; ${values.seconds} s a rate; ${values.repository}\n`);
console.log(formatTable(results.map(rateRow)));
console.log(`\n${formatTable(results.flatMap(processRows))}`);

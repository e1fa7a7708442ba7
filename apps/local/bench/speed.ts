/**
 * `pnpm --filter @millrace/local bench:speed`: runs `start` at several rates and prints what each took: events accepted
 * and throttled, ages by hop, CPU and memory by process. The first seconds, in which code is compiled and queues build
 * up, are left out of the ages and of the second column of CPU. Needs Linux, whose /proc it reads, and a built
 * repository.
 */
import { parseArgs } from "node:util";
import { formatTable } from "../src/report/format-table.ts";
import { repositoryRoot } from "../src/runtime/folders.ts";
import { hops, type RateResult, runRate } from "./run-rate.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    rates: { type: "string", default: "1000,2500,5000" },
    seconds: { type: "string", default: "30" },
    "warm-up": { type: "string", default: "10" },
    repository: { type: "string", default: repositoryRoot },
    node: { type: "string", multiple: true, default: [] },
  },
});

/** Characters of a run's output that are shown when something went wrong in it. */
const shownOutput = 4_000;

const milliseconds = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : String(Math.round(value));

const warmUpSeconds = Number(values["warm-up"]);

const microseconds = (cpuSeconds: number, events: number): number => Math.round((cpuSeconds / events) * 1e6);

function rateRow({ rate, report, accepting, uses, warmCpuSeconds, exitCode }: RateResult): Record<string, unknown> {
  if (report === undefined) return { rate, accepted: `no report, exit code ${exitCode ?? "none"}` };
  const { accepted, lost, duplicated, throttled, latencyMs } = report;
  const ages = hops.map((hop): readonly [string, string] => [
    `${hop} p50/p99`,
    `${milliseconds(latencyMs[hop]?.p50)}/${milliseconds(latencyMs[hop]?.p99)}`,
  ]);
  const cpuSeconds = uses.reduce((sum, use) => sum + use.cpuSeconds, 0);
  const acceptingSeconds = (accepting.lastMs - accepting.firstMs) / 1_000;
  const warmSeconds = [...warmCpuSeconds.values()].reduce((sum, seconds) => sum + seconds, 0);
  return {
    rate,
    accepted,
    "accepted/s": Math.round(accepted / acceptingSeconds),
    throttled: throttled === undefined ? "–" : Object.values(throttled).reduce((sum, count) => sum + count, 0),
    ...Object.fromEntries(ages),
    "CPU µs an event": microseconds(cpuSeconds, accepted),
    "when warm": microseconds(warmSeconds, accepting.warmEvents),
    lost,
    doubled: duplicated,
  };
}

function processRows({ report, uses, rate, accepting, warmCpuSeconds }: RateResult): Record<string, unknown>[] {
  return [...uses]
    .sort((left, right) => right.cpuSeconds - left.cpuSeconds)
    .map(({ name, processes, cpuSeconds, peakMemoryMb }) => ({
      rate,
      process: name,
      count: processes,
      "CPU µs an event": microseconds(cpuSeconds, report?.accepted ?? Number.NaN),
      "when warm": microseconds(warmCpuSeconds.get(name) ?? 0, accepting.warmEvents),
      "peak MB": Math.round(peakMemoryMb),
    }));
}

const results: RateResult[] = [];
for (const rate of values.rates.split(",").map(Number)) {
  const result = await runRate({
    repository: values.repository,
    rate,
    events: rate * Number(values.seconds),
    warmUpSeconds,
    nodeArguments: values.node,
  });
  if (result.report === undefined || result.report.problems.length > 0) console.log(result.output.slice(-shownOutput));
  results.push(result);
}
console.log(
  `Ages in ms from POST, after ${warmUpSeconds} s of warm-up; ${values.seconds} s a rate; ${values.repository}\n`,
);
console.log(formatTable(results.map(rateRow)));
console.log(`\n${formatTable(results.flatMap(processRows))}`);

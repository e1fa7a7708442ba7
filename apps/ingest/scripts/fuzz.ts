import { parseArgs } from "node:util";
import { fuzzTargets } from "../tests/support/fuzz-seeds.ts";
import { fuzzService } from "../tests/support/fuzz-service.ts";

/**
 * `pnpm fuzz [--target segment] [--requests 10000] [--seed 1]`: exits 1 when an answer or a stored line is not as
 * documented. Without a target, each gets as many requests.
 */
const { values } = parseArgs({
  options: {
    target: { type: "string" },
    requests: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
  },
});

let faults = 0;
for (const target of fuzzTargets.filter((name) => values.target === undefined || name === values.target)) {
  const startedMs = performance.now();
  const report = await fuzzService({ target, requests: Number(values.requests), seed: Number(values.seed) });
  faults += report.faults.length;
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(
    `${target}: ${report.requests} mutated requests in ${((performance.now() - startedMs) / 1000).toFixed(1)} s, ` +
      `${report.faults.length} faults, seed ${report.seed}\n`,
  );
}
process.exitCode = faults === 0 ? 0 : 1;

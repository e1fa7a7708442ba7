import { parseArgs } from "node:util";
import { fuzzService } from "../tests/support/fuzz-service.ts";

/** `pnpm fuzz [--requests 10000] [--seed 1]`: exits 1 when an answer or a stored line is not as documented. */
const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
  },
});

const startedMs = performance.now();
const report = await fuzzService({ requests: Number(values.requests), seed: Number(values.seed) });
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(
  `${report.requests} mutated requests in ${((performance.now() - startedMs) / 1000).toFixed(1)} s, ` +
    `${report.faults.length} faults, seed ${report.seed}\n`,
);
process.exitCode = report.faults.length === 0 ? 0 : 1;

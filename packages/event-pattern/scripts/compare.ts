import { parseArgs } from "node:util";
import { compare } from "../tests/support/compare.ts";

/** `pnpm compare --pairs 1000000 --seed 1`: the property test at whatever length. */
const { values } = parseArgs({ options: { pairs: { type: "string" }, seed: { type: "string" } } });
const started = performance.now();
const result = compare(Number(values.pairs ?? 1_000_000), Number(values.seed ?? 1));
console.log(JSON.stringify({ ...result, seconds: Math.round(performance.now() - started) / 1_000 }, null, 2));
process.exitCode = result.difference === undefined ? 0 : 1;

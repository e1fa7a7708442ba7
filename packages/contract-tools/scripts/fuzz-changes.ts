/**
 * Tries seeded changes of contracts, each with an event that the older version takes and the newer one refuses, and
 * tells whether one was called compatible: `--pairs 1000 --seed 1`.
 */
import { parseArgs } from "node:util";
import { fuzzChanges } from "../tests/support/changed-contracts.ts";

const { values } = parseArgs({
  options: { pairs: { type: "string", default: "1000" }, seed: { type: "string", default: "1" } },
});
const seed = Number(values.seed);
const { pairs, witnessed, falseCompatible } = fuzzChanges({ seed, witnessed: Number(values.pairs) });
console.log(`seed ${seed}: ${pairs} changes, ${witnessed} with a witness, ${falseCompatible.length} told compatible`);
for (const each of falseCompatible) console.log(each);
process.exitCode = falseCompatible.length === 0 ? 0 : 1;

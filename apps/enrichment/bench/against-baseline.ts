/**
 * Compares candidates with those of another checkout: `pnpm bench:baseline <its apps/enrichment>`, `--sets 5`,
 * `--only handler`, `--json`. Three processes take turns: ours, the baseline's, and the baseline's once more. The last
 * is the control: its ratio would be 1 if two processes of the same code were alike. They are not (which functions get
 * compiled when is chance), so each set has new processes; a ratio is the median over the sets, between the least and
 * the greatest.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Comparison, median } from "@millrace/paired-bench";
import { compareProcesses } from "./measure.ts";

const { values, positionals } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    sets: { type: "string", default: "5" },
    only: { type: "string", multiple: true },
  },
  allowPositionals: true,
});
const [baseline] = positionals;
if (baseline === undefined) throw new Error("Usage: pnpm bench:baseline <apps/enrichment of another checkout, built>");
const app = resolve(baseline);

const events = 10_000;
/** Of each process, until it no longer gets faster. Each of a thousand types sees ten events in a round. */
const warmUps: Readonly<Record<string, number>> = {
  record: 12,
  handler: 12,
  "1000 contracts, 10 in use": 12,
  "1000 contracts, all in use": 60,
};
const rounds = 15;

interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/** CPU time of an event in microseconds, and ratios to the baseline's. */
interface ComparedCandidate {
  readonly candidate: string;
  readonly micros: number;
  readonly baselineMicros: number;
  readonly ratio: Spread;
  readonly control: Spread;
}

function spreadOf(ratios: readonly number[]): Spread {
  const rounded = (ratio: number) => Number(ratio.toFixed(3));
  return {
    median: rounded(median(ratios)),
    least: rounded(Math.min(...ratios)),
    greatest: rounded(Math.max(...ratios)),
  };
}

async function compare(candidate: string): Promise<ComparedCandidate> {
  const subjects = { ours: { candidate }, baseline: { candidate, app }, control: { candidate, app } };
  const options = { events, rounds, warmUps: warmUps[candidate] ?? 0 };
  const sets: Comparison<keyof typeof subjects>[] = [];
  for (let set = 0; set < Number(values.sets); set += 1) {
    sets.push(await compareProcesses(subjects, "baseline", options));
  }
  const microsOf = (name: keyof typeof subjects) =>
    Number((median(sets.map(({ micros }) => micros[name])) / events).toFixed(2));
  return {
    candidate,
    micros: microsOf("ours"),
    baselineMicros: microsOf("baseline"),
    ratio: spreadOf(sets.map(({ ratios }) => ratios.ours)),
    control: spreadOf(sets.map(({ ratios }) => ratios.control)),
  };
}

const describe = ({ median, least, greatest }: Spread) => `${median} (${least}…${greatest})`;
const compared: ComparedCandidate[] = [];
for (const candidate of values.only ?? Object.keys(warmUps)) {
  const result = await compare(candidate);
  compared.push(result);
  if (values.json) continue;
  const { micros, baselineMicros, ratio, control } = result;
  console.log(
    `${candidate}: ${micros} µs an event, baseline ${baselineMicros} µs; ${describe(ratio)} × the baseline; ` +
      `control ${describe(control)}`,
  );
}
if (values.json) console.log(JSON.stringify({ node: process.version, sets: Number(values.sets), compared }));

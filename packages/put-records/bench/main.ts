/**
 * How put-records compares: `pnpm --filter @millrace/put-records bench [--json] [--runs 4] [--records 100000] [--only
 * floor,put-records] [--scenarios clean]`. Every contestant has one process for all its laps. Laps of different
 * contestants take turns, so that a busy machine is busy for all; a figure is the median over a contestant's laps, a
 * ratio the median of the ratios of laps next to each other. `--runs` is how often everybody has a turn; the two whose
 * ratio is a goal have {@link GOAL_LAPS} laps in each.
 */
import { parseArgs } from "node:util";
import { type ContestantName, contestants } from "./contestants.ts";
import { Contest } from "./contest.ts";
import { checkGoals, type Row, toRows } from "./figures.ts";
import { RECORD_BYTES, type ScenarioName, scenarios } from "./workload.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    runs: { type: "string", default: "4" },
    records: { type: "string", default: "100000" },
    only: { type: "string", default: Object.keys(contestants).join(",") },
    scenarios: { type: "string", default: Object.keys(scenarios).join(",") },
  },
});

function listOf<T extends string>(option: string, given: string, known: Readonly<Record<T, unknown>>): T[] {
  return given.split(",").map((name) => {
    if (name in known) return name as T;
    throw new Error(`Expected --${option} to be some of ${Object.keys(known).join(", ")}, got ${name}.`);
  });
}

function countOf(option: string, given: string): number {
  const count = Number(given);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`Expected --${option} to be a number from 1 up, got ${given}.`);
}

const runs = countOf("runs", values.runs);
const records = countOf("records", values.records);
const names: readonly ContestantName[] = listOf("only", values.only, contestants);
const scenarioNames: readonly ScenarioName[] = listOf("scenarios", values.scenarios, scenarios);

const GOAL_LAPS = 3;
const lapsOf = (name: ContestantName) => (name === "floor" || name === "put-records" ? GOAL_LAPS : 1);

const startedAt = performance.now();
const contest = await Contest.open(names, records);
for (let run = 0; run < runs; run++) {
  for (let lap = 0; lap < GOAL_LAPS; lap++) {
    const turn = names.filter((name) => lap < lapsOf(name));
    // The first of a turn is not always the same.
    if (lap % 2 === 1) turn.reverse();
    for (const scenario of scenarioNames) {
      for (const name of turn) {
        const { goodput, cpu } = await contest.lap(name, scenario);
        if (values.json) continue;
        const figures = `${Math.round(goodput)} records/s, ${cpu.toFixed(2)} ms CPU per 1,000`;
        process.stderr.write(`${run + 1}/${runs} ${scenario} ${name}: ${figures}\n`);
      }
    }
  }
}
const stall = await contest.stall();
contest.close();

const rows = toRows(names, scenarioNames, contest);
const goals = checkGoals(rows, stall);
const round = (value: number, digits: number) => Number(value.toFixed(digits));

if (values.json) {
  const rounded = (row: object) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === "number" ? round(value, 3) : (value as unknown),
      ]),
    );
  const setting = { node: process.version, recordBytes: RECORD_BYTES, records, runs, goalLaps: GOAL_LAPS };
  const seconds = round((performance.now() - startedAt) / 1000, 0);
  const document = { ...setting, seconds, goals: goals.map(rounded), rows: rows.map(rounded), stall: rounded(stall) };
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
} else {
  console.table(rows.map(toLine));
  console.table(
    goals.map(({ goal, measured, isMet }) => ({ goal, measured: round(measured, 3), met: isMet ? "yes" : "NO" })),
  );
}

function toLine(row: Row): object {
  return {
    scenario: scenarios[row.scenario].title,
    contestant: row.contestant,
    laps: row.laps,
    "records/s": round(row.goodputPerSecond, 0),
    "to floor": round(row.goodputToFloor, 3),
    "to own clean": round(row.steadyToOwnClean, 3),
    "healthy to own clean": round(row.healthyToOwnClean, 3),
    "cpu ms/1000": round(row.cpuMsPer1000, 2),
    "cpu to floor": round(row.cpuToFloor, 3),
    sent: round(row.sentPerRecord, 2),
    lost: row.lost,
    duplicated: row.duplicated,
    overtaken: row.overtaken,
    "cut off": row.cutOff,
  };
}

import { WrongUsageError } from "@millrace/command-line";
import { readArguments, type SimulateArguments } from "./arguments.ts";
import { inputs, runInputs } from "./inputs/inputs.ts";
import { coverageOf } from "./alarms/coverage.ts";
import type { TroubleOutcome } from "./alarms/run-troubles.ts";
import { troubles } from "./alarms/troubles.ts";
import { runMutants } from "./mutants/run-mutants.ts";
import { runSchedules } from "./processes/schedule-pool.ts";
import { runTroubles } from "./processes/trouble-pool.ts";
import { isClean, renderReport, summarize } from "./report.ts";
import { loadResources } from "./resources.ts";
import { runSchedule, type ScheduleResult } from "./schedule/run-schedule.ts";

async function simulate({ schedules, seed, events, processes, isJson }: SimulateArguments): Promise<boolean> {
  const results: ScheduleResult[] = [];
  const crashes: { seed: number; message: string }[] = [];
  const startedMs = performance.now();
  await runSchedules({
    processes,
    events,
    firstSeed: seed,
    schedules,
    onResponse: (response) => {
      if (response.kind === "result") {
        results.push(response.result);
        return true;
      }
      // The simulation itself failed: it will again.
      crashes.push(response);
      return false;
    },
  });
  const report = summarize(results, crashes, { firstSeed: seed, processes, durationMs: performance.now() - startedMs });
  console.log(isJson ? JSON.stringify(report, null, 2) : renderReport(report));
  return isClean(report);
}

/** Runs one schedule twice; the second time must be the first one again, byte for byte. */
async function showTrace({ seed, events }: SimulateArguments): Promise<boolean> {
  const resources = loadResources();
  const first = await runSchedule({ seed, events, resources, onTraceLine: (line) => console.log(line) });
  const second = await runSchedule({ seed, events, resources });
  for (const { invariant, detail } of first.violations) console.log(`violated ${invariant}: ${detail}`);
  const isSame = first.traceHash === second.traceHash;
  console.log(
    `${first.traceLines} lines, hash ${first.traceHash}, ${isSame ? "twice the same" : `then ${second.traceHash}`}`,
  );
  return isSame && first.violations.length === 0;
}

async function huntMutants({
  mutants,
  seed,
  schedules,
  events,
  processes,
  isJson,
}: SimulateArguments): Promise<boolean> {
  const outcomes = await runMutants({
    only: mutants,
    firstSeed: seed,
    maxSchedules: schedules,
    events,
    processes,
    onOutcome: ({ mutant, invariant, schedules: needed, detail }) => {
      if (isJson) return;
      const verdict = invariant === undefined ? "NOT CAUGHT" : `caught by ${invariant}`;
      console.log(`${mutant.padEnd(28)} ${verdict.padEnd(36)} after ${needed} schedules  ${detail.slice(0, 120)}`);
    },
  });
  const caught = outcomes.filter(({ invariant }) => invariant !== undefined).length;
  if (isJson) console.log(JSON.stringify({ caught, mutants: outcomes }, null, 2));
  else console.log(`${caught} of ${outcomes.length} mutants caught`);
  return outcomes.length > 0 && caught === outcomes.length;
}

/** Prints each input of docs/data.md with its right answer, and what was got where that is another one. */
async function showInputs(): Promise<boolean> {
  const run = await runInputs(loadResources());
  let wrong = 0;
  for (const { name, input, right, got } of inputs) {
    const answer = await got(run);
    if (answer !== right) wrong += 1;
    console.log(`${answer === right ? "ok   " : "WRONG"} ${name.padEnd(4)} ${input}`);
    console.log(`           ${right}`);
    if (answer !== right) console.log(`      got: ${answer}`);
  }
  await run.pipeline.close();
  console.log(`${inputs.length - wrong} of ${inputs.length} inputs have the right answer`);
  return wrong === 0;
}

/**
 * Prints each trouble with the alarms that fired, and what was expected where that is another thing; where all were
 * tried also the alarms that none raised.
 */
async function tryAlarms({ troubles: names, processes }: SimulateArguments): Promise<boolean> {
  const outcomes = await runTroubles(names, processes, ({ name, fired, isAsExpected }) => {
    const told = fired.map(({ alarm, afterMinutes }) => `${alarm} after ${afterMinutes} min`);
    console.log(`${isAsExpected ? "ok   " : "WRONG"} ${name}`);
    console.log(`        ${told.length === 0 ? "no alarm" : told.join(", ")}`);
    const trouble = troubles.find((each) => each.name === name);
    if (isAsExpected || trouble === undefined) return;
    console.log(`        expected: ${trouble.alarms.join(", ")}, the first within ${trouble.withinMinutes} min`);
  });
  const right = outcomes.filter(({ isAsExpected }) => isAsExpected).length;
  console.log(`${right} of ${outcomes.length} troubles raise their alarms and no other`);
  const isWell = right === outcomes.length;
  return names.length < troubles.length ? isWell : showCoverage(outcomes) && isWell;
}

function showCoverage(outcomes: readonly TroubleOutcome[]): boolean {
  const { routes, topologies } = loadResources();
  const { alarms, pipelineStreams } = topologies.prod;
  const prefix = pipelineStreams.raw.replace(/raw$/, "");
  const { tried, untried, faults } = coverageOf(
    alarms.map(({ alarmName }) => alarmName.slice(prefix.length)),
    outcomes,
    routes.destinations.map(({ name }) => name),
  );
  console.log(`${tried.length} of ${alarms.length} alarms of prod are tried, ${untried.length} are not:`);
  for (const { alarm, reason } of untried) console.log(`        ${alarm}: ${reason}`);
  for (const fault of faults) console.log(`WRONG ${fault}`);
  return faults.length === 0;
}

try {
  const given = readArguments(process.argv.slice(2));
  const commands = {
    schedules: simulate,
    trace: showTrace,
    mutants: huntMutants,
    inputs: showInputs,
    alarms: tryAlarms,
  };
  if (given !== undefined) process.exitCode = (await commands[given.command](given)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof WrongUsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

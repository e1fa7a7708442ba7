/** `pnpm drill <name>`: rehearses something that is seldom done, on a pipeline of its own on this machine. */
import { parseArgs } from "node:util";
import { formatTable } from "../src/report/format-table.ts";
import { runEraseDrill } from "../tests/erase/run-erase-drill.ts";
import { runReplayDrill } from "../tests/replay/run-replay-drill.ts";
import { runReplayKills } from "../tests/replay/run-replay-kills.ts";

/** Runs a drill, prints what it saw, and returns what was not as it should be. */
type Drill = (events: number) => Promise<readonly string[]>;

const drills: Readonly<Record<string, Drill>> = { erase, replay, "replay-kills": replayKills };
const minEvents = 10;

async function erase(): Promise<readonly string[]> {
  const { before, after, kills, objects, copies, rows, swept, notices, problems } = await runEraseDrill();
  console.log(
    formatTable(
      Object.keys(before["ada"] ?? {}).map((store) => ({
        store,
        ...Object.fromEntries(
          Object.keys(before).flatMap((name) => [
            [`${name} before`, before[name]?.[store] ?? 0],
            [`${name} after`, after[name]?.[store] ?? 0],
          ]),
        ),
      })),
    ),
  );
  console.log(
    `${copies} copies in ${objects} objects and ${rows} rows erased, through ${kills} kills; ${swept} that a replay brought back, swept; ` +
      `${notices} notices to destinations.`,
  );
  return problems;
}

async function replay(events: number): Promise<readonly string[]> {
  const results = await runReplayDrill({ events, log: (line) => console.log(line) });
  console.log(
    formatTable(
      results.map(({ name, events: of, right, revised, lost, doubled, delivered, seconds }) => ({
        drill: name,
        events: of,
        right,
        revised,
        lost,
        doubled,
        delivered: delivered.first,
        corrections: delivered.corrections,
        "doubled there": delivered.doubled,
        seconds,
      })),
    ),
  );
  return results.flatMap(({ name, events: of, right, lost, doubled, delivered }) => {
    const isWhole = right === of && lost === 0 && doubled === 0 && delivered.doubled === 0;
    return isWhole ? [] : [`${name}: something is lost, doubled or wrong.`];
  });
}

async function replayKills(events: number): Promise<readonly string[]> {
  const log = (line: string): void => console.log(line);
  const { replays, kills, view, repeated, problems } = await runReplayKills({
    ...{ events, log, kills: Number(values.kills), seed: Number(values.seed) },
  });
  console.log(formatTable(replays.map((row) => ({ ...row }))));
  console.log(
    `${kills.replay} kills of the replay, ${kills.pipeline} of the pipeline. View: ${view.rows} rows, ${view.revised} revised, ` +
      `${view.doubled} doubled, ${view.lost} lost. Copies repeated at the destination: ${repeated}, with their revisions.`,
  );
  return problems;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: "string", default: "100" },
    kills: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now()) },
  },
});
const [name = "", ...others] = positionals;
const drill = Object.hasOwn(drills, name) ? drills[name] : undefined;
const events = Number(values.events);
if (drill === undefined || others.length > 0 || !Number.isInteger(events) || events < minEvents) {
  console.error(`Usage: pnpm drill <${Object.keys(drills).join(" | ")}> [--events <n>]`);
  console.error(`  --events   events before, during and after the fault of replay, at least ${minEvents} (100)`);
  console.error("  --kills    times that a replay, or the pipeline below it, is killed in replay-kills (5)");
  console.error("  --seed     of the moments of replay-kills (the time)");
  process.exitCode = 2;
} else {
  const problems = await drill(events);
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? "The drill went as it should." : `${problems.length} problems.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
process.exit();

/** `pnpm drill <name>`: rehearses something that is seldom done, on a pipeline of its own on this machine. */
import { formatTable } from "../src/report/format-table.ts";
import { runEraseDrill } from "../tests/erase/run-erase-drill.ts";

const drills: Readonly<Record<string, () => Promise<readonly string[]>>> = { erase };

/** @returns problems */
async function erase(): Promise<readonly string[]> {
  const { before, after, kills, objects, copies, rows, swept, problems } = await runEraseDrill();
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
    `${copies} copies in ${objects} objects and ${rows} rows erased, through ${kills} kills; ${swept} that a replay brought back, swept.`,
  );
  return problems;
}

const [name = ""] = process.argv.slice(2);
const drill = Object.hasOwn(drills, name) ? drills[name] : undefined;
if (drill === undefined) {
  console.error(`Usage: pnpm drill <${Object.keys(drills).join(" | ")}>`);
  process.exitCode = 2;
} else {
  const problems = await drill();
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? "The drill went as it should." : `${problems.length} problems.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
process.exit();

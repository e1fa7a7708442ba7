import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { invariants } from "../../src/invariants/invariants.ts";
import { mutants } from "../../src/mutants/mutants.ts";

const root = join(import.meta.dirname, "../..");

async function simulate(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const run = promisify(execFile)(
    process.execPath,
    ["--conditions=@millrace/source", join(root, "src/main.ts"), ...words],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
}

describe("pnpm simulate", () => {
  test("runs schedules in processes of their own and reports them as JSON", async () => {
    const { code, stdout } = await simulate("--schedules", "3", "--seed", "5", "--events", "200", "--json");
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { schedulesPerMinute: number };
    expect(report).toMatchObject({ schedules: 3, firstSeed: 5, violations: [], crashes: [] });
    expect(report.schedulesPerMinute).toBeGreaterThan(0);
  });

  test("replays one schedule, twice the same", async () => {
    const { code, stdout } = await simulate("--seed", "3", "--events", "100", "--trace");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^0 schedule seed=3 profile=/);
    expect(stdout.trim().split("\n").at(-1)).toMatch(/^\d+ lines, hash [0-9a-f]{64}, twice the same$/);
  });

  test("says what it expected when it is asked for nonsense", async () => {
    const { code, stderr } = await simulate("--schedules", "none");
    expect(code).toBe(2);
    expect(stderr).toContain("'--schedules <n>' argument 'none' is invalid. Expected a whole number of at least 1.");
  });
});

describe("pnpm simulate mutants", () => {
  test("plants a defect without touching the source, and an invariant notices it", async () => {
    const name = "wrong-checkpoint";
    const file = join(root, "../..", mutants.find((mutant) => mutant.name === name)?.file ?? "");
    const before = readFileSync(file, "utf8");
    const { code, stdout } = await simulate("mutants", name, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ caught: 1, mutants: [{ mutant: name }] });
    // A checkpoint beyond a record that failed loses it at either function.
    expect(["one-in-one-out", "routes-complete"]).toContain(JSON.parse(stdout).mutants[0].invariant);
    expect(code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test("fails when a mutant lives", async () => {
    const { code, stdout } = await simulate("mutants", "hot-shard-fills-memory", "--schedules", "1", "--events", "20");
    expect(stdout).toContain("NOT CAUGHT");
    expect(code).toBe(1);
  });
});

test("the README names every mutant and every invariant", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  for (const { name } of [...mutants, ...invariants]) expect(readme).toContain(`\`${name}\``);
});

/** Commands that take half a minute each: `pnpm drills`. */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import type { LeverReport } from "../../bench/cold-start/levers.ts";

const root = join(import.meta.dirname, "../..");
const node = (...parameters: string[]) => ["--conditions=@millrace/source", ...parameters];

beforeAll(() => void execFileSync(process.execPath, node("scripts/build.ts"), { cwd: root }));

test("`pnpm bench:cold --levers` starts the function with every lever undone, and says what becomes of a code cache", () => {
  const run = spawnSync(process.execPath, node("bench/cold-start.ts", "--levers", "--runs", "1", "--json"), {
    cwd: root,
  });
  expect(run.stderr.toString()).toBe("");
  const { levers, v8Cache } = JSON.parse(run.stdout.toString()) as LeverReport;
  const bytes = new Map(levers.map(({ name, bundleBytes }) => [name, bundleBytes]));
  const larger = ["the SDK's credential chain", "HTTP/2 and event streams", "not minified", "the SDK's `main` files"];
  for (const name of larger) expect(bytes.get(name)).toBeGreaterThan(bytes.get("ours")!);
  expect(levers).toHaveLength(13);
  for (const { loadMs } of levers) expect(loadMs).toBeGreaterThan(0);
  expect(v8Cache).toMatchObject({ isTakenByTheSameNode: true, isTakenWithExposeGc: false });
});

test("`pnpm mutate` loses nothing, doubles nothing and finds no defect", () => {
  const run = spawnSync(
    process.execPath,
    node("--expose-gc", "scripts/mutate.ts", "--records", "2000", "--seed", "11"),
    { cwd: root },
  );
  expect(run.stderr.toString()).toBe("");
  expect(run.status).toBe(0);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { bestOf, isFault, judge, storedRatioOf } from "../../src/baseline.ts";
import { findBenches } from "../../src/find-benches.ts";

const stored = { a: { ratio: 2, band: 0.25 } };

test.each([
  [2.5, "held", false],
  [2.51, "regression", true],
  [1.6, "held", false],
  [1.59, "better", false],
])("a ratio of %d beside a stored 2 with a quarter's band is %s", (measured, outcome, isWrong) => {
  const [verdict] = judge({ a: measured }, stored);
  expect(verdict).toMatchObject({ outcome });
  expect(verdict && isFault(verdict)).toBe(isWrong);
});

test("a ratio that is not stored, and one that is no longer measured, are faults", () => {
  expect(judge({ b: 1 }, stored).map(({ name, outcome }) => [name, outcome])).toEqual([
    ["b", "not stored"],
    ["a", "not measured"],
  ]);
  expect(judge({ b: 1 }, undefined).every(isFault)).toBe(true);
});

test("a repeated run counts by the lower one of each ratio", () => {
  expect(bestOf({ a: 3, b: 1 }, { a: 2, b: 4 })).toEqual({ a: 2, b: 1 });
});

test("a band is twice as wide as the runs were apart, and never narrower than 15 %", () => {
  expect(storedRatioOf([1, 1.01, 1.02], 1.01)).toEqual({ ratio: 1.01, band: 0.15 });
  expect(storedRatioOf([1, 1, 1.2], 1)).toEqual({ ratio: 1, band: 0.4 });
});

test("packages with a bench are found, and run by Node alone", () => {
  const root = mkdtempSync(join(tmpdir(), "benches-"));
  try {
    const add = (folder: string, scripts: object) => {
      mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(join(root, folder, "package.json"), JSON.stringify({ name: folder, scripts }));
    };
    mkdirSync(join(root, "apps"));
    add("packages/a", { bench: "node x.ts", "bench:quick": "node --expose-gc bench/quick.ts" });
    add("packages/b", { "bench:speed": "node x.ts" });
    add("packages/c", { test: "jest" });
    expect(findBenches(root).map(({ name, quick }) => [name, quick])).toEqual([
      ["packages/a", ["--expose-gc", "bench/quick.ts"]],
      ["packages/b", undefined],
    ]);
    add("packages/b", { "bench:quick": "tsx bench/quick.ts" });
    expect(() => findBenches(root)).toThrow('packages/b: "bench:quick" must begin with "node "');
  } finally {
    rmSync(root, { recursive: true });
  }
});

import { expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const appFolder = join(import.meta.dirname, "..", "..");
const maxGzippedBytes = 150_000;

test("the page is small: its files take at most 150 kB on the way", () => {
  execFileSync(process.execPath, ["scripts/build.ts"], { cwd: appFolder });
  const bytes = ["index.html", "page.js", "page.css"]
    .map((name) => gzipSync(readFileSync(join(appFolder, "dist", "page", name))).length)
    .reduce((sum, each) => sum + each, 0);
  expect(bytes).toBeLessThanOrEqual(maxGzippedBytes);
  expect(bytes).toBeGreaterThan(10_000);
});

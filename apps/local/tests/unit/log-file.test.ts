import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogFile } from "../../src/runtime/log-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes one line, and what has gathered with it. */
function write(log: LogFile, text: string): void {
  log.write(text);
  log.end();
}

test("a line that cannot be written is left out, and the next one is there", () => {
  const path = join(folder, "logs", "part.log");
  const log = new LogFile(path);
  write(log, "no such folder\n");
  mkdirSync(join(folder, "logs"));
  write(log, "there\n");
  expect(readFileSync(path, "utf8")).toBe("there\n");
});

test("goes on behind what is there, and moves what is too long out of the way", () => {
  const path = join(folder, "part.log");
  writeFileSync(path, "earlier\n");
  write(new LogFile(path), "later\n");
  expect(readFileSync(path, "utf8")).toBe("earlier\nlater\n");
  truncateSync(path, 32 * 1024 * 1024);
  write(new LogFile(path), "next\n");
  expect(readFileSync(path, "utf8")).toBe("next\n");
  expect(statSync(`${path}.1`).size).toBe(32 * 1024 * 1024);
});

test("gathers lines, and keeps those that come while others are written behind them", async () => {
  const path = join(folder, "part.log");
  const log = new LogFile(path);
  const deadline = Date.now() + 10_000;
  const lines = (): string[] => readFileSync(path, { encoding: "utf8", flag: "a+" }).split("\n").slice(0, -1);
  let written = 0;
  while (lines().length < 20 && Date.now() < deadline) {
    log.write(`${written}\n`);
    written += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  log.end();
  expect(lines()).toEqual(Array.from({ length: written }, (_, line) => String(line)));
});

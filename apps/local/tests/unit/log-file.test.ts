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

const write = (log: LogFile, text: string): Promise<void> => new Promise((resolve) => log.write(text, () => resolve()));

test("a line that cannot be written is left out, and the next one is there", async () => {
  const path = join(folder, "logs", "part.log");
  const log = new LogFile(path);
  await write(log, "no such folder\n");
  mkdirSync(join(folder, "logs"));
  await write(log, "there\n");
  expect(readFileSync(path, "utf8")).toBe("there\n");
});

test("goes on behind what is there, and moves what is too long out of the way", async () => {
  const path = join(folder, "part.log");
  writeFileSync(path, "earlier\n");
  await write(new LogFile(path), "later\n");
  expect(readFileSync(path, "utf8")).toBe("earlier\nlater\n");
  truncateSync(path, 32 * 1024 * 1024);
  await write(new LogFile(path), "next\n");
  expect(readFileSync(path, "utf8")).toBe("next\n");
  expect(statSync(`${path}.1`).size).toBe(32 * 1024 * 1024);
});

import { expect, test } from "@jest/globals";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunFile, writeRunFile } from "../../src/control/run-file.ts";
import { claimStateFolder } from "../../src/control/state-folder.ts";
import { stateFolders } from "../../src/runtime/folders.ts";

test("a run that takes the folder removes the address that a killed one left", async () => {
  const folders = stateFolders(mkdtempSync(join(tmpdir(), "millrace-state-")));
  const first = await claimStateFolder(folders);
  writeRunFile(folders.runFile, { id: "killed" } as RunFile);
  first.release();
  const second = await claimStateFolder(folders);
  expect(existsSync(folders.runFile)).toBe(false);
  second.release();
  rmSync(folders.root, { recursive: true });
});

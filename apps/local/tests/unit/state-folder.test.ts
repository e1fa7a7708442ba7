import { expect, test } from "@jest/globals";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunFile, writeRunFile } from "../../src/control/run-file.ts";
import { openConsoleGate } from "../../src/console/console-gate.ts";
import { claimStateFolder } from "../../src/control/state-folder.ts";
import { stateFolders } from "../../src/runtime/folders.ts";
import { openKeptStreams } from "../../src/runtime/kept-streams.ts";
import type { LocalTopology } from "@millrace/topology";

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

test("makes every folder on the way to it, for its owner alone", async () => {
  const above = mkdtempSync(join(tmpdir(), "millrace-state-"));
  const claim = await claimStateFolder(stateFolders(join(above, "a", "b")));
  expect(statSync(join(above, "a", "b")).mode & 0o777).toBe(0o700);
  claim.release();
  rmSync(above, { recursive: true });
});

test("says that a file system takes no folders", async () => {
  // `/dev/null` is no folder anywhere; of `/proc` and `/sys`, which only Linux has, Node's own way never comes back.
  for (const root of ["/dev/null/state", "/proc/millrace/state"]) {
    await expect(claimStateFolder(stateFolders(root))).rejects.toThrow(`--state ${root} cannot be used: `);
  }
});

test("says that a folder lies in the place of a segment, and what to do", () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-state-"));
  mkdirSync(join(folder, "00000001.journal"));
  const options = { folder, maxBytes: 1_000_000, onWarning: () => undefined };
  expect(() => openKeptStreams({} as LocalTopology, options)).toThrow(
    expect.objectContaining({ code: "runtime", message: expect.stringMatching(/EISDIR.*move the folder away/) }),
  );
  rmSync(folder, { recursive: true });
});

test("a console whose address cannot be kept answers, and says so", async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), "millrace-state-"));
  mkdirSync(join(stateFolder, "console.json"));
  const notices: string[] = [];
  const gate = await openConsoleGate({
    stateFolder,
    controlUrl: "http://127.0.0.1:1/",
    onNotice: (message) => notices.push(message),
  });
  expect(gate.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
  expect(notices).toEqual([expect.stringContaining("another address at the next start: EISDIR")]);
  gate.close();
  rmSync(stateFolder, { recursive: true });
});

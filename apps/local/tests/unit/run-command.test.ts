import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { runCommand } from "../../src/control/run-command.ts";
import { RuntimeError } from "../../src/errors.ts";

let told: unknown[];

beforeEach(() => {
  told = [];
  jest.spyOn(console, "error").mockImplementation((message: unknown) => told.push(message));
});

afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

test.each([
  ["of its own", () => new RuntimeError("A part did not start."), "A part did not start."],
  ["of a file that cannot be used", writeFolder, `EISDIR: illegal operation on a directory, open '${tmpdir()}'`],
  ["of a file that is not there", readNothing, `ENOENT: no such file or directory, open '${tmpdir()}/no/such'`],
])("prints an error %s in a line", async (_, error, line) => {
  await runCommand(() => Promise.reject(error()));
  expect(told).toEqual([line]);
  expect(process.exitCode).toBe(2);
});

test("keeps the stack of an error that is a fault of the code", async () => {
  const error = new TypeError("x is undefined");
  await runCommand(() => Promise.reject(error));
  expect(told).toEqual([error]);
  expect(process.exitCode).toBe(2);
});

function writeFolder(): Error {
  return errorOf(() => writeFileSync(tmpdir(), ""));
}

function readNothing(): Error {
  return errorOf(() => readFileSync(`${tmpdir()}/no/such`));
}

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It passed.");
}

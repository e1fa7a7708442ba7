import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFile, sealFile } from "../../src/deploy/seal-file.ts";
import { DeployError } from "../../src/errors.ts";

const key = randomBytes(32).toString("base64");
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-seal-"));
  path = join(folder, "plan.tfplan");
  writeFileSync(path, "a plan with planted-secret in it");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a sealed plan opens to the bytes that were sealed, for its owner only", () => {
  sealFile(path, key, "plan of dev");
  expect(existsSync(path)).toBe(false);
  openFile(path, key, "plan of dev");
  expect(readFileSync(path, "utf8")).toBe("a plan with planted-secret in it");
  expect(statSync(path).mode & 0o077).toBe(0);
});

test("nothing of a plan can be read in its sealed file", () => {
  sealFile(path, key, "plan of dev");
  expect(readFileSync(`${path}.sealed`).includes("planted-secret")).toBe(false);
});

test("a plan that was changed, sealed with another key or for another environment does not open", () => {
  sealFile(path, key, "plan of dev");
  const sealed = readFileSync(`${path}.sealed`);
  expect(() => openFile(path, randomBytes(32).toString("base64"), "plan of dev")).toThrow(DeployError);
  expect(() => openFile(path, key, "plan of prod")).toThrow("another environment");
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
  writeFileSync(`${path}.sealed`, sealed);
  expect(() => openFile(path, key, "plan of dev")).toThrow("was changed");
  expect(existsSync(path)).toBe(false);
});

test.each([undefined, "", "c2hvcnQ="])("a key of %p is refused before anything is sealed", (given) => {
  expect(() => sealFile(path, given, "plan of dev")).toThrow("Expected SAVED_PLAN_KEY to be 32 bytes in base64");
  expect(readFileSync(path, "utf8")).toContain("a plan");
});

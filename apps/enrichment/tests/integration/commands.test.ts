import { execFileSync, spawnSync } from "node:child_process";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { enrichRecord } from "../../src/index.ts";
import { createContext, key, origin } from "../raw-events.ts";

const root = join(import.meta.dirname, "../..");
const node = (...parameters: string[]) => ["--conditions=@millrace/source", ...parameters];
const build = () => execFileSync(process.execPath, node("scripts/build.ts"), { cwd: root }).toString();
const readDist = (file: string) => readFileSync(join(root, "dist", file));

describe("the build", () => {
  let first: Buffer;
  beforeAll(() => {
    build();
    first = readDist("function.zip");
  });

  test("gives the same zip again, within its budget", () => {
    build();
    expect(readDist("function.zip").equals(first)).toBe(true);
    const { maxZipBytes, maxIndexBytes } = JSON.parse(readFileSync(join(root, "size-budget.json"), "utf8")) as Record<
      string,
      number
    >;
    const files = unzipSync(first);
    expect(first.length).toBeLessThanOrEqual(maxZipBytes!);
    expect(files["index.js"]!.length).toBeLessThanOrEqual(maxIndexBytes!);
    // A ratchet: whoever makes the function smaller lowers the budget with it.
    expect(first.length).toBeGreaterThan(maxZipBytes! * 0.95);
    expect(files["index.js"]!.length).toBeGreaterThan(maxIndexBytes! * 0.9);
  });

  test("bundles no Ajv compiler, no zod, no OpenTelemetry and no credential chain", () => {
    const code = Buffer.from(unzipSync(first)["index.js"]!).toString();
    for (const trace of ["strictSchema", "ZodError", "opentelemetry", "sso_session", "AssumeRoleWithWebIdentity"]) {
      expect([trace, code.includes(trace)]).toEqual([trace, false]);
    }
  });

  test("makes a bundle that says what is missing in its environment", () => {
    const script = "try { require('./index.js') } catch (error) { console.log(error.code, error.message) }";
    const folder = join(root, "dist/unpacked");
    execFileSync(
      process.execPath,
      [
        "-e",
        `const fs = require("node:fs"); fs.mkdirSync(${JSON.stringify(folder)}, { recursive: true });
       fs.writeFileSync(${JSON.stringify(join(folder, "index.js"))}, Buffer.from(fs.readFileSync(0)));
       fs.writeFileSync(${JSON.stringify(join(folder, "package.json"))}, "{}");`,
      ],
      { input: Buffer.from(unzipSync(first)["index.js"]!) },
    );
    const output = execFileSync(process.execPath, ["-e", script], { cwd: folder, env: {} }).toString();
    expect(output).toContain("ENRICHMENT_CONFIG");
    expect(output).toContain("PRIVACY_KEYS is missing");
  });
});

test("`pnpm mutate` loses nothing, doubles nothing and finds no defect", () => {
  const run = spawnSync(
    process.execPath,
    node("--expose-gc", "scripts/mutate.ts", "--records", "4000", "--seed", "11"),
    { cwd: root },
  );
  expect(run.stderr.toString()).toBe("");
  expect(run.status).toBe(0);
});

test("`pnpm open-bad-rows` gives back the bytes of a bad row to whoever has the key", () => {
  const { badRows } = enrichRecord(Buffer.from('{"half": "an event\n'), origin, createContext());
  const open = (bytes: Uint8Array) =>
    spawnSync(process.execPath, node("scripts/open-bad-rows.ts"), {
      cwd: root,
      input: badRows.map((row) => `${JSON.stringify(row)}\n`).join(""),
      env: {
        ...process.env,
        PRIVACY_KEYS: JSON.stringify([{ id: key.id, key: Buffer.from(bytes).toString("base64") }]),
      },
    });
  expect(JSON.parse(open(key.key).stdout.toString())).toMatchObject({ isCut: false, payload: '{"half": "an event' });
  expect(open(Buffer.alloc(32, 3)).status).not.toBe(0);
});

import { execFile } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { renderAll } from "../../src/render/render-all.ts";
import { runSchemas } from "../../src/cli/run-schemas.ts";

const run = promisify(execFile);
const repository = join(import.meta.dirname, "../../../..");
const main = join(import.meta.dirname, "../../src/cli/main.ts");

let folder: string;
let root: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "schemas-"));
  root = join(folder, "schemas");
  cpSync(join(repository, "schemas"), root, { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", ".");
  await git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message=merged");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...args: string[]): Promise<unknown> {
  return run("git", args, { cwd: folder });
}

async function schemas(...args: string[]): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const output = { out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) };
  const code = await runSchemas([...args, "--root", root], output);
  return { code, output: lines.join("\n") };
}

describe("pnpm schemas", () => {
  test("check passes the repository's own schemas", async () => {
    expect(await schemas("check")).toMatchObject({ code: 0, output: expect.stringMatching(/: 0 fault\(s\)$/) });
  });

  test("check finds what was edited since the merge, and says what to do", async () => {
    appendFileSync(join(root, "events/page/view/1-0-0.json"), " ");
    rmSync(join(root, "shared/product/1-0-0.json"));
    const { code, output } = await schemas("check", "--base", "main");
    expect(code).toBe(1);
    expect(output).toContain(
      "events/page/view/1-0-0.json#\n  edited-version: A merged version was edited.\n  → Restore it",
    );
    expect(output).toContain("removed-version");
    // The contracts that refer to the removed schema.
    expect(output).toContain(
      "events/commerce/purchase/1-0-0.json#/properties/items/items/properties/product/$ref\n  dangling-ref",
    );
  });

  test("new writes a contract that passes the check as it is", async () => {
    expect((await schemas("new", "checkout/coupon-used")).code).toBe(0);
    expect(await schemas("check")).toMatchObject({ code: 0, output: expect.stringContaining("17 of them contracts") });
  });

  test.each([
    ["addition", "1-1-1"],
    ["revision", "1-2-0"],
    ["model", "2-0-0"],
  ])("new --step %s of an existing contract writes %s with its examples", async (step, version) => {
    expect((await schemas("new", "search/click", "--step", step)).code).toBe(0);
    expect(readFileSync(join(root, `events/search/click/${version}.json`), "utf8")).toContain(
      `search/click/${version}.json"`,
    );
    expect(await schemas("check")).toMatchObject({ code: 0 });
  });

  test("new refuses a name or a step that is none", async () => {
    expect(await schemas("new", "Checkout")).toMatchObject({
      code: 2,
      output: expect.stringContaining("Expected <domain>/<event>"),
    });
    expect(await schemas("new", "a/b", "--step", "patch")).toMatchObject({ code: 2 });
  });

  test("explains itself as a program of its own", async () => {
    const { stdout, stderr } = await run(process.execPath, ["--conditions=@millrace/source", main]);
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringContaining("Usage: pnpm schemas"), stderr: "" });
  });

  test("explains itself when asked to, and says which command there is not", async () => {
    expect(await schemas("new", "--help")).toMatchObject({ code: 0, output: expect.stringContaining("Usage:") });
    expect(await schemas("frobnicate")).toMatchObject({
      code: 2,
      output: expect.stringContaining("Unknown command 'frobnicate'"),
    });
  });

  test("check does not take for removed what others have merged since this branch began", async () => {
    const commit = ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--all", "--message=m"];
    await git("checkout", "--quiet", "-b", "feature");
    await git("checkout", "--quiet", "main");
    await schemas("new", "checkout/coupon-used");
    await git("add", ".");
    await git(...commit);
    await git("checkout", "--quiet", "feature");
    expect(await schemas("check", "--base", "main")).toMatchObject({ code: 0 });
    // A commit without a common past is compared with as it is.
    await git("checkout", "--quiet", "--orphan", "elsewhere");
    await git(...commit);
    expect(await schemas("check", "--base", "main")).toMatchObject({
      code: 1,
      output: expect.stringContaining("events/checkout/coupon-used/1-0-0.json#\n  removed-version"),
    });
  });

  test("check says so when there is nothing to check or to compare with", async () => {
    expect(await schemas("check", "--base", "mian")).toMatchObject({
      code: 2,
      output: "Git knows no commit mian here. Fetch it, or give --base a branch that is there.",
    });
    rmSync(root, { recursive: true });
    expect(await schemas("check")).toMatchObject({ code: 2, output: expect.stringContaining("There is no folder") });
  });

  test.each([
    [["check", "events"], "Too many arguments for 'check'. Expected 0 arguments but got 1."],
    [["check", "--step", "model"], "Unknown option '--step'"],
    [["new", "a/b", "c/d"], "Too many arguments for 'new'. Expected 1 argument but got 2."],
    [["new"], "Missing required argument 'name'"],
    [["render"], "Unknown option '--root'"],
    [["stored", "--state", "a", "--events", "b"], "cannot be used with option '--events <place>'"],
  ])("%j is refused for what it does not take", async (args, says) => {
    expect(await schemas(...args)).toMatchObject({ code: 2, output: expect.stringContaining(says) });
  });

  test("render renders nothing while a schema cannot be read, as what follows would lose a contract", () => {
    appendFileSync(join(root, "events/inventory/stock-change/1-0-0.json"), ",");
    expect(() => renderAll(folder)).toThrow(/events\/inventory\/stock-change\/1-0-0\.json.*Correct the JSON/);
  });

  test("check --json is for programs", async () => {
    appendFileSync(join(root, "events/page/view/1-0-0.json"), " ");
    const { output } = await schemas("check", "--json");
    expect(JSON.parse(output)).toMatchObject({
      faults: [{ rule: "edited-version", pointer: "", file: "events/page/view/1-0-0.json" }],
    });
  });
});

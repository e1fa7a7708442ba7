import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Synthesizes every environment once, for all test files: most of them only look into these plans. */
export default function setup() {
  const folder = mkdtempSync(join(tmpdir(), "millrace-plans-"));
  const script = join(import.meta.dirname, "write-plans.ts");
  const flags = ["--disable-warning=DEP0044", "--conditions=@millrace/source"];
  const { status, stderr } = spawnSync(process.execPath, [...flags, script, folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The environments do not synthesize:\n${stderr}`);
  process.env.MILLRACE_PLANS = folder;
  globalThis.removePlans = () => rmSync(folder, { recursive: true });
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs `use` with a new folder that only this user may read, and removes it afterwards with what is in it. */
export async function withPrivateFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  // Node makes it with mode 700.
  const folder = mkdtempSync(join(tmpdir(), "millrace-deploy-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The routes for hot reload, as a file beside the plan. */
export interface RoutesFile {
  /** Relative to the folder of the stack, where Terraform runs. */
  readonly path: string;
  readonly sha256Base64: string;
}

const FILE = "routes.json";

/**
 * Returns the path and hash of the file of these routes. The file has to be written after the plan, into its folder.
 */
export function describeRoutesFile(text: string): RoutesFile {
  return { path: FILE, sha256Base64: createHash("sha256").update(text).digest("base64") };
}

/** Writes the file. In the plan itself Terraform would take what looks like a template in it for one. */
export function writeRoutesFile(stackFolder: string, text: string): void {
  mkdirSync(stackFolder, { recursive: true });
  writeFileSync(join(stackFolder, FILE), text);
}

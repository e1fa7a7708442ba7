import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repositoryRoot } from "../runtime/folders.ts";
import { buildInputs, buildOutputs } from "./build-files.ts";
import { fingerprint } from "./fingerprint.ts";
import { writePackageManagerScript } from "./package-manager-script.ts";
import { runBuild } from "./run-build.ts";

/** Fingerprints of the files of the last build that went through. */
interface BuildRecord {
  readonly inputs: string;
  readonly outputs: string;
}

const recordPath = join(repositoryRoot, "apps", "local", "dist", "build.json");

/**
 * Builds what a run needs, unless no file has changed since that was last done. Asking turbo the same costs more time
 * than all the rest of a start; it still decides what has to be built when anything differs.
 *
 * @returns fingerprint of the inputs that the build began with
 */
export async function ensureBuilt(options: {
  readonly isShown: boolean;
  readonly signal?: AbortSignal;
}): Promise<string> {
  const inputs = inputsOf();
  if (isFresh(inputs)) return inputs;
  await runBuild(options);
  writePackageManagerScript(repositoryRoot, process.env);
  // Written only if no input changed meanwhile: then what was built is of these inputs.
  if (inputsOf() !== inputs) return inputs;
  const record: BuildRecord = { inputs, outputs: outputsOf() };
  mkdirSync(dirname(recordPath), { recursive: true });
  writeFileSync(recordPath, JSON.stringify(record));
  return inputs;
}

function isFresh(inputs: string): boolean {
  try {
    const record = JSON.parse(readFileSync(recordPath, "utf8")) as BuildRecord;
    return record.inputs === inputs && record.outputs === outputsOf();
  } catch {
    return false;
  }
}

/** Changes whenever a file does that a build reads. */
export function inputsOf(): string {
  return fingerprint(repositoryRoot, buildInputs);
}

function outputsOf(): string {
  // The folders' own names are among those that are passed over below them.
  return fingerprint(repositoryRoot, buildOutputs);
}

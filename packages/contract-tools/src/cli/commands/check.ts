import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { checkSchemas } from "../../check/check-schemas.ts";
import { checkEnrichmentOptions } from "../../check/enrichments/check-enrichment-options.ts";
import { type Fault, formatFault } from "../../registry/fault.ts";
import { renderSchemas } from "../../render/render-schemas.ts";
import { mergeBase, readFolder, readMerged, repositoryRoot } from "../repository.ts";

const enrichmentOptions = join(repositoryRoot, "apps/enrichment/options/enrichments.json");

const belowRoot = (fault: Fault): Fault => ({ ...fault, file: relative(repositoryRoot, fault.file) });

export interface CheckOptions {
  /** Another `schemas/` folder; the repository's own by default. */
  root?: string | undefined;
  /** Commit or branch that counts as merged. */
  base?: string | undefined;
  json?: boolean | undefined;
}

/** `pnpm schemas check`: 0 when there is no fault, 2 when there is nothing to check or to compare with. */
export async function check(options: CheckOptions, print: (line: string) => void): Promise<number> {
  const root = options.root ?? join(repositoryRoot, "schemas");
  if (!existsSync(root)) {
    print(`There is no folder ${root}. Give --root the schemas folder.`);
    return 2;
  }
  const commit = mergeBase(root, options.base);
  if (commit === undefined && options.base !== undefined) {
    print(`Git knows no commit ${options.base} here. Fetch it, or give --base a branch that is there.`);
    return 2;
  }
  // Another team's folder is not rendered from our contracts, nor with our enrichments.
  const enrichments = options.root === undefined ? checkEnrichmentOptions(enrichmentOptions) : undefined;
  const checked = await checkSchemas({
    folder: readFolder(root),
    ...(commit === undefined ? {} : { merged: readMerged(root, commit) }),
    ...(enrichments === undefined ? {} : { rendered: renderSchemas(enrichments.added) }),
  });
  const { notes, contracts, documents } = checked;
  const faults = [...(enrichments?.faults ?? []).map(belowRoot), ...checked.faults];
  if (options.json === true) {
    print(JSON.stringify({ faults, notes, contracts, documents }, null, 2));
  } else {
    for (const fault of faults) print(`${formatFault(fault)}\n`);
    for (const note of notes) print(`note: ${note.file}: ${note.message}`);
    const against =
      commit === undefined
        ? "not compared with merged files (no main here: give --base)"
        : `compared with ${commit.slice(0, 12)}`;
    print(`${documents} schemas, ${contracts} of them contracts, ${against}: ${faults.length} fault(s)`);
  }
  return faults.length === 0 ? 0 : 1;
}

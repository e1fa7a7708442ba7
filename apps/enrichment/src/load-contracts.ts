import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { CompiledContracts } from "@millrace/event-contracts";
import { renderContractsModule } from "@millrace/contract-tools/codegen";
import { loadRegistry } from "@millrace/contract-tools/registry";

const generatedFolder = join(import.meta.dirname, "../dist/generated");

/**
 * Generates the contracts of a schemas folder and loads them, as the build does for the bundle: for tests, benchmarks
 * and the simulation, which read sources.
 *
 * @param schemasFolder path of `schemas/`
 */
export function loadContracts(schemasFolder: string): CompiledContracts {
  const text = renderContractsModule(loadRegistry(schemasFolder));
  const path = join(generatedFolder, `contracts-${createHash("sha256").update(text).digest("hex").slice(0, 16)}.js`);
  if (!existsSync(path)) {
    mkdirSync(generatedFolder, { recursive: true });
    // Written aside and renamed: several test processes may do this at the same time.
    const partial = `${path}.${process.pid}`;
    writeFileSync(partial, text);
    renameSync(partial, path);
  }
  const module = createRequire(import.meta.url)(path) as { contracts: CompiledContracts };
  return module.contracts;
}

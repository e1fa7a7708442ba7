import type { CompiledContracts } from "@millrace/event-contracts";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { renderContractsModule } from "../codegen/render-contracts-module.ts";
import type { Registry } from "../registry/registry.ts";

const folder = join(import.meta.dirname, "../../dist/stored");

/** Compiles the contracts of a registry and loads them, as the build of enrichment does for its bundle. */
export function loadCompiled(registry: Registry): CompiledContracts {
  const text = renderContractsModule(registry);
  const path = join(folder, `contracts-${createHash("sha256").update(text).digest("hex").slice(0, 16)}.js`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    // Written aside and renamed: two commands may do this at the same time.
    writeFileSync(`${path}.${process.pid}`, text);
    renameSync(`${path}.${process.pid}`, path);
  }
  return (createRequire(import.meta.url)(path) as { contracts: CompiledContracts }).contracts;
}

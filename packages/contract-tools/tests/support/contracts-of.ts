import type { CompiledContracts } from "@millrace/event-contracts";
import { type ContractsModuleOptions, renderContractsModule } from "../../src/codegen.ts";
import { createRegistry, type Json, type Registry } from "../../src/registry.ts";
import { defineContracts } from "@millrace/event-contracts/validator-runtime";

/** A registry of documents given by path; a fault in one fails the test. */
export function registryOf(documents: Record<string, Json>): Registry {
  const { registry, faults } = createRegistry(Object.entries(documents).map(([file, value]) => ({ file, value })));
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return registry;
}

/** Evaluates the generated module without a bundler: its only import is handed in. */
export function contractsOf(registry: Registry, options?: ContractsModuleOptions): CompiledContracts {
  const text = renderContractsModule(registry, options)
    .replace(/^import .*$/m, "")
    .replace("export const contracts =", "return");
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
  return new Function("defineContracts", text)(defineContracts) as CompiledContracts;
}

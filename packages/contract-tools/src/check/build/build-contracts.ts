import type { Draft, SchemaDocument } from "@millrace/schema-graph";
import type { CompiledContracts } from "@millrace/event-contracts";
import { type ContractsDefinition, defineContracts } from "@millrace/event-contracts/validator-runtime";
import { createCompiler } from "../../codegen/create-ajv.ts";
import { renderContractsDefinition } from "../../codegen/render-contracts-module.ts";
import { addDocument } from "../../codegen/validation-schema.ts";
import type { Fault } from "../../registry/fault.ts";
import { keepDocuments, type Registry } from "../../registry/registry.ts";

export interface BuiltContracts {
  /** The contracts that production would load, of the documents that can be built. */
  contracts: CompiledContracts;
  /** Their documents and contracts alone. */
  registry: Registry;
  faults: Fault[];
}

/**
 * Builds what production loads: the generated validators and privacy maps, evaluated. Whatever throws is a fault with a
 * file.
 */
export function buildContracts(registry: Registry): BuiltContracts {
  try {
    return { contracts: evaluateContracts(registry), registry, faults: [] };
  } catch {
    const faults = findBroken(registry);
    const broken = new Set(faults.map(({ file }) => file));
    const rest = without(registry, broken);
    try {
      return { contracts: evaluateContracts(rest), registry: rest, faults };
    } catch (cause) {
      const none = without(registry, new Set([...registry.documents.values()].map(({ file }) => file)));
      const fault = buildFault(rest.contracts[0]?.file ?? "", cause);
      return { contracts: evaluateContracts(none), registry: none, faults: [...faults, fault] };
    }
  }
}

/** Evaluates what `renderContractsModule` writes, without a bundler. */
export function evaluateContracts(registry: Registry): CompiledContracts {
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
  const definition = new Function(`return ${renderContractsDefinition(registry)};`)() as ContractsDefinition;
  const contracts = defineContracts(definition);
  // A contract is set up when it is first asked for; here that is now.
  for (const id of contracts.schemaIds()) contracts.validatorOf(id)?.({});
  return contracts;
}

export function buildFault(file: string, cause: unknown): Fault {
  const reason = cause instanceof RangeError ? "it is nested too deeply" : messageOf(cause);
  const fix = "Write it in another way: nothing can be built with this document in the folder.";
  return { file, pointer: "", rule: "build", message: `No validator can be made: ${reason}.`, fix };
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, "");
}

/** The documents that Ajv does not take, and the contracts that it makes no code of. */
function findBroken(registry: Registry): Fault[] {
  const documents = [...registry.documents.values()];
  return [...new Set(documents.map(({ draft }) => draft))].flatMap((draft) =>
    findBrokenOf(
      draft,
      documents.filter((document) => document.draft === draft),
    ),
  );
}

function findBrokenOf(draft: Draft, documents: readonly SchemaDocument[]): Fault[] {
  const faults: Fault[] = [];
  const attempt = (document: SchemaDocument, build: () => unknown): boolean => {
    try {
      build();
      return true;
    } catch (cause) {
      faults.push(buildFault(document.file, cause));
      return false;
    }
  };
  const ajv = createCompiler(draft);
  const added = documents.filter((document) => attempt(document, () => addDocument(ajv, document)));
  for (const document of added) attempt(document, () => ajv.getSchema(document.id));
  return faults;
}

function without(registry: Registry, files: ReadonlySet<string>): Registry {
  return keepDocuments(registry, ({ file }) => !files.has(file));
}

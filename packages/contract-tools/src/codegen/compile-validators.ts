import type { Contract, Draft } from "@millrace/schema-graph";
import type { AnyValidateFunction, SourceCode } from "ajv/dist/types/index.js";
import type { ValueScopeName } from "ajv/dist/compile/codegen/scope.js";
import type { Registry } from "../registry/registry.ts";
import { createCompiler } from "./create-ajv.ts";
import { addDocument } from "./validation-schema.ts";

/** The generated functions of one dialect, as JavaScript. */
export interface CompiledDialect {
  /** Body of a function `(runtime) => object`: what more than one contract uses. */
  shared: string;
  /** `$id` → body of a function `(runtime, shared) => validator`. */
  validators: Map<string, string>;
}

/**
 * Compiles the contracts of one dialect by Ajv into one function body each. Ajv's own `standaloneCode` would give one
 * flat module whose constants and functions are all set up at start; here each contract is set up when its first event
 * arrives.
 */
export function compileDialect(registry: Registry, draft: Draft): CompiledDialect {
  const ajv = createCompiler(draft);
  const contracts = registry.contracts.filter((contract) => contract.draft === draft);
  for (const document of registry.documents.values()) {
    if (document.draft === draft) addDocument(ajv, document);
  }
  const roots = new Map(contracts.map((contract) => [contract, sourceOf(ajv.getSchema(contract.id), contract)]));
  const uses = new Map<string, { source: SourceCode; users: number }>();
  for (const root of roots.values()) {
    for (const [name, source] of reachableFrom(root)) {
      uses.set(name, { source, users: (uses.get(name)?.users ?? 0) + 1 });
    }
  }
  const isShared = (name: string): boolean => (uses.get(name)?.users ?? 0) > 1;
  const sharedSources = [...uses].filter(([name]) => isShared(name)).map(([, use]) => use.source);
  const sharedNames = sharedSources.map((source) => String(source.validateName));
  return {
    shared: `${emit(sharedSources)}\nreturn {${sharedNames.join(",")}};`,
    validators: new Map([...roots].map(([contract, root]) => [contract.id, emitContract(root, isShared)])),
  };
}

function sourceOf(validate: AnyValidateFunction | undefined, contract: Contract): SourceCode {
  if (validate?.source === undefined) throw new Error(`Ajv kept no code of ${contract.id}.`);
  return validate.source;
}

function emitContract(root: SourceCode, isShared: (name: string) => boolean): string {
  const own = [...reachableFrom(root)].filter(([name]) => !isShared(name)).map(([, source]) => source);
  const used = new Set(own.concat(root).flatMap((source) => [...referencesOf(source).keys()]));
  const imported = [...used, String(root.validateName)].filter(isShared);
  const imports = imported.length === 0 ? "" : `const {${[...new Set(imported)].join(",")}} = shared;\n`;
  return `${imports}${emit(own)}\nreturn ${String(root.validateName)};`;
}

/** The functions a function calls, directly or not, and itself: by name. */
function reachableFrom(root: SourceCode): Map<string, SourceCode> {
  const found = new Map<string, SourceCode>();
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(String(next.validateName))) continue;
    found.set(String(next.validateName), next);
    pending.push(...referencesOf(next).values());
  }
  return found;
}

/** The functions a function calls directly. */
function referencesOf(source: SourceCode): Map<string, SourceCode> {
  const references = new Map<string, SourceCode>();
  for (const name of scopeNames(source)) {
    const callee = calleeOf(name);
    if (callee !== undefined) references.set(String(callee.validateName), callee);
  }
  return references;
}

function scopeNames(source: SourceCode): ValueScopeName[] {
  return Object.values(source.scopeValues).flatMap((names) => [...(names ?? [])]);
}

/** Ajv names another function directly, or (in a recursion) through an object that gets the function later. */
function calleeOf(name: ValueScopeName): SourceCode | undefined {
  const reference = name.value?.ref as { source?: SourceCode; validate?: { source?: SourceCode } } | undefined;
  if (name.prefix === "validate") return reference?.source;
  return isWrapper(name) ? reference?.validate?.source : undefined;
}

function isWrapper(name: ValueScopeName): boolean {
  return name.prefix === "root" || name.prefix === "wrapper";
}

/** Constants, then functions; function declarations are hoisted, so they may refer to each other. */
function emit(sources: SourceCode[]): string {
  const constants = new Map<string, string>();
  const wrappers = new Map<string, string>();
  for (const name of sources.flatMap(scopeNames)) {
    if (isWrapper(name)) wrappers.set(String(name), `{validate: ${String(calleeOf(name)?.validateName)}}`);
    // Keywords of our own refer to no schema.
    else if (name.prefix !== "validate" && name.prefix !== "schema") constants.set(String(name), constantOf(name));
  }
  const declare = ([name, value]: [string, string]): string => `const ${name} = ${value};\n`;
  return [...[...constants, ...wrappers].map(declare), ...sources.map(functionOf)].join("");
}

function functionOf({ validateName, validateCode, evaluated }: SourceCode): string {
  const names = evaluated === undefined ? "" : `${String(validateName)}.evaluated = ${String(evaluated)};\n`;
  return `${validateCode}\n${names}`;
}

/** The module must not load anything: what Ajv would require is a function of the runtime. */
const required: Readonly<Record<string, string>> = { 'require("ajv/dist/runtime/equal").default': "runtime.equal" };

function constantOf(name: ValueScopeName): string {
  const code = String(name.value?.code);
  if (!code.startsWith("require(")) return code;
  const replaced = required[code];
  if (replaced === undefined) throw new Error(`Ajv's code needs ${code}, which the validator runtime does not have.`);
  return replaced;
}

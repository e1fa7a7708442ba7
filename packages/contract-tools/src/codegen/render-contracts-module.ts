import type { PrivacyMap } from "@millrace/event-contracts";
import type { NamedSchemas } from "@millrace/event-contracts/validator-runtime";
import { type Contract, type Draft, parsePointer } from "@millrace/schema-graph";
import { compilePrivacyMap } from "../privacy/compile-privacy-map.ts";
import { joinPrivacyMaps } from "../privacy/join-privacy-maps.ts";
import { newestVersionOf } from "../registry/newest-version.ts";
import type { Registry } from "../registry/registry.ts";
import { literalOf } from "./literal-of.ts";
import { compileDialect, type CompiledDialect } from "./compile-validators.ts";

export interface ContractsModuleOptions {
  /** How many errors of one event are kept; all are counted. 100 by default. */
  maxErrors?: number;
  /** Where the module imports its runtime from; `@millrace/event-contracts/validator-runtime` by default. */
  runtimeModule?: string;
}

const drafts: readonly Draft[] = ["2020-12", "draft-07"];

/**
 * The text of an ES module that exports `contracts` (`CompiledContracts`): validators, newest versions and privacy maps
 * of every contract of the registry. It is valid as `.js` and as `.ts`, and needs no Ajv and no zod, only
 * `@millrace/event-contracts/validator-runtime`, which esbuild bundles with it.
 */
export function renderContractsModule(registry: Registry, options: ContractsModuleOptions = {}): string {
  return [
    "// Generated from schemas/ by renderContractsModule of @millrace/contract-tools; do not edit.",
    "// @ts-nocheck",
    `import { defineContracts } from ${JSON.stringify(options.runtimeModule ?? "@millrace/event-contracts/validator-runtime")};`,
    "",
    `export const contracts = defineContracts(${renderContractsDefinition(registry, options)});`,
    "",
  ].join("\n");
}

/** The generated functions of every dialect. */
export function compileDialects(registry: Registry): Map<Draft, CompiledDialect> {
  return new Map(drafts.map((draft) => [draft, compileDialect(registry, draft)]));
}

/** The module's `ContractsDefinition` alone, as a JavaScript expression. */
export function renderContractsDefinition(registry: Registry, options: ContractsModuleOptions = {}): string {
  const dialects = compileDialects(registry);
  const maps = privacyMapsOf(registry);
  return [
    "{",
    `maxErrors: ${options.maxErrors ?? 100},`,
    `newest: ${literalOf(Object.fromEntries(newestByType(registry)))},`,
    ...namesPart(registry),
    ...(registry.setAside.length === 0 ? [] : [`setAside: ${JSON.stringify(registry.setAside)},`]),
    `aliases: ${literalOf(Object.fromEntries(registry.aliases))},`,
    `envelopePrivacy: ${jsonText(envelopePrivacyOf(registry))},`,
    `everyPrivacy: ${JSON.stringify(everyPrivacyOf(maps))},`,
    `shared: {${[...dialects].map(([draft, { shared }]) => `${JSON.stringify(draft)}: (runtime) => {${shared}}`).join(",\n")}},`,
    `schemas: {${registry.contracts.map((contract) => renderSchema(registry, contract, dialects, maps)).join(",\n")}},`,
    "}",
  ].join("\n");
}

/** `$id` of the newest version by event type, but for types that several contracts share. */
export function newestByType(registry: Registry): ReadonlyMap<string, string> {
  const types = new Set(registry.contracts.map(({ type }) => type));
  return new Map([...types].flatMap((type) => registry.newestOf(type) ?? []).map(({ type, id }) => [type, id]));
}

/** Types whose events carry a name: where it is, and the newest version of each contract. */
export function namedSchemas(registry: Registry): ReadonlyMap<string, NamedSchemas> {
  return new Map(
    [...registry.namedBy].map(([type, pointer]) => {
      // Oldest first, so that the newest version of a contract stays.
      const schemas = registry
        .versionsOf(type)
        .flatMap(({ eventNames = [], id }) => eventNames.map((name) => [name, id]));
      return [type, { steps: parsePointer(pointer), schemas: Object.fromEntries(schemas) as Record<string, string> }];
    }),
  );
}

function namesPart(registry: Registry): string[] {
  const names = namedSchemas(registry);
  return names.size === 0 ? [] : [`names: ${literalOf(Object.fromEntries(names))},`];
}

/** The newest version of a contract, where its type does not tell. */
export function newestOfShared(registry: Registry, { type, name }: Contract): { newest?: string } {
  if (registry.newestOf(type)?.name === name) return {};
  const newest = registry.versionsOf(type).findLast((contract) => contract.name === name);
  return newest === undefined ? {} : { newest: newest.id };
}

/** The privacy maps of contracts that have one, as JSON, by `$id`. */
export function privacyMapsOf(registry: Registry): ReadonlyMap<string, string> {
  return new Map(
    registry.contracts.flatMap((contract) => {
      const map = compilePrivacyMap(contract, registry.resources);
      return map === undefined ? [] : [[contract.id, JSON.stringify(map)]];
    }),
  );
}

/** As JSON, the map of what may be any of the contracts. */
export function everyPrivacyOf(maps: ReadonlyMap<string, string>): string {
  return JSON.stringify(joinPrivacyMaps([...new Set(maps.values())].map((map) => JSON.parse(map) as PrivacyMap)));
}

function renderSchema(
  registry: Registry,
  contract: Contract,
  dialects: ReadonlyMap<Draft, CompiledDialect>,
  maps: ReadonlyMap<string, string>,
): string {
  const body = dialects.get(contract.draft)?.validators.get(contract.id) ?? "";
  const privacy = maps.get(contract.id);
  const { newest } = newestOfShared(registry, contract);
  const fields = [
    `type: ${JSON.stringify(contract.type)}`,
    ...(newest === undefined ? [] : [`newest: ${JSON.stringify(newest)}`]),
    `dialect: ${JSON.stringify(contract.draft)}`,
    ...(privacy === undefined ? [] : [`privacy: ${JSON.stringify(privacy)}`]),
    `create: (runtime, shared) => {${body}}`,
  ];
  return `${JSON.stringify(contract.id)}: {${fields.join(", ")}}`;
}

/** JSON inside a string: parsed only when needed, and a key `__proto__` stays a key. */
function jsonText(value: object): string {
  return JSON.stringify(JSON.stringify(value));
}

/** Where the sensitive attributes of the newest envelope are. */
export function envelopePrivacyOf(registry: Registry): object {
  const newest = newestVersionOf(registry.documents.values(), "envelope/raw-event");
  return (newest && compilePrivacyMap(newest, registry.resources)) ?? { nodes: [{}] };
}

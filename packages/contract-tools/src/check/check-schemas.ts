import type { Fault } from "../registry/fault.ts";
import { routeFields } from "./consumers/route-fields.ts";
import { buildContracts } from "./build/build-contracts.ts";
import { checkEmbeddedIds, checkSharedTypes } from "./build/name-faults.ts";
import { checkRenderers } from "./build/check-renderers.ts";
import { checkExamples } from "./examples/check-examples.ts";
import { checkImmutability } from "./history/check-immutability.ts";
import { mappingNotes } from "./history/mapping-notes.ts";
import { checkVersions, type VersionNote } from "./history/check-versions.ts";
import { lintDocument } from "./lint/lint-document.ts";
import { parseFolder, type SchemasFolder } from "./schemas-folder.ts";

export interface CheckInput {
  /** The `schemas/` folder as it is. */
  folder: SchemasFolder;
  /** As it is where it was merged; nothing is immutable without it. */
  merged?: SchemasFolder;
  /** Files that are rendered from authored contracts, as they should be. */
  rendered?: SchemasFolder;
}

export interface CheckResult {
  /** Everything that must be put right, sorted by file. */
  faults: Fault[];
  /** Changes that are allowed and concern consumers. */
  notes: VersionNote[];
  contracts: number;
  documents: number;
}

/** Rules whose faults keep a validator from being made; Ajv's own words would say the same once more. */
const unbuildable = new Set(["meta-schema", "dangling-ref", "endless-ref", "invalid-pattern", "unsure-validator"]);

/** Checks a `schemas/` folder by every rule and tells all faults at once. */
export async function checkSchemas({ folder, merged, rendered }: CheckInput): Promise<CheckResult> {
  const { registry, examples, routes, faults } = parseFolder(folder);
  const documents = [...registry.documents.values()];
  const lint = await Promise.all(documents.map(async (document) => lintDocument(document, registry)));
  const versions = checkVersions(registry, routeFields(routes));
  const built = buildContracts(registry);
  const explained = new Set(lint.flat().flatMap(({ rule, file }) => (unbuildable.has(rule) ? [file] : [])));
  const all = [
    ...faults,
    ...lint.flat(),
    ...versions.faults,
    ...built.faults.filter(({ file }) => !explained.has(file)),
    ...checkExamples(registry, examples, built.contracts),
    ...checkEmbeddedIds(registry),
    ...checkSharedTypes(registry),
    ...checkRenderers(registry),
    ...checkImmutability(folder, merged ?? new Map()),
    ...checkRendered(folder, rendered ?? new Map()),
  ];
  const sorted = all.toSorted((a, b) => (a.file === b.file ? 0 : a.file < b.file ? -1 : 1));
  const notes = [
    ...versions.notes,
    ...(merged === undefined ? [] : mappingNotes(parseFolder(merged).registry, registry)),
  ];
  return { faults: sorted, notes, contracts: registry.contracts.length, documents: documents.length };
}

function checkRendered(folder: SchemasFolder, rendered: SchemasFolder): Fault[] {
  return [...rendered].flatMap(([file, text]): Fault[] => {
    if (folder.get(file) === text) return [];
    const message = "The file is not what its contract in packages/contract-tools/src/contracts renders to.";
    return [{ file, pointer: "", rule: "stale-render", message, fix: "Run `pnpm schemas render`, or undo the edit." }];
  });
}

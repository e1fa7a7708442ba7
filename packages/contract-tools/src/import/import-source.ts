import type { SchemasFolder } from "../check/schemas-folder.ts";
import { compareVersions, parseVersion } from "../schema-id.ts";
import type { SchemaFile } from "../registry/registry.ts";
import { importSchemas, type ImportOptions, type ImportResult } from "./import-schemas.ts";
import { selfDescriptionOf } from "./source-events.ts";

/** Imports all files of a source, the versions of one self-describing schema after each other. */
export async function importSource(
  folder: SchemasFolder,
  sources: readonly SchemaFile[],
  options: ImportOptions,
): Promise<ImportResult> {
  let whole = folder;
  let result: ImportResult | undefined;
  for (const files of inTurn(sources)) {
    const next = await importSchemas(whole, files, options);
    whole = new Map([...whole, ...next.files]);
    result = result === undefined ? next : joined(result, next);
  }
  return result ?? importSchemas(folder, [], options);
}

/** The first version of each schema, then the second of those that have one, … */
function inTurn(sources: readonly SchemaFile[]): SchemaFile[][] {
  const turns: SchemaFile[][] = [];
  const counts = new Map<string, number>();
  const byVersion = sources.toSorted((a, b) => compareSources(a, b));
  for (const source of byVersion) {
    const self = selfDescriptionOf(source.value);
    const key = self === undefined ? "" : `${self.vendor}/${self.name}`;
    const turn = self === undefined ? 0 : (counts.get(key) ?? 0);
    counts.set(key, turn + 1);
    (turns[turn] ??= []).push(source);
  }
  return turns;
}

function compareSources(a: SchemaFile, b: SchemaFile): number {
  const [one, other] = [a, b].map(({ value }) => parseVersion(selfDescriptionOf(value)?.version ?? ""));
  return one === undefined || other === undefined ? 0 : compareVersions(one, other);
}

function joined(a: ImportResult, b: ImportResult): ImportResult {
  return {
    files: new Map([...a.files, ...b.files]),
    contracts: [...a.contracts, ...b.contracts],
    unchanged: [...a.unchanged, ...b.unchanged],
    changes: [...a.changes, ...b.changes],
    annotations: [...a.annotations, ...b.annotations],
    refusals: [...a.refusals, ...b.refusals],
    examples: a.examples + b.examples,
  };
}

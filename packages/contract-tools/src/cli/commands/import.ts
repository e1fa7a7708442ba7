import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Dialect } from "@millrace/schema-graph";
import { groupBy } from "../../group-by.ts";
import { importSource } from "../../import/import-source.ts";
import type { ImportResult } from "../../import/import-schemas.ts";
import { readSource, type ReadSource } from "../../import/read-source.ts";
import { readFolder, repositoryRoot } from "../repository.ts";
import { jsonText } from "../../json-text.ts";

export interface ImportCommandOptions {
  root?: string | undefined;
  /** Name of the source, a folder below `events/`. */
  as: string;
  type?: string | undefined;
  dialect?: Dialect | undefined;
  at?: string | undefined;
  only?: RegExp | undefined;
  /** File that gets the whole report, as JSON. */
  report?: string | undefined;
  /** Write nothing. */
  dryRun?: boolean | undefined;
}

/**
 * `pnpm schemas import`: 0 when every event was imported, 1 when one was refused, 2 when the import could not begin.
 */
export async function runImport(
  source: string,
  options: ImportCommandOptions,
  print: (line: string) => void,
): Promise<number> {
  const root = options.root ?? join(repositoryRoot, "schemas");
  let read: ReadSource;
  try {
    read = readSource(source);
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const imported = await importSource(readFolder(root), read.files, {
    source: options.as,
    type: options.type,
    dialect: options.dialect,
    at: options.at?.split("/").filter((step) => step !== ""),
    only: options.only,
  });
  const result = { ...imported, refusals: [...read.refusals, ...imported.refusals] };
  if (options.dryRun !== true) {
    for (const [path, text] of result.files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }
  if (options.report !== undefined) {
    const { files, ...rest } = result;
    writeFileSync(options.report, jsonText({ ...rest, files: [...files.keys()] }));
  }
  for (const line of describe(result)) print(line);
  print(
    `${read.files.length} files read: ${result.contracts.length} contracts and ${result.examples} examples ` +
      `${options.dryRun === true ? "would be written" : "written"}, ${result.unchanged.length} unchanged, ` +
      `${result.changes.length} changes, ${result.annotations.length} annotations proposed, ${result.refusals.length} refused`,
  );
  if (result.contracts.length > 0)
    print("Look at the annotations, then run `pnpm schemas check` and `pnpm schemas render`.");
  return result.refusals.length === 0 ? 0 : 1;
}

/** How many of one kind are printed; the report has all. */
const SHOWN = 3;

function* describe({ changes, annotations, refusals }: ImportResult): Generator<string> {
  for (const [why, same] of groupBy(changes, (change) => change.why)) {
    yield `changed: ${why} (${same.length})`;
    for (const { file, pointer, before, after } of same.slice(0, SHOWN)) {
      yield `  ${file}#${pointer}  ${brief(before)} → ${brief(after)}`;
    }
  }
  for (const [text, same] of groupBy(annotations, ({ annotation }) => JSON.stringify(annotation))) {
    yield `annotated: ${text} (${same.length})`;
    for (const { file, pointer } of same.slice(0, SHOWN)) yield `  ${file}#${pointer}`;
  }
  for (const { file, pointer, reason, fix } of refusals) yield `refused: ${file}#${pointer}\n  ${reason}\n  → ${fix}`;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

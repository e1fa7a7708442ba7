import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Dialect } from "@millrace/schema-graph";
import { checkSchemas } from "../check/check-schemas.ts";
import type { SchemasFolder } from "../check/schemas-folder.ts";
import type { Fault } from "../registry/fault.ts";
import type { ImportRefusal } from "./import-report.ts";
import { importSource } from "./import-source.ts";
import { readSource } from "./read-source.ts";
import { kebabCase } from "./source-events.ts";
import { dialectOf } from "./source-dialects.ts";

/** Schemas that somebody publishes as an npm package. */
export interface ForeignSet {
  /** Name and version. */
  readonly package: string;
  /** Folder or file in it. */
  readonly path: string;
  readonly source: string;
  readonly type: string;
  readonly dialect?: Dialect;
  readonly only?: RegExp;
}

export interface ForeignSetResult {
  readonly dialects: readonly string[];
  readonly files: number;
  /** Files that the check finds no fault with when they are put where a contract is, but for missing examples. */
  readonly passing: number;
  readonly contracts: number;
  readonly refusals: readonly ImportRefusal[];
  readonly examples: number;
  /** Of the check of the folder with everything that was imported. */
  readonly faults: readonly Fault[];
  readonly seconds: number;
}

/** Imports a set into a folder, in memory, and checks the whole. */
export async function importForeignSet(folder: SchemasFolder, set: ForeignSet): Promise<ForeignSetResult> {
  const { files } = readSource(installedPath(set) ?? `${set.package}:${set.path}`);
  const dialects = files.map(({ value }) => {
    const { $schema } = value as { $schema?: string };
    return $schema === undefined ? `none, ${set.dialect ?? "draft-07"} assumed` : (dialectOf($schema) ?? $schema);
  });
  const passing = await countPassing(folder, files, set.source);
  const begin = performance.now();
  const { type, source, dialect, only } = set;
  const result = await importSource(folder, files, { source, type, dialect, only });
  const seconds = (performance.now() - begin) / 1_000;
  const { faults } = await checkSchemas({ folder: new Map([...folder, ...result.files]) });
  return {
    dialects: [...new Set(dialects)],
    files: files.length,
    passing,
    contracts: result.contracts.length,
    refusals: result.refusals,
    examples: [...result.files.keys()].filter((path) => path.includes("/valid/")).length,
    faults,
    seconds,
  };
}

/** A row of the table that `scripts/foreign-sets.ts` prints. */
export function formatForeignSet(set: ForeignSet, result: ForeignSetResult): string {
  const { dialects, files, passing, contracts, refusals, examples, faults, seconds } = result;
  const types = contracts + new Set(refusals.map(({ file, pointer }) => `${file}#${pointer}`)).size;
  const cells = [
    `\`${set.package}\` ${set.path}`,
    dialects.join(", "),
    files,
    passing,
    types,
    contracts,
    refusals.length,
    examples,
    faults.length,
    seconds.toFixed(1),
  ];
  return `| ${cells.join(" | ")} |`;
}

async function countPassing(
  folder: SchemasFolder,
  files: readonly { file: string; value: unknown }[],
  source: string,
): Promise<number> {
  const asTheyAre = new Map(
    files.map(({ file, value }) => [`events/${source}/${kebabCase(file)}/1-0-0.json`, JSON.stringify(value)]),
  );
  const { faults } = await checkSchemas({ folder: new Map([...folder, ...asTheyAre]) });
  const faulty = new Set(faults.filter(({ rule }) => rule !== "missing-example").map(({ file }) => file));
  return [...asTheyAre.keys()].filter((file) => !faulty.has(file)).length;
}

/** Where the package is installed here, if it is. */
function installedPath({ package: name, path }: ForeignSet): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const places = folders.map((folder) => join(folder, name.replace(/(?<=.)@.*$/, ""), path));
  return places.find((place) => existsSync(place));
}

import type { Json } from "../json.ts";
import type { Fault } from "../registry/fault.ts";
import { createRegistry, type Registry, type SchemaFile } from "../registry/registry.ts";

/** The files of a `schemas/` folder: path → text. */
export type SchemasFolder = ReadonlyMap<string, string>;

/** The folder's files, parsed and sorted by what they are. */
export interface ParsedFolder {
  registry: Registry;
  examples: SchemaFile[];
  routes: SchemaFile[];
  faults: Fault[];
}

export function parseFolder(folder: SchemasFolder): ParsedFolder {
  const faults: Fault[] = [];
  const schemas: SchemaFile[] = [];
  const examples: SchemaFile[] = [];
  const routes: SchemaFile[] = [];
  for (const [file, text] of [...folder].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!file.endsWith(".json") || !file.includes("/")) continue;
    const value = parse(file, text, faults);
    if (value === undefined) continue;
    if (file.startsWith("examples/")) examples.push({ file, value });
    else if (file.startsWith("routes/")) routes.push({ file, value });
    else schemas.push({ file, value });
  }
  const created = createRegistry(schemas);
  return { registry: created.registry, examples, routes, faults: [...faults, ...created.faults] };
}

function parse(file: string, text: string, faults: Fault[]): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    faults.push({ file, pointer: "", rule: "json", message, fix: "Correct the JSON." });
    return undefined;
  }
}

import type { Json } from "@millrace/schema-graph";
import type { Fault } from "../registry/fault.ts";
import { createRegistry, type Registry, type SchemaFile } from "../registry/registry.ts";
import { repeatedKeys } from "./repeated-keys.ts";

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
    if (!file.endsWith(".json") || !file.includes("/")) {
      faults.push(...unreadFault(file));
      continue;
    }
    const value = parse(file, text, faults);
    if (value === undefined) continue;
    if (file.startsWith("examples/")) examples.push({ file, value });
    else if (file.startsWith("routes/")) routes.push({ file, value });
    else schemas.push({ file, value });
  }
  const created = createRegistry(schemas);
  return { registry: created.registry, examples, routes, faults: [...faults, ...created.faults] };
}

/** A file in another place than schemas have would be skipped in silence. Text for people may lie anywhere. */
function unreadFault(file: string): Fault[] {
  const name = file.slice(file.lastIndexOf("/") + 1);
  if (name.endsWith(".md") || name.startsWith(".")) return [];
  const message = "Nobody reads this file: schemas, examples and routes are JSON files in the folders of their kind.";
  const fix = "Name it <something>.json and move it to events/, shared/, examples/ or routes/, or remove it.";
  return [{ file, pointer: "", rule: "path", message, fix }];
}

function repeatedFault(file: string, pointer: string): Fault {
  const message = "The name comes twice in its object, and only the last one counts.";
  return { file, pointer, rule: "json", message, fix: "Remove one of the two, or join them." };
}

function parse(file: string, text: string, faults: Fault[]): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    faults.push(...repeatedKeys(text).map((pointer) => repeatedFault(file, pointer)));
    return value;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    faults.push({ file, pointer: "", rule: "json", message, fix: "Correct the JSON." });
    return undefined;
  }
}

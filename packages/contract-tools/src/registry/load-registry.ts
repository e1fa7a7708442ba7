import type { Json } from "@millrace/schema-graph";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { RegistryError } from "../errors.ts";
import type { Fault } from "./fault.ts";
import { createRegistry, type Registry, type SchemaFile } from "./registry.ts";

/** Folders of `schemas/` that hold other documents than schemas. */
const otherFolders = ["examples", "routes"];

/**
 * Reads every schema below a `schemas/` folder.
 * @throws RegistryError that names every file that cannot be taken.
 * @example loadRegistry("schemas").newestOf("search.click")?.id
 */
export function loadRegistry(root: string): Registry {
  const { registry, faults } = readRegistry(root);
  if (faults.length > 0) throw new RegistryError(faults);
  return registry;
}

/** Like `loadRegistry`, but gives the faults back together with what could be read. */
export function readRegistry(root: string): { registry: Registry; faults: Fault[] } {
  const { files, faults } = readSchemaFiles(root);
  const created = createRegistry(files);
  return { registry: created.registry, faults: [...faults, ...created.faults] };
}

/** Reads the JSON files of the schema folders below `root`, sorted by path. */
export function readSchemaFiles(root: string): { files: SchemaFile[]; faults: Fault[] } {
  const files: SchemaFile[] = [];
  const faults: Fault[] = [];
  for (const file of listJsonFiles(root)) {
    try {
      files.push({ file, value: JSON.parse(readFileSync(join(root, file), "utf8")) as Json });
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      faults.push({ file, pointer: "", rule: "json", message, fix: "Correct the JSON." });
    }
  }
  return { files, faults };
}

function listJsonFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(sep).join("/"))
    .filter((file) => file.endsWith(".json") && file.includes("/"))
    .filter((file) => !otherFolders.some((folder) => file.startsWith(`${folder}/`)))
    .sort();
}

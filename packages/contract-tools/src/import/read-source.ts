import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, sep } from "node:path";
import type { Json } from "@millrace/schema-graph";
import type { SchemaFile } from "../registry/registry.ts";
import type { ImportRefusal } from "./import-report.ts";

export interface ReadSource {
  readonly files: readonly SchemaFile[];
  readonly refusals: readonly ImportRefusal[];
}

/**
 * Reads the JSON files of a folder, one file, or an npm package (`name`, `name@version`, with `:<path>` one folder or
 * file of it), which `npm` fetches from its registry without running any of its scripts.
 *
 * @throws Error when there is no such thing
 */
export function readSource(source: string): ReadSource {
  if (existsSync(source)) return readPath(source);
  const [, name = "", path = "."] = /^((?:@[^@/:]+\/)?[^@/:]+(?:@[^:]+)?)(?::(.+))?$/.exec(source) ?? [];
  if (name === "") throw new Error(`There is no file or folder ${source}, and it is no name of an npm package.`);
  const folder = mkdtempSync(join(tmpdir(), "schemas-import-"));
  try {
    const args = [
      "install",
      "--prefix",
      folder,
      "--no-save",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--silent",
      name,
    ];
    execFileSync("npm", args, { stdio: ["ignore", "ignore", "pipe"] });
    const installed = join(folder, "node_modules", name.replace(/(?<=.)@.*$/, ""), path);
    if (!existsSync(installed)) throw new Error(`The package ${name} has no ${path}.`);
    return readPath(installed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readPath(path: string): ReadSource {
  const isFile = statSync(path).isFile();
  const root = isFile ? dirname(path) : path;
  const names = isFile ? [basename(path)] : listJson(path);
  const files: SchemaFile[] = [];
  const refusals: ImportRefusal[] = [];
  for (const file of names) {
    try {
      // A byte order mark is no part of the text.
      const text = readFileSync(join(root, file), "utf8").replace(/^\uFEFF/, "");
      files.push({ file, value: JSON.parse(text) as Json });
    } catch (cause) {
      refusals.push({ file, pointer: "", reason: (cause as Error).message, fix: "Correct the JSON." });
    }
  }
  return { files, refusals };
}

/** JSON files below a folder; Iglu's registries have files without an ending. */
function listJson(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(sep).join("/"))
    .filter((file) => /\.json$|\/jsonschema\/\d+-\d+-\d+$/.test(file))
    .filter((file) => !/(^|\/)(package|package-lock|tsconfig)\.json$|(^|\/)node_modules\//.test(file))
    .sort();
}

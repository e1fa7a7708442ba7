import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";

/** A place that may hold a secret, and its text. */
export type Place = readonly [name: string, text: string];

/** Folders with other people's code, the repository's history, and what is searched on its own. */
const SKIPPED = new Set(["node_modules", ".git", "cache"]);

/** Files below a folder; `isPrivate` tells which may hold keys. */
export function filesOf(folder: string, isPrivate: (path: string) => boolean = () => false): readonly Place[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesOf(path, isPrivate);
    return entry.isFile() && !isPrivate(path) ? [[path, readFileSync(path, "latin1")] as const] : [];
  });
}

/** Returns the unpacked task outputs that Turbo keeps of a clone. */
export function turboCache(clone: string): readonly Place[] {
  const folder = join(clone, ".turbo/cache");
  return readdirSync(folder).map((name) => {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    return [path, (name.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes).toString("latin1")] as const;
  });
}

/** One line for each place that has one of the secrets. */
export function findSecrets(secrets: Readonly<Record<string, string>>, places: readonly Place[]): readonly string[] {
  return places.flatMap(([name, text]) =>
    Object.entries(secrets)
      .filter(([, secret]) => text.includes(secret))
      .map(([what]) => `${what} is in ${name}.`),
  );
}

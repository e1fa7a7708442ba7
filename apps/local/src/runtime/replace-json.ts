import { renameSync, writeFileSync } from "node:fs";

/** Writes a value as JSON in the place of a file: a reader, and a kill, meet the old one or the new one. */
export function replaceJson(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(value));
  renameSync(`${path}.new`, path);
}

import { hash } from "node:crypto";
import { type Dirent, lstatSync, readdirSync } from "node:fs";

/** Folders in which nothing lies that a build reads. */
const skippedFolders = new Set([".turbo", "bench", "coverage", "dist", "docs", "node_modules", "tests"]);

/**
 * Sums up which files lie below some paths and when each was last written, by size, inode and the times of its data and
 * of its inode. No file is read. The second time cannot be set by a program, so a file that changed never looks like
 * the old one; one that was only touched looks changed.
 *
 * @param paths files and folders relative to `root`; one that is missing counts as such
 */
export function fingerprint(root: string, paths: readonly string[]): string {
  const lines = [root, process.version];
  for (const path of paths) addPath(root, path, lines);
  return hash("sha256", lines.join("\n"));
}

/** @param path relative to `root`, with slashes: Node's functions for paths took half of a start's share in this. */
function addPath(root: string, path: string, lines: string[]): void {
  const stat = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) {
    for (const entry of readdirSync(`${root}/${path}`, { withFileTypes: true }).sort(byName)) {
      if (!skippedFolders.has(entry.name)) addPath(root, `${path}/${entry.name}`, lines);
    }
    return;
  }
  const state = stat === undefined ? "missing" : [stat.size, stat.ino, stat.mtimeMs, stat.ctimeMs].join(" ");
  lines.push(`${path} ${state}`);
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { SchemasFolder } from "../check/schemas-folder.ts";

/** The root of the repository this file is part of. */
export const repositoryRoot = join(import.meta.dirname, "../../../..");

/** Reads every file below `schemas/`. */
export function readFolder(root: string): SchemasFolder {
  if (!existsSync(root)) return new Map();
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(root, file)).isFile())
    .map((file) => file.split(sep).join("/"));
  return new Map(files.sort().map((file) => [file, readFileSync(join(root, file), "utf8")]));
}

/** Reads `schemas/` as it is in a commit. */
export function readMerged(root: string, commit: string): SchemasFolder {
  const prefix = git(root, ["rev-parse", "--show-prefix"]).trim();
  const names = git(root, ["ls-tree", "-r", "-z", "--name-only", commit, "--", "."]).split("\0").filter(Boolean);
  const requests = names.map((name) => `${commit}:${prefix}${name}\n`).join("");
  return new Map(splitBatch(gitBatch(root, requests)).map((text, index) => [names[index] ?? "", text]));
}

/**
 * The commit that counts as merged: where this branch left the given one, or `origin/main` or `main`, so that what
 * others have merged since is not missed here. `undefined` when there is no such commit, outside of a repository, and
 * before the first commit.
 */
export function mergeBase(root: string, base: string | undefined): string | undefined {
  if (base === undefined) return leftAt(root, "origin/main") ?? leftAt(root, "main");
  return leftAt(root, base) ?? tryGit(root, ["rev-parse", "--verify", `${base}^{commit}`]);
}

function leftAt(root: string, branch: string): string | undefined {
  return tryGit(root, ["merge-base", "HEAD", branch]);
}

function tryGit(root: string, args: string[]): string | undefined {
  try {
    return git(root, args).trim();
  } catch {
    return undefined;
  }
}

function git(cwd: string, args: string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 30 });
}

/** One process for all files. */
function gitBatch(cwd: string, requests: string): Buffer {
  return execFileSync("git", ["cat-file", "--batch"], { cwd, input: requests, maxBuffer: 1 << 30 });
}

/** `<object> blob <size>\n<content>\n`, again and again. */
function splitBatch(output: Buffer): string[] {
  const texts: string[] = [];
  for (let offset = 0; offset < output.length; ) {
    const headEnd = output.indexOf("\n", offset);
    const size = Number(output.toString("utf8", offset, headEnd).split(" ").at(-1));
    texts.push(output.toString("utf8", headEnd + 1, headEnd + 1 + size));
    offset = headEnd + size + 2;
  }
  return texts;
}

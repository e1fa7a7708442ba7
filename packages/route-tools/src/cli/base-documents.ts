import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadRouteDocuments, type RouteDocument } from "@millrace/routes";
import { UsageError } from "../errors.ts";
import { folders } from "./folders.ts";

/** The documents that a change is compared with: those of a folder, or as a commit has them. */
export function baseDocuments(base: string): RouteDocument[] {
  return existsSync(base) ? loadRouteDocuments(base) : documentsOfRef(base);
}

function documentsOfRef(ref: string): RouteDocument[] {
  const git = (...args: string[]): string => {
    try {
      return execFileSync("git", ["-C", folders.repository, ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    } catch (cause) {
      throw new UsageError(`"${ref}" is neither a folder nor something git knows`, { cause });
    }
  };
  const files = git("ls-tree", "--name-only", ref, "schemas/routes/").split("\n");
  const folder = mkdtempSync(join(tmpdir(), "routes-"));
  try {
    for (const file of files) {
      if (!file.endsWith(".json") || file.endsWith(".schema.json")) continue;
      writeFileSync(join(folder, file.slice(file.lastIndexOf("/") + 1)), git("show", `${ref}:${file}`));
    }
    return loadRouteDocuments(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

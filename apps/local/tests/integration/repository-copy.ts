import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { repositoryRoot } from "../../src/runtime/folders.ts";

/** Folders that a checkout does not have: outputs, state, history. */
const left = new Set([".git", ".local", ".turbo", "coverage", "dist"]);

/** A checkout of this repository as it lies on the disk, of its own, in which a test may do what a user does. */
export class RepositoryCopy {
  readonly root = mkdtempSync(join(tmpdir(), "millrace-copy-"));

  constructor() {
    const modules = join(repositoryRoot, "node_modules");
    cpSync(repositoryRoot, this.root, {
      recursive: true,
      // The packages' own node_modules are relative links; they also hold in the copy.
      verbatimSymlinks: true,
      filter: (path) => path !== modules && !left.has(basename(path)),
    });
    mkdirSync(join(this.root, "node_modules"));
    for (const name of readdirSync(modules)) symlinkSync(join(modules, name), join(this.root, "node_modules", name));
    // The dependencies are those of the original, installed; pnpm must not install them again through these links.
    const workspace = join(this.root, "pnpm-workspace.yaml");
    const settings = readFileSync(workspace, "utf8");
    writeFileSync(workspace, settings.replace("verifyDepsBeforeRun: install", "verifyDepsBeforeRun: false"));
    this.git("init", "--quiet");
    this.git("add", "--all");
    this.git("-c", "user.name=test", "-c", "user.email=test@millrace.example", "commit", "--quiet", "-m", "as it is");
  }

  git(...args: readonly string[]): string {
    return execFileSync("git", args, { cwd: this.root, encoding: "utf8" });
  }

  /**
   * Runs a root command as the README writes it. @returns what it printed. @throws when it ends with another code than
   * 0.
   */
  pnpm(...args: readonly string[]): string {
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("TURBO_"));
    return execFileSync("pnpm", args, {
      cwd: this.root,
      encoding: "utf8",
      env: Object.fromEntries(environment),
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  readJson(path: string): unknown {
    return JSON.parse(readFileSync(join(this.root, path), "utf8"));
  }

  remove(): void {
    // A process that was killed may be writing its last.
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10 });
  }
}

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderAll } from "../../render/render-all.ts";
import { repositoryRoot } from "../repository.ts";

export interface RenderOptions {
  /** Write nothing, and say what is stale. */
  check?: boolean | undefined;
}

/**
 * `pnpm schemas render`: writes every generated file, or none when a schema is broken. With `--check`: 0 when all are
 * fresh.
 */
export function render(options: RenderOptions, print: (line: string) => void): number {
  const files = renderOrExplain(print);
  if (files === undefined) return 1;
  const stale = [...files].filter(([path, text]) => readIfThere(path) !== text);
  const orphans = readdirSync(join(repositoryRoot, "docs/contracts"))
    .map((name) => `docs/contracts/${name}`)
    .filter((path) => !files.has(path));
  if (options.check !== true) {
    for (const [path, text] of stale) write(path, text);
    for (const path of orphans) rmSync(join(repositoryRoot, path));
  }
  const changed = [...stale.map(([path]) => path), ...orphans];
  for (const path of changed) print(options.check === true ? `stale: ${path}` : `written: ${path}`);
  print(`${files.size} generated files, ${changed.length} ${options.check === true ? "stale" : "written"}`);
  return options.check === true && changed.length > 0 ? 1 : 0;
}

function renderOrExplain(print: (line: string) => void): Map<string, string> | undefined {
  try {
    return renderAll(repositoryRoot);
  } catch (error) {
    // A schema that no validator can be made of has faults, and the check tells them by file and pointer.
    print(
      `${error instanceof Error ? error.message : String(error)}\nNothing was written. \`pnpm schemas check\` says more.`,
    );
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  const file = join(repositoryRoot, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function write(path: string, text: string): void {
  const file = join(repositoryRoot, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

import { globSync, statSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";

const appFolder = join(import.meta.dirname, "..");
/** Where the built page lies. */
export const pageFolder = join(appFolder, "dist", "page");

const bundle = join(pageFolder, "page.js");

/** Bundles the page for browsers of the last two years. */
export async function buildPage(): Promise<void> {
  // Loaded here alone: a console whose page is fresh needs no bundler.
  const { build } = await import("esbuild");
  await mkdir(pageFolder, { recursive: true });
  await copyFile(join(appFolder, "src", "page", "index.html"), join(pageFolder, "index.html"));
  await build({
    entryPoints: ["main.tsx", "style.css"].map((file) => ({ in: join(appFolder, "src", "page", file), out: "page" })),
    outdir: pageFolder,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome123", "firefox120", "safari17.5"],
    jsx: "automatic",
    jsxImportSource: "preact",
    conditions: ["@millrace/source"],
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
    logLevel: "warning",
  });
}

/** True if the page was built after its sources were last written. */
export function isPageFresh(): boolean {
  const builtMs = statSync(bundle, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(["src/page/**/*", "src/*.ts", "package.json"], { cwd: appFolder });
  return sources.every((file) => statSync(join(appFolder, file)).mtimeMs < builtMs);
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Contestants that have no maintainer any longer. The workspace does not install them. */
const packages = { "kinesis-streams": "0.7.0", "lifion-kinesis": "1.3.3" };
const folder = join(import.meta.dirname, "../.local/abandoned-packages");

/**
 * Installs the abandoned contestants with npm into a folder of their own, unless they are there already.
 *
 * @returns a `require` that finds them
 */
export function abandonedPackages(): NodeJS.Require {
  const manifest = join(folder, "package.json");
  if (Object.keys(packages).some((name) => !existsSync(join(folder, "node_modules", name)))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(manifest, JSON.stringify({ private: true, dependencies: packages }));
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return createRequire(manifest);
}

import { accessSync, constants, existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * Lets `npx pnpm@<version>` find the pnpm that runs now. Before npx reads the tree of everything that is installed,
 * which takes most of a start's CPU, it looks for a program of the very name it was given in `node_modules/.bin`. The
 * script that it finds there does what npx would have done: it puts the folder of pnpm on the path and runs it. When
 * that pnpm is gone, the script deletes itself and calls npx again.
 *
 * @param environment of a script that pnpm runs: `npm_execpath` and `npm_config_user_agent` name the pnpm
 * @returns whether the repository's own version runs and the script could be written
 */
export function writePackageManagerScript(root: string, environment: Readonly<NodeJS.ProcessEnv>): boolean {
  const program = environment["npm_execpath"] ?? "";
  const [runningVersion] = (environment["npm_config_user_agent"] ?? "").split(" ");
  try {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { packageManager: string };
    // A checksum may follow the version.
    const [packageManager = ""] = manifest.packageManager.split("+");
    if (packageManager.replace("@", "/") !== runningVersion) return false;
    accessSync(program, constants.X_OK);
    // Programs that look for a pnpm, such as turbo, have to find this one, and by an absolute path.
    const folder = (environment["PATH"] ?? "").split(delimiter).find((each) => isFolderOf(each, program));
    if (folder === undefined) return false;
    const script = join(root, "node_modules", ".bin", packageManager);
    // An earlier one may be a link, whose target must not be written.
    rmSync(script, { force: true });
    writeFileSync(script, scriptOf({ program, folder, packageManager }), { mode: 0o755 });
    return true;
  } catch {
    // A start without the script only takes longer.
    return false;
  }
}

function isFolderOf(folder: string, program: string): boolean {
  const command = join(folder, "pnpm");
  return isAbsolute(folder) && existsSync(command) && realpathSync(command) === realpathSync(program);
}

function scriptOf(parts: Readonly<Record<"program" | "folder" | "packageManager", string>>): string {
  const { program, folder, packageManager } = parts;
  return `#!/bin/sh
# Written by "pnpm start"; see docs/decisions/0134. It may be deleted.
if [ -x ${quote(program)} ]; then
  PATH=${quote(folder)}:"$PATH" exec ${quote(program)} "$@"
fi
# Where it cannot be deleted, npx would only find it again.
rm "$0" && exec npx -y ${quote(packageManager)} "$@"
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Packs every published package as it goes to the registry: `pnpm release:pack <folder>`. The packages have to be
 * built.
 *
 * A tarball differs from one of `pnpm pack` in four ways: names carry the scope of `release` in package.json, the
 * manifest has access and registry, repository and commit when CI names them, and the exports have no condition for
 * sources, which are not in it.
 */
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type ReleaseSettings, readReleaseSettings, root, sourceScope } from "./settings.ts";

type Manifest = Record<string, unknown> & {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
};

/** CI's name for the commit; absent on other machines. */
interface Origin {
  /** `https://github.com/acme/millrace` */
  readonly repository?: string;
  readonly commit?: string;
}

export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** Path of the tarball. */
  readonly tarball: string;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** Folders of the packages that are published, below the root. */
export const publishedFolders = (workspace = root): readonly string[] =>
  globSync("packages/*/package.json", { cwd: workspace })
    .map((file) => dirname(file))
    .filter((folder) => manifestOf(join(workspace, folder)).private !== true)
    .sort();

/** A consumer that has the dependency already must be able to share its copy. */
function refusePins({ name, dependencies = {} }: Manifest): void {
  const pins = Object.entries(dependencies).filter(([, range]) => /^\d/.test(range));
  if (pins.length === 0) return;
  const list = pins.map(([dependency, version]) => `${dependency} ${version}`).join(", ");
  throw new Error(
    `${name}: published packages ask for ranges, but these dependencies are pinned: ${list}. ` +
      'Name them in the catalog "consumers" of pnpm-workspace.yaml and write "catalog:consumers".',
  );
}

function publishedManifest(manifest: Manifest, settings: ReleaseSettings, origin: Origin, folder: string): Manifest {
  const { devDependencies: _devDependencies, scripts: _scripts, ...kept } = manifest;
  const exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([path, conditions]) => [
      path,
      Object.fromEntries(Object.entries(conditions).filter(([condition]) => condition !== `${sourceScope}/source`)),
    ]),
  );
  const { access, registry } = settings;
  return {
    ...kept,
    exports,
    publishConfig: { access, ...(registry === undefined ? {} : { registry }) },
    ...(origin.repository === undefined
      ? {}
      : { repository: { type: "git", url: `git+${origin.repository}.git`, directory: folder } }),
    ...(origin.commit === undefined ? {} : { gitHead: origin.commit }),
  };
}

/** Every name of the sources' scope in a text becomes one of the published scope. */
const rename = (text: string, scope: string): string => text.replaceAll(`${sourceScope}/`, `${scope}/`);

function packOne(folder: string, outFolder: string, options: PackOptions): PackedPackage {
  const { workspace, settings, origin } = options;
  const stage = mkdtempSync(join(tmpdir(), "millrace-pack-"));
  try {
    execFileSync("pnpm", ["pack", "--pack-destination", stage], { cwd: join(workspace, folder), stdio: "pipe" });
    const [packed = ""] = readdirSync(stage);
    execFileSync("tar", ["-xzf", packed], { cwd: stage });
    const content = join(stage, "package");
    const manifest = manifestOf(content);
    refusePins(manifest);
    const text = JSON.stringify(publishedManifest(manifest, settings, origin, folder), null, 2);
    writeFileSync(join(content, "package.json"), `${text}\n`);
    for (const file of globSync("**/*.{js,ts,json,md}", { cwd: content })) {
      const before = readFileSync(join(content, file), "utf8");
      const after = rename(before, settings.scope);
      if (after !== before) writeFileSync(join(content, file), after);
    }
    const { name, version } = manifestOf(content);
    const tarball = execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", outFolder], {
      cwd: content,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
    return { name, version, tarball: join(outFolder, tarball) };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

interface PackOptions {
  readonly workspace: string;
  readonly settings: ReleaseSettings;
  readonly origin: Origin;
}

/** Packs all published packages of a workspace into a folder. @throws Error when one cannot be published as it is */
export function packAll(outFolder: string, options: PackOptions): readonly PackedPackage[] {
  mkdirSync(outFolder, { recursive: true });
  return publishedFolders(options.workspace).map((folder) => packOne(folder, outFolder, options));
}

if (import.meta.main) {
  const [, , outFolder] = process.argv;
  if (outFolder === undefined) throw new Error("Usage: pnpm release:pack <folder for the tarballs>");
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = process.env;
  const origin: Origin = {
    ...(server === undefined || repository === undefined ? {} : { repository: `${server}/${repository}` }),
    ...(commit === undefined ? {} : { commit }),
  };
  const packed = packAll(resolve(outFolder), { workspace: root, settings: readReleaseSettings(), origin });
  for (const { name, version, tarball } of packed) process.stdout.write(`${name}@${version} ${tarball}\n`);
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package with a bench. */
export interface BenchPackage {
  readonly name: string;
  readonly folder: string;
  /** Arguments of Node for its quick form, if it has one. */
  readonly quick: readonly string[] | undefined;
}

const QUICK = "bench:quick";

/** The packages below `apps` and `packages` that have a script whose name begins with `bench`. */
export function findBenches(root: string): BenchPackage[] {
  return ["apps", "packages"].flatMap((parent) =>
    readdirSync(join(root, parent)).flatMap((child): BenchPackage[] => {
      const folder = join(root, parent, child);
      const file = join(folder, "package.json");
      if (!existsSync(file)) return [];
      const { name, scripts = {} } = JSON.parse(readFileSync(file, "utf8")) as {
        name: string;
        scripts?: Readonly<Record<string, string>>;
      };
      if (!Object.keys(scripts).some((script) => script.startsWith("bench"))) return [];
      return [{ name, folder, quick: argumentsOf(name, scripts[QUICK]) }];
    }),
  );
}

/** Run without a shell and a package manager, a quick form starts in a tenth of the time. */
function argumentsOf(name: string, script: string | undefined): string[] | undefined {
  if (script === undefined) return undefined;
  const [program, ...rest] = script.split(" ");
  if (program !== "node") throw new Error(`${name}: "${QUICK}" must begin with "node ", got "${script}"`);
  return rest;
}

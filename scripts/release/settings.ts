import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Root of the repository. */
export const root = join(import.meta.dirname, "../..");

/** Scope that the sources are written in. */
export const sourceScope = "@millrace";

/**
 * Under which names and where packages are published: `release` in the root's package.json, the one place to change.
 */
export interface ReleaseSettings {
  /** Scope of the published names, such as `@acme`. */
  readonly scope: string;
  /** Who may install the packages. */
  readonly access: "public" | "restricted";
  /** Address of the registry; npm's own when absent. */
  readonly registry?: string;
}

/** @throws Error naming the value and what it has to be */
export function readReleaseSettings(file = join(root, "package.json")): ReleaseSettings {
  const { release } = JSON.parse(readFileSync(file, "utf8")) as { release?: Partial<Record<string, unknown>> };
  const { scope, access, registry, ...others } = release ?? {};
  const fail = (name: string, expected: string, value: unknown): never => {
    throw new Error(
      `${file}: expected \`release.${name}\` to be ${expected}, got ${JSON.stringify(value)} (${typeof value})`,
    );
  };
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) fail(unknown, "absent: known are scope, access, registry", others[unknown]);
  if (typeof scope !== "string" || !/^@[a-z0-9][a-z0-9._-]*$/.test(scope)) {
    return fail("scope", "a scope such as @acme", scope);
  }
  if (access !== "public" && access !== "restricted") return fail("access", '"public" or "restricted"', access);
  if (registry !== undefined && (typeof registry !== "string" || !URL.canParse(registry))) {
    return fail("registry", "an absolute URL", registry);
  }
  return { scope, access, ...(registry === undefined ? {} : { registry }) };
}

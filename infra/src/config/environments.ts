import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { EnvironmentOrderError } from "../errors.ts";
import type { EnvironmentInput } from "./defaults.ts";

const folder = join(import.meta.dirname, "../environments");
/** Loads synchronously, so that importing modules can read the list of environments at once. */
const load = createRequire(import.meta.url);

/** Every environment there is: one file each in `src/environments`, named like it. */
const inputs: ReadonlyMap<string, EnvironmentInput> = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => [
      basename(file, ".ts"),
      (load(join(folder, file)) as { readonly environment: EnvironmentInput }).environment,
    ]),
);

/** Returns the content of an environment's file, or `undefined` if there is no such file. */
export const environmentInput = (environment: string): EnvironmentInput | undefined => inputs.get(environment);

/**
 * The environments in order of promotion: each after the one that its `deployAfter` names, `local` ones first.
 *
 * @throws EnvironmentOrderError when `deployAfter` names no environment, or leads back to where it began
 */
export function inOrderOfPromotion(
  environments: ReadonlyMap<string, Pick<EnvironmentInput, "kind" | "deployAfter">>,
): readonly string[] {
  const distanceOf = (name: string, trail: readonly string[]): number => {
    const environment = environments.get(name);
    const path = [...trail, name];
    if (environment === undefined) throw new EnvironmentOrderError(path, "is no environment");
    if (trail.includes(name)) throw new EnvironmentOrderError(path, "waits for itself");
    if (environment.kind === "local") return 0;
    return environment.deployAfter === undefined ? 1 : 1 + distanceOf(environment.deployAfter, path);
  };
  return [...environments.keys()]
    .map((name) => ({ name, distance: distanceOf(name, []) }))
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/** The environments, each a stack of its own, in order of promotion. */
export const ENVIRONMENTS: readonly string[] = inOrderOfPromotion(inputs);

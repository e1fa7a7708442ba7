import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FunctionArtifactError } from "../errors.ts";

/**
 * Routes that no canary event matches, as the build of the canary function found them.
 * @throws FunctionArtifactError that names the command to run
 */
export function readUnmeasuredRoutes(root: string): readonly string[] {
  const path = join(root, "apps/canary/dist/canaries.json");
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { readonly unmeasured: readonly string[] }).unmeasured;
  } catch (cause) {
    throw new FunctionArtifactError(
      `The canary function is not built: ${path} cannot be read. Run: pnpm turbo run build --filter=@millrace/canary`,
      { cause },
    );
  }
}

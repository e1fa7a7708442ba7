import { runProgram } from "./run-build.ts";

const commands: Readonly<Record<string, string>> = {
  "schemas/routes/": "packages/route-tools/src/cli/main.ts",
  "schemas/events/": "packages/contract-tools/src/cli/main.ts",
};

/**
 * Runs the checks that `pnpm routes check` and `pnpm schemas check` do, if such files changed.
 * @throws RuntimeError with the faults
 */
export async function checkSchemas(paths: readonly string[], signal: AbortSignal): Promise<void> {
  for (const [folder, command] of Object.entries(commands)) {
    if (!paths.some((path) => path.startsWith(folder))) continue;
    const args = ["--conditions=@millrace/source", command, "check"];
    await runProgram({ program: process.execPath, args, signal });
  }
}

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** How `pnpm start` of a checkout runs its program. */
export interface StartScript {
  /** Variables that the script sets. Paths among them are relative to the checkout, as they are in the script. */
  readonly environment: Readonly<Record<string, string>>;
  /** Options of Node, without the program and its own options. */
  readonly nodeArguments: readonly string[];
}

export const startProgram = "apps/local/src/main.ts";

/**
 * Reads the script `start` of a checkout, so that a test and a measurement run what `pnpm start` runs.
 * @throws when the script does not run Node with the program of `start`
 */
export function readStartScript(repository: string): StartScript {
  const path = join(repository, "package.json");
  const { scripts } = JSON.parse(readFileSync(path, "utf8")) as { readonly scripts: Readonly<Record<string, string>> };
  const [head, , tail] = scripts["start"]?.split(/(\bnode )/) ?? [];
  const [options, rest] = tail?.split(startProgram) ?? [];
  if (head === undefined || options === undefined || rest === undefined)
    throw new Error(`${path}: the script "start" does not run node with ${startProgram}.`);
  return {
    environment: Object.fromEntries(wordsOf(head).map((word) => word.split("=", 2) as [string, string])),
    nodeArguments: wordsOf(options),
  };
}

function wordsOf(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

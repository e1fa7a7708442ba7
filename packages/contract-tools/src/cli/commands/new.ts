import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { scaffoldVersion, type Step } from "../../scaffold/scaffold-version.ts";
import { readFolder, repositoryRoot } from "../repository.ts";

export interface NewOptions {
  root?: string | undefined;
  /** How far the next version of an existing contract is from the last: `addition` by default. */
  step?: string | undefined;
}

const steps: readonly string[] = ["addition", "revision", "model"] satisfies Step[];

/**
 * `pnpm schemas new <domain>/<event>`: writes a contract that passes the check, or the next version of an existing one.
 */
export function createNew(name: string | undefined, options: NewOptions, print: (line: string) => void): number {
  const root = options.root ?? join(repositoryRoot, "schemas");
  const step = options.step ?? "addition";
  if (!steps.includes(step)) {
    print(`Expected --step to be one of ${steps.join(", ")}, got ${step}.`);
    return 2;
  }
  const files = name === undefined ? undefined : scaffoldVersion(readFolder(root), name, step as Step);
  if (files === undefined) {
    print(`Expected <domain>/<event> in kebab-case, e.g. checkout/coupon-used, got ${name ?? "nothing"}.`);
    return 2;
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    print(`written: schemas/${path}`);
  }
  print("Now edit the schema and its examples, then run `pnpm schemas check` and `pnpm schemas render`.");
  return 0;
}

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseFolder, type SchemasFolder } from "../../check/schemas-folder.ts";
import { authoredContracts, authoredInZod3 } from "../../contracts/authored.ts";
import { newestVersionOf } from "../../registry/newest-version.ts";
import { type Step, stepDocument } from "../../scaffold/next-version.ts";
import { scaffoldContract } from "../../scaffold/scaffold-contract.ts";
import { readFolder, repositoryRoot } from "../repository.ts";

export interface NewOptions {
  root?: string | undefined;
  /** How far the next version is from the last. */
  step: Step;
}

/** Kinds of documents that are no contracts; a domain of events is not named like one. */
const otherKinds = ["bad-rows", "envelope", "shared"];

const authoredFile = "packages/contract-tools/src/contracts/authored.ts";

/**
 * `pnpm schemas new`: a contract `<domain>/<event>` that passes the check, or the next version of a contract or of
 * another document (`envelope/enrichment`, `shared/context`), also of those that are authored in zod.
 */
export function createNew(name: string, options: NewOptions, print: (line: string) => void): number {
  const root = options.root ?? join(repositoryRoot, "schemas");
  const folder = readFolder(root);
  const isContract = !otherKinds.includes(name.split("/")[0] ?? "");
  const documents = parseFolder(folder).registry.documents.values();
  const newest = newestVersionOf(documents, isContract ? `events/${name}` : name);
  if (newest !== undefined) {
    // The code of this repository authors nothing in another folder.
    const isOwn = options.root === undefined;
    const inZod4 = new Set(isOwn ? Object.keys(authoredContracts) : []);
    const { files, stepped } = stepDocument(folder, newest, options.step, inZod4);
    writeFiles(root, files, print);
    const authored = { ...authoredContracts, ...authoredInZod3 };
    const inZod = isOwn ? [...stepped].filter(([before]) => Object.hasOwn(authored, before)) : [];
    if (inZod.length > 0) renameAuthored(inZod, print);
    print(
      `Now edit the ${inZod.length > 0 ? "zod contract" : "schema"} and its examples, ` +
        "then run `pnpm schemas render` and `pnpm schemas check`.",
    );
    return 0;
  }
  const files = !isContract ? undefined : scaffoldContract(folder, name);
  if (files === undefined) {
    const other = isContract ? "" : ` There is no ${name} to be stepped.`;
    print(`Expected <domain>/<event> in kebab-case, e.g. checkout/coupon-used, got ${name}.${other}`);
    return 2;
  }
  writeFiles(root, files, print);
  print("Now edit the schema and its examples, then run `pnpm schemas check` and `pnpm schemas render`.");
  return 0;
}

function writeFiles(root: string, files: SchemasFolder, print: (line: string) => void): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    print(`written: schemas/${path}`);
  }
}

/** From now on the code authors the next version; the previous one stays as the file that was rendered. */
function renameAuthored(stepped: readonly (readonly [string, string])[], print: (line: string) => void): void {
  const file = join(repositoryRoot, authoredFile);
  const text = stepped.reduce(
    (whole, [before, after]) => whole.replace(`"${before}":`, `"${after}":`),
    readFileSync(file, "utf8"),
  );
  writeFileSync(file, text);
  print(`written: ${authoredFile}`);
}

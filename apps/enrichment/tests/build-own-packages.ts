/** Builds a bundle with the packages that `<folder>/options/enrichments.json` lists, as `scripts/build.ts` does. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleFunction } from "@millrace/lambda-bundle";
import { resultSchemas } from "@millrace/enrichments/schemas";
import { checkOptions } from "../scripts/check-options.ts";
import { renderOwnPackages } from "../scripts/render-own-packages.ts";

const folder = process.argv[2] ?? "";
try {
  const { own, lookups, added } = checkOptions(join(folder, "options/enrichments.json"));
  writeFileSync(join(folder, "own-packages.js"), renderOwnPackages({ own, lookups }));
  await bundleFunction({ entryPoint: join(folder, "entry.ts"), outFile: join(folder, "function.zip") });
  console.log(JSON.stringify(Object.keys(resultSchemas(added))));
} catch (error) {
  console.log((error as Error).message);
}

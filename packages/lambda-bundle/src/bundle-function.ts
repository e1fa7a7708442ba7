import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { build, type Metafile } from "esbuild";
import { createDeterministicZip, type ZipEntries } from "./deterministic-zip.ts";
import { BundleTooLargeError, BundlingFailedError } from "./errors.ts";
import { http1Only } from "./http1-only.ts";
import { noConfigFiles } from "./no-config-files.ts";
import { noWebCrypto } from "./no-web-crypto.ts";
import { MAX_UNZIPPED_BYTES, MAX_ZIP_BYTES } from "./limits.ts";

/** Options of {@link bundleFunction}. */
export interface BundleOptions {
  /** Absolute path of the source file that exports `handler`. */
  readonly entryPoint: string;
  /** Path of the zip to write, `.../function.zip`; the manifest goes beside it as `.../function.json`. */
  readonly outFile: string;
  /** Further files of the zip: path inside the zip → path on disk (a database that is opened lazily, say). */
  readonly files?: Readonly<Record<string, string>>;
  /**
   * Where AWS credentials and other settings come from: the `environment`, as in every Node function on Lambda
   * (default), or the SDK's whole chain with its files.
   */
  readonly credentials?: "environment" | "sdk-chain";
  /** Protocols of the SDK: HTTP/1.1 without event streams (default), or all of it. */
  readonly transports?: "http1" | "sdk";
  /** Departures from what is fixed, to measure what it brings; no function is deployed with one. */
  readonly departures?: Departures;
  /** Further modules replaced by others, by name: what a bundle provably never calls need not be in it. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Constants replaced at build time, as esbuild's `define`. */
  readonly define?: Readonly<Record<string, string>>;
  /**
   * Version of the package. The bundle then has it as the constant `BUILD_VERSION`, with a hash of the build behind it:
   * `0.1.0+3fa9c1d2e4b5` (https://semver.org/#spec-item-10).
   */
  readonly version?: string;
  /** Largest zip accepted, in bytes; Lambda's own limit when left out. */
  readonly maxZipBytes?: number;
}

/** Options of {@link bundleFunction} for measurements. */
export interface Departures {
  /** `esm`: `index.mjs` instead of `index.js`. */
  readonly format?: "cjs" | "esm";
  readonly minify?: boolean;
  readonly mainFields?: readonly string[];
}

/** Facts that infra needs to deploy the zip; written beside it as JSON. */
export interface FunctionManifest {
  /** File name of the zip, beside the manifest. */
  readonly file: string;
  /** Lambda handler setting. */
  readonly handler: string;
  /** SHA-256 of the zip in base64: the value Lambda returns as `CodeSha256`, Terraform's `source_code_hash`. */
  readonly sha256Base64: string;
  /** Size of the zip. */
  readonly bytes: number;
  /** Size of everything in it. */
  readonly unzippedBytes: number;
}

// In Lambda the credentials of a Node function are in its environment. The SDK's own chain asks files, single sign-on,
// the metadata service and more: a quarter of the bundle and of its start, for nothing (docs/decisions/0026).
const environmentCredentials = {
  "@aws-sdk/credential-provider-node": join(import.meta.dirname, "environment-credentials.ts"),
};

// CommonJS has no `import.meta`: files beside the bundle are found through what it has instead.
const placeOfBundle = { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" };

// CommonJS modules in an ES module still ask for built-in ones by `require`.
const requireForEsm = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** The manifest, and which input contributed how many bytes. */
export interface BundleResult {
  readonly manifest: FunctionManifest;
  readonly metafile: Metafile;
}

/**
 * Bundles a Lambda handler into a deterministic zip with a manifest beside it.
 *
 * @throws BundlingFailedError when esbuild refuses the source
 * @throws BundleTooLargeError when the zip is over its budget or over Lambda's limits
 * @example
 * ```ts
 * const { manifest } = await bundleFunction({ entryPoint: "/app/src/handler.ts", outFile: "/app/dist/function.zip" });
 * manifest.handler; // "index.handler"
 * ```
 */
export async function bundleFunction(options: BundleOptions): Promise<BundleResult> {
  const { code, metafile } = await bundleCode(options);
  const index = options.departures?.format === "esm" ? "index.mjs" : "index.js";
  const entries: Record<string, Uint8Array> = { [index]: code };
  for (const [pathInZip, pathOnDisk] of Object.entries(options.files ?? {})) {
    entries[pathInZip] = await readFile(pathOnDisk);
  }
  entries[index] = stampBuild(code, hashOf(entries));
  const zip = createDeterministicZip(entries);
  const manifest = describeZip(basename(options.outFile), zip, entries);
  assertSizes(manifest, options.maxZipBytes ?? MAX_ZIP_BYTES);

  const outDir = dirname(options.outFile);
  await mkdir(outDir, { recursive: true });
  await replaceFile(options.outFile, zip);
  const manifestFile = join(outDir, `${basename(options.outFile, ".zip")}.json`);
  await replaceFile(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
  return { manifest, metafile };
}

/** Stands for the hash of the build until there is one. No source has it. */
const buildPlaceholder = "__millrace_build__";
const BUILD_HASH_LENGTH = 12;

/** Of everything in the zip, as it is before it is stamped. */
function hashOf(entries: ZipEntries): string {
  const hash = createHash("sha256");
  for (const path of Object.keys(entries).sort()) hash.update(`${path}\0`).update(entries[path] ?? "");
  return hash.digest("hex").slice(0, BUILD_HASH_LENGTH);
}

function stampBuild(code: Uint8Array, build: string): Uint8Array {
  const text = Buffer.from(code).toString();
  return text.includes(buildPlaceholder) ? Buffer.from(text.replaceAll(buildPlaceholder, build)) : code;
}

/** Replaces a file in one step: a reader sees the old one or the new one, whole. */
async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, content);
  await rename(partial, path);
}

async function bundleCode(options: BundleOptions): Promise<{ code: Uint8Array; metafile: Metafile }> {
  const { format = "cjs", minify = true, mainFields = ["module", "main"] } = options.departures ?? {};
  try {
    const result = await build({
      entryPoints: [options.entryPoint],
      // Names that esbuild derives from paths must not depend on where the repository was cloned.
      absWorkingDir: dirname(options.entryPoint),
      bundle: true,
      write: false,
      metafile: true,
      minify,
      // No source map in the zip: it doubles what a cold start has to unpack.
      sourcemap: false,
      legalComments: "none",
      platform: "node",
      target: "node24",
      // CommonJS starts sooner than the same bundle as an ES module (docs/decisions/0026).
      format,
      // The SDK's `main` files are CommonJS and cannot be tree-shaken.
      mainFields: [...mainFields],
      conditions: ["@millrace/source", "module"],
      alias: { ...(options.credentials === "sdk-chain" ? {} : environmentCredentials), ...options.alias },
      plugins: [
        ...(options.transports === "sdk" ? [] : [http1Only]),
        ...(options.credentials === "sdk-chain" ? [] : [noConfigFiles]),
        noWebCrypto,
      ],
      ...(format === "esm" ? { banner: { js: requireForEsm } } : {}),
      define: { ...(format === "esm" ? {} : placeOfBundle), ...versionOf(options), ...options.define },
      // Any other property of `import.meta` would be undefined in CommonJS without an error.
      logOverride: { "empty-import-meta": "error" },
      logLevel: "silent",
    });
    const output = result.outputFiles[0];
    if (output === undefined) throw new Error("esbuild wrote no output file");
    return { code: output.contents, metafile: result.metafile };
  } catch (cause) {
    throw new BundlingFailedError(options.entryPoint, cause);
  }
}

function versionOf({ version }: BundleOptions): Record<string, string> {
  return version === undefined ? {} : { BUILD_VERSION: JSON.stringify(`${version}+${buildPlaceholder}`) };
}

function describeZip(file: string, zip: Uint8Array, entries: ZipEntries): FunctionManifest {
  return {
    file,
    handler: "index.handler",
    sha256Base64: createHash("sha256").update(zip).digest("base64"),
    bytes: zip.length,
    unzippedBytes: Object.values(entries).reduce((sum, bytes) => sum + bytes.length, 0),
  };
}

function assertSizes(manifest: FunctionManifest, budgetBytes: number): void {
  if (manifest.bytes > budgetBytes) throw new BundleTooLargeError(manifest.file, manifest.bytes, budgetBytes);
  if (manifest.unzippedBytes > MAX_UNZIPPED_BYTES) {
    throw new BundleTooLargeError(`${manifest.file}, unzipped,`, manifest.unzippedBytes, MAX_UNZIPPED_BYTES);
  }
}

/**
 * Cold start: how long bundles take to load, each in a fresh process, many times, in turn: `pnpm bench:cold`, `--json`, `--runs 40`.
 *
 * It measures what a bundle decides: loading and evaluating it. What AWS adds (fetching the zip, starting the machine) is
 * the same for all and larger.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bundleFunction } from "@millrace/lambda-bundle";
import { unzipSync } from "fflate";
import { median } from "./measure.ts";

const root = join(import.meta.dirname, "..");
const runs = Number(process.argv[process.argv.indexOf("--runs") + 1]) || 40;

interface Bundle {
  readonly name: string;
  readonly index: string;
  readonly bytes: number;
}

const folder = mkdtempSync(join(tmpdir(), "cold-start-"));

function unpack(name: string, zipPath: string): Bundle {
  const target = join(folder, name);
  const entries = unzipSync(readFileSync(zipPath));
  for (const [path, bytes] of Object.entries(entries)) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), bytes);
  }
  return { name, index: join(target, "index.js"), bytes: entries["index.js"]?.length ?? 0 };
}

/** Others are bundled as well as ours, but with what they bring. */
async function bundle(name: string, credentials: "environment" | "sdk-chain" = "sdk-chain"): Promise<Bundle> {
  const title = credentials === "environment" ? `${name}, trimmed` : name;
  const outFile = join(folder, `${title}.zip`);
  await bundleFunction({ entryPoint: join(import.meta.dirname, "cold-start", `${name}.ts`), outFile, credentials });
  return unpack(title, outFile);
}

const environment = {
  PATH: process.env["PATH"],
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_LAMBDA_FUNCTION_NAME: "bench",
  STAGE: "bench",
  ENRICHED_STREAM_NAME: "enriched",
  BAD_ROW_STREAM_NAME: "bad-rows",
  PRIVACY_KEYS: JSON.stringify([{ id: "bench", key: Buffer.alloc(32, 1).toString("base64") }]),
};

function startOnce(index: string): { loadMs: number; invokeMs: number; wallMs: number } {
  const started = performance.now();
  const child = spawnSync(process.execPath, [join(import.meta.dirname, "cold-start/load-handler.cjs"), index], {
    env: environment,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const times = child.output[3]?.toString() ?? "";
  if (child.status !== 0) throw new Error(`${index} does not load: ${child.stderr.toString()}`);
  return {
    ...(JSON.parse(times) as { loadMs: number; invokeMs: number }),
    wallMs: performance.now() - started,
  };
}

try {
  execFileSync(process.execPath, ["--conditions=@millrace/source", join(root, "scripts/build.ts")], { cwd: root });
  const bundles = [
    await bundle("empty"),
    unpack("ours", join(root, "dist/function.zip")),
    await bundle("sdk-alone"),
    await bundle("sdk-alone", "environment"),
    await bundle("usual-stack"),
  ];
  const samples = bundles.map((): ReturnType<typeof startOnce>[] => []);
  for (let run = 0; run < runs; run++) {
    for (const [index, each] of bundles.entries()) samples[index]?.push(startOnce(each.index));
  }
  const results = bundles.map(({ name, bytes }, index) => {
    const of = (pick: (sample: ReturnType<typeof startOnce>) => number) =>
      Number(median((samples[index] ?? []).map(pick)).toFixed(1));
    return {
      name,
      bundleBytes: bytes,
      loadMs: of((each) => each.loadMs),
      invokeMs: of((each) => each.invokeMs),
      wallMs: of((each) => each.wallMs),
    };
  });
  const total = (name: string) => {
    const found = results.find((each) => each.name === name);
    return found === undefined ? Number.NaN : found.loadMs + found.invokeMs;
  };
  const overEmpty = (name: string) => total(name) - total("empty");
  const summary = {
    node: process.version,
    runs,
    results,
    ofSdkAlone: Number((overEmpty("ours") / overEmpty("sdk-alone")).toFixed(2)),
    ofUsualStack: Number((overEmpty("ours") / overEmpty("usual-stack")).toFixed(2)),
  };
  if (process.argv.includes("--json")) console.log(JSON.stringify(summary));
  else {
    console.table(results);
    console.log(
      `Over an empty handler ours takes ${summary.ofSdkAlone} of the SDK alone, ${summary.ofUsualStack} of the usual stack.`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { median } from "@millrace/paired-bench";
import type { KinesisStreamEvent } from "aws-lambda";
import { unzipSync } from "fflate";

/** A bundle on disk, as Lambda unpacks it. */
export interface Bundle {
  readonly name: string;
  /** The module that Lambda loads. */
  readonly index: string;
  /** Of the code. */
  readonly bytes: number;
  /** Given to the first invocation. Default: an empty batch. */
  readonly event?: KinesisStreamEvent;
}

/** How long one start took. */
interface StartTimes {
  readonly loadMs: number;
  /** Of the first invocation. */
  readonly invokeMs: number;
  /** Processor time of both. */
  readonly cpuMs: number;
  /** Of the whole process, Node's own start included. */
  readonly wallMs: number;
}

/** How long starts of a bundle took, medians. */
export interface StartResult extends StartTimes {
  readonly name: string;
  readonly bundleBytes: number;
  /** Load and first invocation less those of the first bundle, each within one round. */
  readonly differenceMs: number;
  /** The same in processor time, which others on the machine disturb less. */
  readonly cpuDifferenceMs: number;
  /** Processor time to that of the first bundle, each within one round. */
  readonly cpuOfFirst: number;
}

const privacyKeys = JSON.stringify([{ id: "bench", key: Buffer.alloc(32, 1).toString("base64") }]);

/** Environment variables that Lambda and `infra` give the function. */
export const environment: Record<string, string | undefined> = {
  PATH: process.env["PATH"],
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_LAMBDA_FUNCTION_NAME: "bench",
  STAGE: "bench",
  ENRICHED_STREAM_NAME: "enriched",
  BAD_ROW_STREAM_NAME: "bad-rows",
  PRIVACY_KEYS_SECRET_ARN: "bench",
  // For the lever that reads no secret.
  PRIVACY_KEYS: privacyKeys,
};

/**
 * Serves secret and streams from a process of its own, as starts are waited for without letting anything else run here,
 * and puts their addresses into the environment of the bundles. Gives what ends it.
 */
export async function serveAws(): Promise<() => void> {
  const script = join(import.meta.dirname, "serve-aws.ts");
  const server = spawn(process.execPath, ["--conditions=@millrace/source", script, privacyKeys], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [addresses] = (await once(server.stdout, "data")) as [Buffer];
  Object.assign(environment, JSON.parse(addresses.toString()));
  return () => void server.kill();
}

/** Unpacks a zip into a folder of its own. */
export function unpack(name: string, zipPath: string, target: string): Bundle {
  const entries = unzipSync(readFileSync(zipPath));
  for (const [path, bytes] of Object.entries(entries)) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), bytes);
  }
  const file = "index.mjs" in entries ? "index.mjs" : "index.js";
  return { name, index: join(target, file), bytes: entries[file]?.length ?? 0 };
}

/**
 * Starts each bundle in a fresh process, in turn, so that whatever else the machine does hits all alike. Every round
 * begins with another one: who comes first must not always be the same.
 */
export function measureStarts(bundles: readonly Bundle[], runs: number): StartResult[] {
  const samples = bundles.map((): StartTimes[] => []);
  for (let run = 0; run < runs; run++) {
    for (let turn = 0; turn < bundles.length; turn++) {
      const at = (run + turn) % bundles.length;
      const bundle = bundles[at];
      if (bundle !== undefined) samples[at]?.push(startOnce(bundle));
    }
  }
  const first = samples[0] ?? [];
  const rounded = (values: readonly number[]) => Number(median(values).toFixed(1));
  return bundles.map(({ name, bytes }, index) => {
    const own = samples[index] ?? [];
    const of = (pick: (times: StartTimes) => number) => rounded(own.map(pick));
    const lessFirst = (pick: (times: StartTimes) => number) =>
      rounded(own.map((times, run) => pick(times) - pick(first[run] ?? times)));
    return {
      name,
      bundleBytes: bytes,
      loadMs: of(({ loadMs }) => loadMs),
      invokeMs: of(({ invokeMs }) => invokeMs),
      cpuMs: of(({ cpuMs }) => cpuMs),
      wallMs: of(({ wallMs }) => wallMs),
      differenceMs: lessFirst(({ loadMs, invokeMs }) => loadMs + invokeMs),
      cpuDifferenceMs: lessFirst(({ cpuMs }) => cpuMs),
      cpuOfFirst: Number(median(own.map(({ cpuMs }, run) => cpuMs / (first[run]?.cpuMs ?? Number.NaN))).toFixed(3)),
    };
  });
}

function startOnce({ index, event = { Records: [] } }: Bundle): StartTimes {
  const started = performance.now();
  const child = spawnSync(process.execPath, [join(import.meta.dirname, "load-handler.cjs"), index], {
    env: environment,
    input: JSON.stringify(event),
    stdio: ["pipe", "ignore", "pipe", "pipe"],
  });
  const times = child.output[3]?.toString() ?? "";
  if (child.status !== 0) throw new Error(`${index} does not load: ${child.stderr.toString()}`);
  return { ...(JSON.parse(times) as Omit<StartTimes, "wallMs">), wallMs: performance.now() - started };
}

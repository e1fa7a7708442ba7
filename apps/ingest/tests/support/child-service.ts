import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { hashWriteKey, type WriteKeyConfig } from "../../src/write-keys.ts";
import { shopKey } from "./test-service.ts";

/** The service's own process, as a container runs it. */
export interface ChildService {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Log lines so far, parsed. */
  readonly log: Record<string, unknown>[];
  /** Resolves when the process has ended. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** The key that the service has unless it is told otherwise. */
export const shopWriteKey: WriteKeyConfig = {
  name: "shop-web",
  sha256: hashWriteKey(shopKey),
  tenantId: "shop",
  sources: ["https://shop.example/*"],
};

export const streamName = "millrace-test-raw";

const packageFolder = fileURLToPath(new URL("../..", `file://${import.meta.dirname}/`));

/** Starts `main.ts` (or a bundle) against a Kinesis endpoint; resolves when it listens. */
export async function startChildService(options: {
  readonly kinesisUrl: string;
  readonly environment?: Record<string, string>;
  /** Write keys beside that of the shop. */
  readonly otherKeys?: readonly string[];
  /** File to run, and the folder to run it in. */
  readonly file?: string;
  readonly folder?: string;
}): Promise<ChildService> {
  const isPlaced = options.environment?.["WRITE_KEYS_SECRET_ARN"] !== undefined;
  const folder = mkdtempSync(join(tmpdir(), "ingest-keys-"));
  const file = join(folder, "write-keys.json");
  const others = (options.otherKeys ?? []).map(
    (key): WriteKeyConfig => ({ ...shopWriteKey, name: key, sha256: hashWriteKey(key) }),
  );
  writeFileSync(file, JSON.stringify([shopWriteKey, ...others]));
  const keys = isPlaced ? {} : { WRITE_KEYS_FILE: file };
  const child = spawn(process.execPath, ["--conditions=@millrace/source", options.file ?? "src/main.ts"], {
    cwd: options.folder ?? packageFolder,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PORT: "0",
      STAGE: "test",
      RAW_STREAM_NAME: streamName,
      ...keys,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_KINESIS: options.kinesisUrl,
      ...options.environment,
    },
  });
  const log: Record<string, unknown>[] = [];
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => {
      rmSync(folder, { recursive: true });
      resolve({ code, signal });
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      log.push(entry);
      if (entry["msg"] === "listening") resolve(Number(entry["port"]));
    });
    void exited.then(({ code }) => reject(new Error(`The service ended with ${String(code)} before it listened.`)));
  });
  return { url: `http://127.0.0.1:${port}`, port, process: child, log, exited };
}

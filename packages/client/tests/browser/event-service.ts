import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { decodeRecord } from "@millrace/event-contracts";

const streamName = "browser-test-raw";
export const writeKey = "page-key-51ce";

/** The real event service in a process of its own, with a model of Kinesis behind it. */
export interface EventService {
  readonly url: string;
  /** Ids of the events that were stored, in order, copies included. */
  stored(): string[];
  close(): Promise<void>;
}

/** Packages import no app, so the service is started as anybody starts it. */
export async function startEventService(): Promise<EventService> {
  const kinesis = new Kinesis({ region: "us-east-1" });
  kinesis.createStream({ streamName });
  const server = await startKinesisServer(kinesis);
  const folder = mkdtempSync(join(tmpdir(), "client-browser-"));
  const keys = join(folder, "write-keys.json");
  const sha256 = createHash("sha256").update(writeKey).digest("hex");
  writeFileSync(
    keys,
    JSON.stringify([{ name: "page", sha256, tenantId: "shop", sources: ["https://shop.example/*"] }]),
  );
  const child = spawn(process.execPath, ["--conditions=@millrace/source", "src/main.ts"], {
    cwd: join(import.meta.dirname, "../../../../apps/ingest"),
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      PORT: "0",
      STAGE: "test",
      RAW_STREAM_NAME: streamName,
      WRITE_KEYS_FILE: keys,
      CORS_ORIGINS: "*",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_KINESIS: server.url,
    },
  });
  const port = await listeningPort(child);
  return {
    url: `http://127.0.0.1:${port}`,
    stored: () =>
      kinesis
        .recordsOf(streamName)
        .flatMap(({ record }) => decodeRecord(record.Data))
        .map((line) => (line.ok ? (line.value as { id: string }).id : "unreadable")),
    close: async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await exited;
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function listeningPort(child: ChildProcess & { readonly stdout: NodeJS.ReadableStream }): Promise<number> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as { msg?: string; port?: number };
      if (entry.msg === "listening") resolve(Number(entry.port));
    });
    child.once("exit", (code) => reject(new Error(`The service ended with ${String(code)} before it listened.`)));
  });
}

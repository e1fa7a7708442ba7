import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { hashWriteKey, type WriteKeyConfig } from "../src/write-keys.ts";
import { type FakeKinesis, startFakeKinesis } from "./overload/kinesis.ts";

/**
 * `pnpm spool-drill [--outage 60] [--rate 50] [--kill]`: the built service with a spool, while Kinesis hangs; with
 * `--kill` the process is killed (SIGKILL) in the middle and started again. Then every event that was acknowledged has
 * to be in the stream. Copies are counted: they have one identity, of which the warehouse's view shows one row. Exits 1
 * when one is lost.
 */
const { values } = parseArgs({
  options: {
    outage: { type: "string", default: "60" },
    rate: { type: "string", default: "50" },
    kill: { type: "boolean", default: false },
  },
});

const packageFolder = join(import.meta.dirname, "..");
const writeKey = "spool-drill-3f7a";
const keys: WriteKeyConfig[] = [{ name: "drill", sha256: hashWriteKey(writeKey), tenantId: "t", sources: ["*"] }];
const folder = mkdtempSync(join(tmpdir(), "ingest-spool-drill-"));
const keyFile = join(folder, "write-keys.json");
writeFileSync(keyFile, JSON.stringify(keys));

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

async function startService(kinesis: FakeKinesis): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ["dist/main.js"], {
    cwd: packageFolder,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PORT: "0",
      STAGE: "drill",
      RAW_STREAM_NAME: "raw",
      WRITE_KEYS_FILE: keyFile,
      SPOOL_DIR: join(folder, "spool"),
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_KINESIS: kinesis.url,
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`The service ended with ${String(code)} before it listened.`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as { msg: string; port: number };
      if (entry.msg === "listening") resolve(entry.port);
    });
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

async function readSpoolBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^millrace_ingest_spool_bytes (\d+)/m.exec(text)?.[1]);
}

interface PutRecordsBody {
  readonly Records: readonly { readonly Data: string }[];
}

execFileSync(process.execPath, ["scripts/build.ts"], { cwd: packageFolder });
const kinesis = await startFakeKinesis();
const copies = new Map<string, number>();
kinesis.onConfirm = (body) => {
  for (const { Data } of (JSON.parse(body.toString()) as PutRecordsBody).Records) {
    for (const line of Buffer.from(Data, "base64").toString().split("\n").filter(Boolean)) {
      const { id } = JSON.parse(line) as { id: string };
      copies.set(id, (copies.get(id) ?? 0) + 1);
    }
  }
};

const acknowledged = new Set<string>();
const statuses: Record<string, number> = {};
let service = await startService(kinesis);

async function send(id: string): Promise<void> {
  const event = { specversion: "1.0", id, source: "/drill", type: "custom.event", data: 1 };
  try {
    const response = await fetch(`${service.url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${writeKey}`, "content-type": "application/json" },
      body: JSON.stringify(event),
    });
    await response.text();
    if (response.status === 202) acknowledged.add(id);
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
  } catch {
    statuses["none"] = (statuses["none"] ?? 0) + 1;
  }
}

const sending: Promise<void>[] = [];
async function sendFor(seconds: number): Promise<void> {
  const endMs = Date.now() + seconds * 1_000;
  while (Date.now() < endMs) {
    sending.push(send(`e-${sending.length}`));
    await pause(1_000 / Number(values.rate));
  }
}

try {
  const outageSeconds = Number(values.outage);
  await sendFor(3);
  kinesis.mode = "hangs";
  await sendFor(outageSeconds / 2);
  if (values.kill) {
    service.child.kill("SIGKILL");
    service = await startService(kinesis);
  }
  await sendFor(outageSeconds / 2);
  const spooledBytes = await readSpoolBytes(service.url);
  kinesis.mode = "answers";
  await sendFor(3);
  await Promise.all(sending);
  const deadlineMs = Date.now() + 60_000;
  while ((await readSpoolBytes(service.url)) > 0 && Date.now() < deadlineMs) await pause(100);
  const lost = [...acknowledged].filter((id) => !copies.has(id)).length;
  const extraCopies = [...copies.values()].reduce((sum, count) => sum + count - 1, 0);
  const report = {
    outageSeconds,
    isKilled: values.kill,
    sent: sending.length,
    statuses,
    acknowledged: acknowledged.size,
    spooledBytes,
    lost,
    extraCopies,
    identities: copies.size,
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = lost === 0 ? 0 : 1;
} finally {
  service.child.kill("SIGKILL");
  kinesis.close();
  rmSync(folder, { recursive: true });
}

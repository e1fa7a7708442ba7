import { type ChildProcess, spawn } from "node:child_process";
import { hash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { defaultStackPath, repositoryRoot } from "../../src/runtime/folders.ts";
import { accountEnvironment } from "../../src/runtime/account.ts";
import { runPipeline, waitFor } from "../integration/run-pipeline.ts";
import { sendConfirmed } from "../kills/confirmed-events.ts";
import { readFinalState } from "../kills/read-state.ts";
import { openFaultyLink } from "./faulty-link.ts";

export interface SpoolDrillOptions {
  readonly ratePerSecond: number;
  readonly outageMs: number;
  /** Sent before and after the outage. */
  readonly calmMs: number;
  /** How long the service waits for Kinesis before it spools. Default: as in production. */
  readonly putTimeoutMs?: number;
}

export interface SpoolDrillResult {
  /** Events that the service has confirmed with 202. */
  readonly confirmed: number;
  /** Those that it confirmed while Kinesis was away. */
  readonly confirmedInOutage: number;
  /** On the disk at the end of the outage. */
  readonly spooledBytes: number;
  /** Requests without 2xx, by status or broken connection. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Confirmed, and not in the view. */
  readonly lost: number;
  readonly doubledInStreams: number;
  readonly doubledInView: number;
}

const replayDeadlineMs = 60_000;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Sends events to a built event service with a spool, in front of a whole pipeline. Kinesis is away for a while, and in
 * the middle of that the service is killed with SIGKILL and started again. Then looks at the warehouse's view.
 */
export async function runSpoolDrill(options: SpoolDrillOptions): Promise<SpoolDrillResult> {
  const { ratePerSecond, outageMs, calmMs, putTimeoutMs = 5_000 } = options;
  const folder = mkdtempSync(join(tmpdir(), "millrace-spool-"));
  const state = join(folder, "state");
  mkdirSync(state);
  const run = runPipeline(["--rate", "0", "--state", state]);
  const kinesisUrl = await waitFor(run, "the greeting", async () => /Kinesis\s+(http:\S+)/.exec(run.output())?.[1]);
  const link = await openFaultyLink(kinesisUrl);
  let service: EventService | undefined;
  try {
    const writeKey = randomUUID();
    const start = (): Promise<EventService> => startEventService(folder, writeKey, link.url, putTimeoutMs);
    service = await start();
    const sender = sendConfirmed(() => `${String(service?.url)}/v1/events`, writeKey, ratePerSecond);
    await wait(calmMs);
    link.interrupt();
    const confirmedBefore = sender.confirmed.size;
    await wait(outageMs / 2);
    service.child.kill("SIGKILL");
    service = await start();
    await wait(outageMs / 2);
    const confirmedInOutage = sender.confirmed.size - confirmedBefore;
    const spooledBytes = await readSpooledBytes(service.url);
    link.restore();
    await wait(calmMs);
    await sender.stop();
    const deadline = Date.now() + replayDeadlineMs;
    while ((await readSpooledBytes(service.url)) > 0 && Date.now() < deadline) await wait(50);
    await service.stop();
    run.child.kill("SIGINT");
    const { code, output } = await run.ended;
    if (code !== 0) throw new Error(`The run ended with code ${String(code)}: ${output.slice(-2_000)}`);
    const { view, doubledInStreams } = await readFinalState(state);
    const shown = new Set(view);
    return {
      confirmed: sender.confirmed.size,
      confirmedInOutage,
      spooledBytes,
      refusals: Object.fromEntries(sender.refusals),
      lost: [...sender.confirmed].filter((id) => !shown.has(id)).length,
      doubledInStreams,
      doubledInView: view.length - shown.size,
    };
  } finally {
    service?.child.kill("SIGKILL");
    link.close();
    run.child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

interface EventService {
  readonly url: string;
  readonly child: ChildProcess;
  /** Drains it. */
  stop(): Promise<void>;
}

/** Starts the built service with the settings of the stack, a key of its own and a spool in the folder. */
async function startEventService(
  folder: string,
  writeKey: string,
  kinesisUrl: string,
  putTimeoutMs: number,
): Promise<EventService> {
  const keyFile = join(folder, "write-keys.json");
  const key = { name: "drill", sha256: hash("sha256", writeKey), tenantId: "shop", sources: ["*"] };
  writeFileSync(keyFile, JSON.stringify([key]));
  const child = spawn(process.execPath, [join(repositoryRoot, "apps", "ingest", "dist", "main.js")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...accountEnvironment({ kinesis: kinesisUrl, s3: kinesisUrl, secrets: kinesisUrl, destinationEndpoints: {} }),
      STAGE: "local",
      PORT: "0",
      RAW_STREAM_NAME: readRawStreamName(),
      WRITE_KEYS_FILE: keyFile,
      PUT_TIMEOUT_MS: String(putTimeoutMs),
      SPOOL_DIR: join(folder, "spool"),
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`The event service ended with ${String(code)} before it listened.`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as { readonly msg: string; readonly port: number };
      if (entry.msg === "listening") resolve(entry.port);
    });
  });
  const stop = async (): Promise<void> => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  return { url: `http://127.0.0.1:${port}`, child, stop };
}

function readRawStreamName(): string {
  const { resource } = JSON.parse(readFileSync(defaultStackPath, "utf8")) as {
    readonly resource: { readonly aws_kinesis_stream: { readonly raw: { readonly name: string } } };
  };
  return resource.aws_kinesis_stream.raw.name;
}

async function readSpooledBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^millrace_ingest_spool_bytes (\d+)/m.exec(text)?.[1]);
}

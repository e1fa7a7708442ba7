import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { nodeOptionsOf, readDockerfile } from "../../tests/support/dockerfile.ts";
import { hashWriteKey, type WriteKeyConfig } from "../../src/write-keys.ts";
import { type Container, createContainer } from "./container.ts";
import { type FakeKinesis, startFakeKinesis } from "./kinesis.ts";
import { greedyKey, otherKeys, type SendersOrder, type SendersReport } from "./protocol.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

/**
 * `pnpm overload [--memory 512,768,1024] [--seconds 10] [--only <part of a name>]`: what one key can do to the built
 * service and to the other keys, in the memory of each environment. Exits 1 when the service ended, passed its memory,
 * refused more than 1 % of what others sent, or let them wait for more than a second. Each run has a control group with
 * the memory, and the service finds out by itself how much that is. Where this machine allows no control group, the
 * memory is told by `MEMORY_LIMIT_BYTES`, and the heap is what Node takes in a container of that size: half of it.
 */
const { values } = parseArgs({
  options: {
    memory: { type: "string", default: "512,768,1024" },
    seconds: { type: "string", default: "10" },
    only: { type: "string", default: "" },
  },
});

const packageFolder = join(import.meta.dirname, "../..");
const mebibyte = 1_048_576;
/** Options of Node in the image. */
const nodeOptions = nodeOptionsOf(readDockerfile().at(-1));
const goal = 0.99;
const maxOthersP99Ms = 1_000;

interface Row {
  readonly memory: string;
  readonly scenario: string;
  readonly accepted: number;
  readonly refused429: number;
  readonly refused503: number;
  readonly otherAnswers: number;
  readonly peakMib: number;
  readonly othersAccepted: string;
  readonly othersP50Ms: number;
  readonly othersP99Ms: number;
  readonly isRight: boolean;
}

function keyFile(folder: string): string {
  const keys = [greedyKey, ...otherKeys].map(
    (key): WriteKeyConfig => ({ name: key.slice(0, -5), sha256: hashWriteKey(key), tenantId: "t", sources: ["*"] }),
  );
  const file = join(folder, "write-keys.json");
  writeFileSync(file, JSON.stringify(keys));
  return file;
}

async function startService(memoryMib: number, container: Container | undefined, kinesisUrl: string, keys: string) {
  const imitated = { MEMORY_LIMIT_BYTES: String(memoryMib * mebibyte) };
  const [program, ...argv] =
    container === undefined
      ? [process.execPath, ...nodeOptions, `--max-old-space-size=${memoryMib / 2}`, "dist/main.js"]
      : container.command([process.execPath, ...nodeOptions, "dist/main.js"]);
  const child = spawn(program, argv, {
    cwd: packageFolder,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PORT: "0",
      STAGE: "overload",
      RAW_STREAM_NAME: "raw",
      WRITE_KEYS_FILE: keys,
      ...(container === undefined && imitated),
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_KINESIS: kinesisUrl,
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`The service ended with ${String(code)} before it listened.`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as { msg: string; port: number };
      if (entry.msg === "listening") resolve(entry.port);
    });
  });
  return { child, port };
}

function runSenders(order: SendersOrder): { ready: Promise<void>; report: Promise<SendersReport> } {
  const child = fork(join(import.meta.dirname, "senders.ts"), [JSON.stringify(order)], {
    execArgv: ["--conditions=@millrace/source"],
  });
  let tellReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    tellReady = resolve;
  });
  const report = new Promise<SendersReport>((resolve, reject) => {
    child.on("message", (message: "ready" | SendersReport) => {
      if (message === "ready") tellReady();
      else resolve(message);
    });
    child.once("exit", () => reject(new Error("The senders ended without a report.")));
  });
  return { ready, report };
}

function readPeakMib({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_024);
}

function otherThan(statuses: Readonly<Record<string, number>>, known: readonly string[]): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => sum + (known.includes(status) ? 0 : count), 0);
}

async function run(memoryMib: number, scenario: Scenario, kinesis: FakeKinesis, keys: string): Promise<Row> {
  kinesis.mode = "answers";
  const container = createContainer(memoryMib);
  const { child, port } = await startService(memoryMib, container, kinesis.url, keys);
  kinesis.mode = scenario.stream;
  try {
    const seconds = Number(values.seconds);
    // Opening ten thousand connections takes some of the time.
    const greedy = runSenders({ kind: "greedy", port, seconds: seconds + 5, attack: scenario.attack });
    await greedy.ready;
    const others = runSenders({ kind: "others", port, seconds });
    const [{ statuses }, { statuses: theirs, p50Ms, p99Ms }] = await Promise.all([greedy.report, others.report]);
    const sent = otherThan(theirs, []);
    const share = (theirs["202"] ?? 0) / sent;
    const isAlive = child.exitCode === null && child.signalCode === null;
    const peakMib = isAlive ? (container?.peakMib() ?? readPeakMib(child)) : Number.NaN;
    const isServed = scenario.stream === "hangs" || (share >= goal && p99Ms <= maxOthersP99Ms);
    return {
      memory: `${memoryMib} MiB${container === undefined ? " imitated" : ""}`,
      scenario: `${scenario.name}${scenario.stream === "hangs" ? ", Kinesis hangs" : ""}`,
      accepted: statuses["202"] ?? 0,
      refused429: statuses["429"] ?? 0,
      refused503: statuses["503"] ?? 0,
      otherAnswers: otherThan(statuses, ["202", "429", "503"]),
      peakMib,
      othersAccepted: scenario.stream === "hangs" ? "-" : `${(share * 100).toFixed(2)} % of ${sent}`,
      othersP50Ms: p50Ms,
      othersP99Ms: p99Ms,
      isRight: isAlive && peakMib < memoryMib && isServed,
    };
  } finally {
    const gone = once(child, "exit");
    if (child.kill("SIGKILL")) await gone;
    container?.remove();
  }
}

execFileSync(process.execPath, ["scripts/build.ts"], { cwd: packageFolder });
const folder = mkdtempSync(join(tmpdir(), "ingest-overload-"));
const kinesis = await startFakeKinesis();
const rows: Row[] = [];
try {
  const keys = keyFile(folder);
  for (const memoryMib of values.memory.split(",").map(Number)) {
    for (const scenario of scenarios.filter(({ name }) => name.includes(values.only))) {
      const row = await run(memoryMib, scenario, kinesis, keys);
      process.stderr.write(`${JSON.stringify(row)}\n`);
      rows.push(row);
    }
  }
} finally {
  kinesis.close();
  rmSync(folder, { recursive: true });
}
console.table(rows);
const isRight = rows.every((row) => row.isRight);
process.stdout.write(
  `Goal: alive, within its memory, others at least ${goal * 100} % within ${maxOthersP99Ms} ms: ${isRight ? "met" : "missed"}\n`,
);
process.exitCode = isRight ? 0 : 1;

/**
 * `pnpm --filter @millrace/local clients`: unchanged AWS clients for Java and Python read whole streams of a running
 * pipeline, and the consumers that `pnpm consumers new` writes pass their tests against it. A missing language is
 * reported. The Kinesis Client Library reads by fan-out, its default; with `--all` also by polling.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { HopFigures } from "@millrace/pipeline-source";
import type { RunFile } from "../src/control/run-file.ts";
import { formatTable } from "../src/report/format-table.ts";
import { localIdentity } from "../src/runtime/account.ts";
import { repositoryRoot, stateFolders } from "../src/runtime/folders.ts";

const events = 600;
const ratePerSecond = 200;
const stream = "millrace-local-recommendations";
/** The Kinesis Client Library makes tables, elects a leader, and waits up to 30 s before it makes leases. */
const clientDeadlineSeconds = 150;
/** With the build of what is not fresh. */
const startDeadlineMs = 180_000;
const pollMs = 200;

const consumers = join(repositoryRoot, "apps/local/consumers");
/** Outputs of the build of the clients, which a next run takes again. */
const built = join(repositoryRoot, ".local/clients");
const python = join(built, "python");
const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

interface Outcome {
  readonly client: string;
  readonly result: string;
  readonly seconds: string;
}

const { values } = parseArgs({ options: { all: { type: "boolean" } } });
const outcomes: Outcome[] = [];
let failed = 0;

function isThere(...programs: readonly string[]): boolean {
  return programs.every((program) => spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined);
}

function launch(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  living.add(child);
  child.once("exit", () => living.delete(child));
  return child;
}

/** Runs a program to its end; its last line of output is the result. A program that fails is shown whole. */
async function run(
  client: string,
  program: string,
  args: readonly string[],
  { cwd = repositoryRoot, env = process.env, isTold = true } = {},
): Promise<boolean> {
  const startedAt = performance.now();
  const child = launch(program, args, cwd, env);
  let output = "";
  let errors = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [code] = (await once(child, "close")) as [number | null];
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  if (code !== 0) {
    failed += 1;
    console.error(`${client} ended with ${String(code)}:\n${output}${errors.slice(-4_000)}`);
  }
  if (isTold || code !== 0) {
    const lines = output.trim().split("\n");
    outcomes.push({ client, result: code === 0 ? lines.join("; ") : `failed, code ${String(code)}`, seconds });
  }
  return code === 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function waitFor<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + startDeadlineMs;
  for (;;) {
    const found = await probe().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${startDeadlineMs / 1_000} s.`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function buildPython(): Promise<boolean> {
  if (existsSync(join(python, "bin/moto_server"))) return true;
  mkdirSync(built, { recursive: true });
  const requirements = join(consumers, "python/requirements.txt");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "-r", requirements];
  return (
    (await run("python: venv", "python3", ["-m", "venv", python], { isTold: false })) &&
    (await run("python: libraries", join(python, "bin/python"), pip, { isTold: false }))
  );
}

function buildJava(): Promise<boolean> {
  return run("java: build", "mvn", ["--batch-mode", "--quiet", "package"], {
    cwd: join(consumers, "java"),
    isTold: false,
  });
}

const hasPython = isThere("python3");
const hasJava = isThere("java", "mvn");
if (!hasPython)
  console.log("python3 is not on the path: Powertools, and the Kinesis Client Library's tables, do not run.");
if (!hasJava) console.log("java or mvn is not on the path: the clients for Java do not run.");

const state = mkdtempSync(join(tmpdir(), "clients-"));
const pipeline = launch(
  process.execPath,
  [
    ...["--conditions=@millrace/source", join(repositoryRoot, "apps/local/src/main.ts"), "--follow"],
    ...["--port", "0", "--events", String(events), "--rate", String(ratePerSecond), "--state", state, "--no-canaries"],
  ],
  repositoryRoot,
  process.env,
);
let pipelineOutput = "";
for (const pipe of [pipeline.stdout, pipeline.stderr]) {
  pipe?.setEncoding("utf8").on("data", (text: string) => (pipelineOutput += text));
}
try {
  const buildsAt = performance.now();
  const [isPythonBuilt, isJavaBuilt] = await Promise.all([hasPython && buildPython(), hasJava && buildJava()]);
  console.log(`Clients built in ${((performance.now() - buildsAt) / 1_000).toFixed(1)} s.`);
  const runFile = await waitFor("The pipeline", async () => {
    if (pipeline.exitCode !== null) throw new Error(pipelineOutput);
    return JSON.parse(readFileSync(stateFolders(state).runFile, "utf8")) as RunFile;
  });
  const hops = async (): Promise<readonly HopFigures[]> =>
    (await (await fetch(new URL("/hops", runFile.controlUrl))).json()) as HopFigures[];
  const expected = await settledRecords(hops);
  // Queues and event buses are destinations too, and no client of Kinesis reads them.
  const streams = await streamNames(runFile.kinesisUrl);
  const destinations = [...expected.keys()].filter((name) => streams.includes(name));

  const account = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`,
    AWS_ENDPOINT_URL_KINESIS: runFile.kinesisUrl,
    AWS_REGION: localIdentity.region,
    AWS_DEFAULT_REGION: localIdentity.region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
  const records = expected.get(stream) ?? 0;
  const count = async (mode: string, env: NodeJS.ProcessEnv): Promise<void> => {
    const folder = join(consumers, "java");
    const classpath = ["target/classes", readFileSync(join(folder, "target/classpath.txt"), "utf8").trim()].join(
      delimiter,
    );
    const args = ["-Xmx256m", "-cp", classpath, "consumers.CountStream", mode, stream, String(records)];
    await run(`java: ${mode}`, "java", [...args, String(clientDeadlineSeconds)], { cwd: folder, env });
  };
  const jobs: Promise<unknown>[] = [];
  if (isPythonBuilt && isJavaBuilt) {
    // An emulator of DynamoDB keeps the library's leases.
    const port = await freePort();
    launch(join(python, "bin/moto_server"), ["-p", String(port)], built, process.env).stdout?.resume();
    const dynamo = `http://127.0.0.1:${port}`;
    await waitFor("The emulator of DynamoDB", async () => ((await fetch(dynamo)).status > 0 ? true : undefined));
    const env = { ...account, AWS_ENDPOINT_URL_DYNAMODB: dynamo };
    jobs.push(count("kcl-fan-out", env));
    if (values.all === true) jobs.push(count("kcl-polling", env));
  }
  // While the library elects its leaders there is room for the other clients, one after the other.
  if (isJavaBuilt) {
    await count("sdk-polling", account);
    await count("sdk-fan-out", account);
  }
  if (isPythonBuilt) {
    const program = join(consumers, "python/count_stream.py");
    for (const name of destinations) {
      await run(`python: ${name}`, join(python, "bin/python"), [program, name], { env: account });
    }
  }
  const cli = join(repositoryRoot, "packages/consumer-tools/src/cli/main.ts");
  await run("consumers new", process.execPath, ["--conditions=@millrace/source", cli, "test"], { env: account });
  await Promise.all(jobs);
} finally {
  pipeline.kill("SIGINT");
  if (pipeline.exitCode === null) await once(pipeline, "exit");
  rmSync(state, { recursive: true, force: true });
}
console.log(formatTable(outcomes.map((outcome) => ({ ...outcome }))));
process.exit(failed === 0 ? 0 : 1);

/** The local Kinesis asks for a signature and does not look at it. */
async function streamNames(kinesisUrl: string): Promise<readonly string[]> {
  const response = await fetch(kinesisUrl, {
    method: "POST",
    headers: {
      authorization:
        "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/kinesis/aws4_request, SignedHeaders=host, Signature=none",
      "content-type": "application/x-amz-json-1.1",
      "x-amz-date": "20260101T000000Z",
      "x-amz-target": "Kinesis_20131202.ListStreams",
    },
    body: "{}",
  });
  const { StreamNames: names } = (await response.json()) as { StreamNames: readonly string[] };
  return names;
}

/** The records of every destination, once nothing is on its way and all events are sent. */
async function settledRecords(hops: () => Promise<readonly HopFigures[]>): Promise<ReadonlyMap<string, number>> {
  let before = "";
  return waitFor("The end of the sample events", async () => {
    const now = await hops();
    const [service] = now;
    const functions = now.filter(({ name }) => /enrichment|router/.test(name));
    const text = JSON.stringify(now.map(({ name, in: arrived, out }) => [name, arrived, out]));
    const isQuiet =
      functions.length > 0 && functions.every(({ in: arrived = 0, out }) => arrived > 0 && arrived === out);
    const isSame = text === before;
    before = text;
    if (service === undefined || !isQuiet || !isSame) {
      await new Promise((resolve) => setTimeout(resolve, pollMs * 4));
      return undefined;
    }
    const destinations = now.slice(now.findLastIndex(({ unit }) => unit === "files") + 1);
    return new Map(destinations.map(({ name, out = 0 }) => [name, out] as const));
  });
}

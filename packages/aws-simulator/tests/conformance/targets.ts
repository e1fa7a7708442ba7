import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Kinesis, startKinesisServer } from "../../src/index.ts";

/** A Kinesis to be asked: ours, or one written by others. */
export interface Target {
  readonly name: TargetName;
  readonly url: string;
  readonly client: KinesisClient;
  stop(): Promise<void>;
}

export const targetNames = ["millrace", "kinesis-local", "kinesalite"] as const;
export type TargetName = (typeof targetNames)[number];

const require = createRequire(join(import.meta.dirname, "targets.ts"));
const readyWithinMs = 45_000;

export function startTarget(name: TargetName): Promise<Target> {
  switch (name) {
    case "millrace":
      return startOurs();
    case "kinesis-local":
      return startChild(name, (port, tlsPort) => ({
        script: require.resolve("kinesis-local/main.js"),
        arguments: [],
        environment: {
          KINESIS_MOCK_PLAIN_PORT: String(port),
          KINESIS_MOCK_TLS_PORT: String(tlsPort),
          KINESIS_MOCK_CERT_PATH: require.resolve("kinesis-local/server.json"),
          LOG_LEVEL: "ERROR",
          SHARD_LIMIT: "500",
          CREATE_STREAM_DURATION: "10ms",
          DELETE_STREAM_DURATION: "200ms",
          MERGE_SHARDS_DURATION: "10ms",
          SPLIT_SHARD_DURATION: "10ms",
          UPDATE_SHARD_COUNT_DURATION: "10ms",
        },
        readyPath: "/healthcheck",
      }));
    case "kinesalite":
      return startChild(name, (port) => ({
        script: join(dirname(require.resolve("kinesalite/package.json")), "cli.js"),
        arguments: [
          ...["--port", String(port), "--shardLimit", "500"],
          ...["--createStreamMs", "10", "--deleteStreamMs", "200", "--updateStreamMs", "10"],
        ],
        environment: {},
        readyPath: "/",
      }));
  }
}

async function startOurs(): Promise<Target> {
  // The limits of the control plane stay off: the suite creates more streams a second than AWS allows.
  const kinesis = new Kinesis({ statusDelayMs: 10, limitsControlPlane: false });
  const server = await startKinesisServer(kinesis);
  return { name: "millrace", url: server.url, client: clientFor(server.url), stop: () => server.close() };
}

interface Command {
  readonly script: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly readyPath: string;
}

async function startChild(name: TargetName, command: (port: number, tlsPort: number) => Command): Promise<Target> {
  const [port, tlsPort] = await freePorts();
  const { script, arguments: scriptArguments, environment, readyPath } = command(port, tlsPort);
  const child = spawn(process.execPath, [script, ...scriptArguments], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(`${url}${readyPath}`, child, () => `${name} did not start:\n${complaints}`);
  return {
    name,
    url,
    client: clientFor(url),
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => {
          resolve();
        });
        child.kill("SIGKILL");
      }),
  };
}

function clientFor(endpoint: string): KinesisClient {
  return new KinesisClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ requestTimeout: 120_000, throwOnRequestTimeout: true }),
  });
}

async function untilReady(url: string, child: ChildProcess, complaint: () => string): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(complaint());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            resolve(typeof address === "object" && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}

import { type ChildProcess, execFile, fork } from "node:child_process";
import { promisify } from "node:util";
import type { LoadOptions, LoadResult, ServerKind, ServerMessage } from "./protocol.ts";

const nodeOptions = ["--conditions=@millrace/source"];

/** A server of the bench in a process of its own. */
export interface Server {
  readonly kind: ServerKind;
  readonly port: number;
  /** Processor time and the peak of memory since the process began, and the events that it stored. */
  usage(): Promise<Usage>;
  stop(): void;
}

export interface Usage {
  readonly cpuUs: number;
  readonly peakBytes: number;
  readonly events: number;
}

/** The result of a load upon one server. */
export interface Round {
  readonly requestsPerSecond: number;
  readonly cpuUsPerRequest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakBytes: number;
}

/** A load upon one server. */
export interface RoundOptions {
  readonly eventsPerRequest: number;
  readonly seconds: number;
  readonly connections: number;
}

function nextMessage<T extends ServerMessage["type"]>(child: ChildProcess, type: T) {
  return new Promise<Extract<ServerMessage, { type: T }>>((resolve, reject) => {
    const onExit = () => reject(new Error("A server of the bench ended."));
    child.once("exit", onExit);
    child.once("message", (message: ServerMessage) => {
      child.off("exit", onExit);
      if (message.type === type) resolve(message as Extract<ServerMessage, { type: T }>);
    });
  });
}

/** Starts a server that writes to the Kinesis; `baseline` is the `apps/ingest` of another checkout. */
export async function startServer(kind: ServerKind, kinesisUrl: string, baseline?: string): Promise<Server> {
  const child =
    kind === "baseline"
      ? fork(`${String(baseline)}/bench/server.ts`, ["ingest", kinesisUrl], { execArgv: nodeOptions, cwd: baseline })
      : fork(`${import.meta.dirname}/server.ts`, [kind, kinesisUrl], { execArgv: nodeOptions });
  const { port } = await nextMessage(child, "listening");
  const usage = () => {
    const answer = nextMessage(child, "usage");
    child.send("usage");
    return answer;
  };
  return { kind, port, usage, stop: () => child.disconnect() };
}

async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...nodeOptions,
    `${import.meta.dirname}/load.ts`,
    JSON.stringify(options),
  ]);
  return JSON.parse(stdout) as LoadResult;
}

/** Runs one load; throws if the server did not take every event. */
export async function runRound(server: Server, options: RoundOptions): Promise<Round> {
  const before = await server.usage();
  const load = await runLoad({ port: server.port, ...options });
  const after = await server.usage();
  // Requests under way when the load ends are stored and not counted as answered.
  const stored = after.events - before.events;
  if (load.non2xx > 0 || load.errors > 0 || stored < load.requests * options.eventsPerRequest) {
    throw new Error(`${server.kind} did not take every event: ${JSON.stringify({ ...load, stored })}`);
  }
  return {
    requestsPerSecond: load.requests / load.seconds,
    cpuUsPerRequest: (after.cpuUs - before.cpuUs) / load.requests,
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
    peakBytes: after.peakBytes,
  };
}

import { type ChildProcess, execFile, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs, promisify } from "node:util";
import {
  type LoadOptions,
  type LoadResult,
  type ServerKind,
  type ServerMessage,
  serverDescriptions,
} from "./protocol.ts";
import { startFakeKinesis } from "./overload/kinesis.ts";

/**
 * `pnpm bench [--rounds 7] [--seconds 3] [--connections 32] [--events 1,10] [--put-records] [--baseline <folder>]
 * [--json]`: requests and events per second of the service against bare servers. With `--put-records` all of them write
 * to a Kinesis that confirms everything; `--baseline` adds the service of another checkout's `apps/ingest`. Each server
 * has its own process, the load generator another; rounds are interleaved, so that a slow minute of the machine falls
 * on all of them; medians are reported. Exits 1 when the goal is missed.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "3" },
    connections: { type: "string", default: "32" },
    events: { type: "string", default: "1,10" },
    servers: { type: "string", default: "ingest,bare,bare-json,express-json" },
    "put-records": { type: "boolean", default: false },
    baseline: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

const goal = 0.8;
const nodeOptions = ["--conditions=@millrace/source"];

interface Server {
  readonly kind: ServerKind;
  readonly child: ChildProcess;
  readonly port: number;
}

interface Round {
  readonly requestsPerSecond: number;
  readonly cpuUsPerRequest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
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

async function startServer(kind: ServerKind): Promise<Server> {
  const { baseline } = values;
  const child =
    kind === "baseline"
      ? fork(`${String(baseline)}/bench/server.ts`, ["ingest"], { execArgv: nodeOptions, cwd: baseline })
      : fork(`${import.meta.dirname}/server.ts`, [kind, kinesis?.url ?? ""], { execArgv: nodeOptions });
  const { port } = await nextMessage(child, "listening");
  return { kind, child, port };
}

async function readUsage(server: Server) {
  const usage = nextMessage(server.child, "usage");
  server.child.send("usage");
  return usage;
}

async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...nodeOptions,
    `${import.meta.dirname}/load.ts`,
    JSON.stringify(options),
  ]);
  return JSON.parse(stdout) as LoadResult;
}

async function runRound(server: Server, eventsPerRequest: number, seconds: number): Promise<Round> {
  const before = await readUsage(server);
  const connections = Number(values.connections);
  const load = await runLoad({ port: server.port, seconds, connections, eventsPerRequest });
  const after = await readUsage(server);
  // Requests under way when the load ends are stored and not counted as answered.
  const stored = after.events - before.events;
  if (load.non2xx > 0 || load.errors > 0 || stored < load.requests * eventsPerRequest) {
    throw new Error(`${server.kind} did not take every event: ${JSON.stringify({ ...load, stored })}`);
  }
  return {
    requestsPerSecond: load.requests / load.seconds,
    cpuUsPerRequest: (after.cpuUs - before.cpuUs) / load.requests,
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
  };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

async function measure(servers: readonly Server[], eventsPerRequest: number) {
  const rounds = new Map<ServerKind, Round[]>(servers.map(({ kind }) => [kind, []]));
  // Until the machine code of the hot paths is made; a server with more code needs longer.
  for (const server of servers) await runRound(server, eventsPerRequest, 3);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Another order each round, so that nobody is always behind the same neighbour.
    const order = servers.map((_, index) => servers[(index + round) % servers.length] as Server);
    for (const server of order) {
      rounds.get(server.kind)?.push(await runRound(server, eventsPerRequest, Number(values.seconds)));
    }
  }
  const medianOf = (kind: ServerKind, value: (round: Round) => number) => median((rounds.get(kind) ?? []).map(value));
  const reference = kinds[1] ?? "ingest";
  const bareRate = medianOf(reference, (round) => round.requestsPerSecond);
  const bareCpu = medianOf(reference, (round) => round.cpuUsPerRequest);
  return kinds.map((kind) => {
    const requestsPerSecond = medianOf(kind, (round) => round.requestsPerSecond);
    const cpuUsPerRequest = medianOf(kind, (round) => round.cpuUsPerRequest);
    return {
      server: kind,
      eventsPerRequest,
      requestsPerSecond: Math.round(requestsPerSecond),
      eventsPerSecond: Math.round(requestsPerSecond * eventsPerRequest),
      ratioToSecond: Number((requestsPerSecond / bareRate).toFixed(3)),
      cpuUsPerRequest: Number(cpuUsPerRequest.toFixed(1)),
      cpuRatioToSecond: Number((cpuUsPerRequest / bareCpu).toFixed(3)),
      p50Ms: medianOf(kind, (round) => round.p50Ms),
      p99Ms: medianOf(kind, (round) => round.p99Ms),
    };
  });
}

const kinds = [...values.servers.split(","), ...(values.baseline === undefined ? [] : ["baseline"])] as ServerKind[];
const kinesis = values["put-records"] ? await startFakeKinesis() : undefined;
const servers = await Promise.all(kinds.map(startServer));
try {
  const results = [];
  for (const events of values.events.split(",").map(Number)) results.push(...(await measure(servers, events)));
  // The goal is that against the bare server with the same reading of events; against others there is none.
  const hasGoal = kinds[0] === "ingest" && kinds[1] === "bare";
  const isMet = !hasGoal || results.every((row) => row.server !== "ingest" || row.ratioToSecond >= goal);
  const report = {
    node: process.version,
    cores: availableParallelism(),
    rounds: Number(values.rounds),
    secondsPerRound: Number(values.seconds),
    connections: Number(values.connections),
    ...(hasGoal && { goal, isMet }),
    results,
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    for (const kind of kinds) process.stdout.write(`${kind}: ${serverDescriptions[kind]}\n`);
    console.table(results);
    if (hasGoal) process.stdout.write(`Goal: ingest at least ${goal} of bare: ${isMet ? "met" : "missed"}\n`);
  }
  process.exitCode = isMet ? 0 : 1;
} finally {
  for (const { child } of servers) child.disconnect();
  kinesis?.close();
}

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { median } from "@millrace/paired-bench";
import { type ServerKind, serverDescriptions } from "./protocol.ts";
import { countRecords, startFakeKinesis } from "./overload/kinesis.ts";
import { startPeer } from "./peer/start-peer.ts";
import { type Round, runRound, type Server, startServer } from "./start-servers.ts";

/**
 * `pnpm bench [--rounds 7] [--seconds 3] [--connections 32] [--events 1,10] [--servers ingest,floor] [--baseline
 * <folder>] [--peer] [--json]`: requests and events per second of the service against servers that check nothing. All
 * of them write to a Kinesis that confirms everything; `--baseline` adds the service of another checkout's
 * `apps/ingest`, `--peer` Benthos with like work, which it builds with Go (`--peer-program <file>`: one that is built).
 * Each server has its own process, the load generator another; rounds are interleaved, so that a slow minute of the
 * machine falls on all of them; medians are reported, and ratios to the second server.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "3" },
    connections: { type: "string", default: "32" },
    events: { type: "string", default: "1,10" },
    servers: { type: "string", default: "ingest,floor,express-json,same-reading" },
    baseline: { type: "string" },
    peer: { type: "boolean", default: false },
    "peer-program": { type: "string" },
    json: { type: "boolean", default: false },
  },
});

const BYTES_PER_MIB = 1_048_576;

async function measure(servers: readonly Server[], eventsPerRequest: number) {
  const rounds = new Map<ServerKind, Round[]>(servers.map(({ kind }) => [kind, []]));
  // Until the machine code of the hot paths is made; a server with more code needs longer.
  const load = { eventsPerRequest, seconds: Number(values.seconds), connections: Number(values.connections) };
  for (const server of servers) await runRound(server, load);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Another order each round, so that no server is always behind the same neighbour.
    const order = servers.map((_, index) => servers[(index + round) % servers.length] as Server);
    for (const server of order) {
      rounds.get(server.kind)?.push(await runRound(server, load));
    }
  }
  const medianOf = (kind: ServerKind, value: (round: Round) => number) => median((rounds.get(kind) ?? []).map(value));
  const reference = kinds[1] ?? "ingest";
  const referenceRate = medianOf(reference, (round) => round.requestsPerSecond);
  const referenceCpu = medianOf(reference, (round) => round.cpuUsPerRequest);
  return kinds.map((kind) => {
    const requestsPerSecond = medianOf(kind, (round) => round.requestsPerSecond);
    const cpuUsPerRequest = medianOf(kind, (round) => round.cpuUsPerRequest);
    return {
      server: kind,
      eventsPerRequest,
      requestsPerSecond: Math.round(requestsPerSecond),
      eventsPerSecond: Math.round(requestsPerSecond * eventsPerRequest),
      ratioToSecond: Number((requestsPerSecond / referenceRate).toFixed(3)),
      cpuUsPerRequest: Number(cpuUsPerRequest.toFixed(1)),
      cpuRatioToSecond: Number((cpuUsPerRequest / referenceCpu).toFixed(3)),
      p50Ms: medianOf(kind, (round) => round.p50Ms),
      p99Ms: medianOf(kind, (round) => round.p99Ms),
      peakMib: Math.round(medianOf(kind, (round) => round.peakBytes) / BYTES_PER_MIB),
    };
  });
}

const hasPeer = values.peer || values["peer-program"] !== undefined;
const ours = [...values.servers.split(","), ...(values.baseline === undefined ? [] : ["baseline"])] as ServerKind[];
const kinds: readonly ServerKind[] = [...ours, ...(hasPeer ? (["benthos"] as const) : [])];
const kinesis = await startFakeKinesis();
let confirmedRecords = 0;
kinesis.onConfirm = (body) => (confirmedRecords += countRecords(body));
const servers = await Promise.all(ours.map(async (kind) => startServer(kind, kinesis.url, values.baseline)));
// Benthos makes a record of each event.
if (hasPeer) servers.push(await startPeer(kinesis.url, () => confirmedRecords, values["peer-program"]));
try {
  const results = [];
  for (const events of values.events.split(",").map(Number)) results.push(...(await measure(servers, events)));
  const report = {
    node: process.version,
    cores: availableParallelism(),
    rounds: Number(values.rounds),
    secondsPerRound: Number(values.seconds),
    connections: Number(values.connections),
    results,
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    for (const kind of kinds) process.stdout.write(`${kind}: ${serverDescriptions[kind]}\n`);
    console.table(results);
  }
} finally {
  for (const server of servers) server.stop();
  kinesis.close();
}

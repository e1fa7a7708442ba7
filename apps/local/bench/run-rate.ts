import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { readStartScript, startProgram } from "../tests/integration/start-script.ts";
import { type ProcessUse, ProcessTree } from "./process-tree.ts";

/** The part of a report that the bench reads; what an older checkout does not report stays undefined. */
export interface ReadReport {
  readonly accepted: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly throttled?: Readonly<Record<string, number>>;
  readonly latencyMs: Readonly<Partial<Record<Hop, { readonly p50: number | null; readonly p99: number | null }>>>;
  readonly problems: readonly string[];
}

export const hops = ["raw", "enriched", "routed", "warehouse"] as const;
export type Hop = (typeof hops)[number];

/** Space for each event in all streams, so that the report finds every event in each of them. */
const streamMibPerEvent = 8 / 1024;

export interface RateResult {
  readonly rate: number;
  readonly exitCode: number | null;
  readonly output: string;
  readonly report: ReadReport | undefined;
  /** By the time of receipt that the service writes on each event. */
  readonly accepting: Accepting;
  readonly uses: readonly ProcessUse[];
  /** CPU seconds by process name, while the events behind the warm-up were accepted. */
  readonly warmCpuSeconds: ReadonlyMap<string, number>;
}

/** When events were accepted. */
export interface Accepting {
  readonly firstMs: number;
  readonly lastMs: number;
  /** Events accepted after the warm-up. */
  readonly warmEvents: number;
}

export interface RateOptions {
  /** A checkout of this repository, built and synthesized. */
  readonly repository: string;
  readonly rate: number;
  readonly events: number;
  /** Seconds at the beginning whose ages, and whose CPU in a column of its own, are left out. */
  readonly warmUpSeconds: number;
  /** Options for Node, such as `--cpu-prof`. */
  readonly nodeArguments: readonly string[];
}

/** Runs `start` once, as a child of its own, and measures its processes from outside. */
export async function runRate({
  repository,
  rate,
  events,
  warmUpSeconds,
  nodeArguments,
}: RateOptions): Promise<RateResult> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const reportPath = join(folder, "report.json");
  const state = join(folder, "state");
  const script = readStartScript(repository);
  const options = {
    ...{ rate, events, report: reportPath, state, port: 0, keep: Math.ceil(events * streamMibPerEvent) + 1024 },
    // Older checkouts do not know it.
    ...(warmUpSeconds === 0 ? {} : { "warm-up": warmUpSeconds }),
  };
  const child = spawn(
    process.execPath,
    [
      ...script.nodeArguments,
      ...nodeArguments,
      startProgram,
      "--exit",
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    { stdio: ["ignore", "pipe", "pipe"], cwd: repository, env: { ...process.env, ...script.environment } },
  );
  const tree = new ProcessTree(child.pid ?? 0);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exitCode = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  tree.stop();
  try {
    const report = readReport(reportPath);
    const accepting =
      report === undefined
        ? { firstMs: 0, lastMs: 0, warmEvents: 0 }
        : await readAccepting(join(state, "warehouse.duckdb"), warmUpSeconds);
    const warmCpuSeconds = tree.cpuBetween(accepting.firstMs + warmUpSeconds * 1_000, accepting.lastMs);
    return { rate, exitCode, output, report, accepting, uses: tree.uses(), warmCpuSeconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): ReadReport | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ReadReport;
  } catch {
    return undefined;
  }
}

async function readAccepting(path: string, warmUpSeconds: number): Promise<Accepting> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`
    WITH receipts AS (SELECT epoch_ms((record->'event'->>'receivedat')::TIMESTAMPTZ) AS ms FROM landed_events)
    SELECT min(ms), max(ms), count(*) FILTER (ms >= (SELECT min(ms) FROM receipts) + ${warmUpSeconds * 1_000})
    FROM receipts`);
  connection.closeSync();
  instance.closeSync();
  const [firstMs, lastMs, warmEvents] = (reader.getRowsJson()[0] ?? []).map(Number);
  return { firstMs: firstMs ?? 0, lastMs: lastMs ?? 0, warmEvents: warmEvents ?? 0 };
}

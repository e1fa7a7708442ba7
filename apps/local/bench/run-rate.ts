import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
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

export interface RateResult {
  readonly rate: number;
  readonly exitCode: number | null;
  readonly output: string;
  readonly report: ReadReport | undefined;
  /** From the first accepted event to the last one, by the time of receipt that the service writes on each event. */
  readonly acceptingSeconds: number;
  readonly uses: readonly ProcessUse[];
}

export interface RateOptions {
  /** A checkout of this repository, built and synthesized. */
  readonly repository: string;
  readonly rate: number;
  readonly events: number;
  /** Options for Node, such as `--cpu-prof`. */
  readonly nodeArguments: readonly string[];
}

/** Runs `start` once, as a child of its own, and measures its processes from outside. */
export async function runRate({ repository, rate, events, nodeArguments }: RateOptions): Promise<RateResult> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const reportPath = join(folder, "report.json");
  const state = join(folder, "state");
  const main = join(repository, "apps", "local", "src", "main.ts");
  const options = { rate, events, report: reportPath, state, port: 0 };
  const child = spawn(
    process.execPath,
    [
      ...["--conditions=@millrace/source", "--max-semi-space-size=64"],
      ...nodeArguments,
      main,
      "--exit",
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    { stdio: ["ignore", "pipe", "pipe"], cwd: repository },
  );
  const tree = new ProcessTree(child.pid ?? 0);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exitCode = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  tree.stop();
  try {
    const report = readReport(reportPath);
    const acceptingSeconds = report === undefined ? 0 : await readAcceptingSeconds(join(state, "warehouse.duckdb"));
    return { rate, exitCode, output, report, acceptingSeconds, uses: tree.uses() };
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

async function readAcceptingSeconds(path: string): Promise<number> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const received = "epoch_ms((record->'event'->>'receivedat')::TIMESTAMPTZ)";
  const reader = await connection.runAndReadAll(
    `SELECT (max(${received}) - min(${received})) / 1000.0 FROM landed_events`,
  );
  connection.closeSync();
  instance.closeSync();
  return Number(reader.getRowsJson()[0]?.[0]);
}

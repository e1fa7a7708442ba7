import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import type { HopFigures } from "@millrace/pipeline-source";
import { stateFolders } from "../../../src/runtime/folders.ts";
import { controlUrl, type PipelineRun, runPipeline, type Stack, waitFor } from "../run-pipeline.ts";
import type { CanaryPath } from "./canary-traffic.ts";
import { KinesisWire } from "./kinesis-wire.ts";

/** Somewhere that a canary could have come to. */
export interface Place {
  /** E.g. `stream millrace-local-enriched`, `object lake/enriched/…`, `log millrace-local-router.log`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Everything a run left behind. */
export interface Evidence {
  readonly places: readonly Place[];
  /** HTTP status by name of the path. */
  readonly answers: ReadonlyMap<string, number>;
  /** Verdict in the warehouse by id of the event. */
  readonly verdicts: ReadonlyMap<string, string>;
  /** How many bad rows of each kind the warehouse has. */
  readonly badRows: Readonly<Record<string, number>>;
}

const drainedMessage = /Drained/;

/** Sends canaries down every path of a running pipeline, drains it, and collects all that it wrote. */
export async function runCanaries(
  paths: readonly CanaryPath[],
  change: (stack: Stack) => void = () => undefined,
): Promise<Evidence> {
  const places: Place[] = [];
  const answers = new Map<string, number>();
  let verdicts: ReadonlyMap<string, string> = new Map();
  let badRows: Record<string, number> = {};

  const run = runPipeline(["--rate", "0"], withDebugLogs(change), async (stateFolder) => {
    const folders = stateFolders(stateFolder);
    places.push(...readFiles(folders.objects, "object"), ...readFiles(folders.logs, "log"));
    const warehouse = await DuckDbWarehouse.open({ path: folders.warehouse, threads: 1 });
    try {
      places.push(...(await readWarehouse(warehouse)));
      const events = await warehouse.query("SELECT id, validation_status AS verdict FROM events");
      verdicts = new Map((events as { id: string; verdict: string }[]).map(({ id, verdict }) => [id, verdict]));
      const kinds = await warehouse.query(
        "SELECT failure_kind AS kind, count(*)::INTEGER AS n FROM bad_rows GROUP BY ALL",
      );
      badRows = Object.fromEntries((kinds as { kind: string; n: number }[]).map(({ kind, n }) => [kind, n]));
    } finally {
      await warehouse.close();
    }
  });
  const control = await controlUrl(run);
  const addresses = await readGreeting(run);
  const kinesis = new KinesisWire(addresses.kinesis);

  for (const path of paths) {
    if (path.request !== undefined) {
      const { status, text } = await send(path.request, addresses);
      answers.set(path.name, status);
      places.push({ name: "answers of ingest", bytes: Buffer.from(text) });
    } else if (path.stray !== undefined) {
      await kinesis.put("millrace-local-raw", path.stray.partitionKey, path.stray.bytes);
    }
  }
  await waitFor(run, "the end of all work", () => isSettled(control));
  for (const name of await kinesis.streamNames()) {
    for (const { partitionKey, data } of await kinesis.readAll(name)) {
      places.push({ name: `stream ${name}`, bytes: data });
      places.push({ name: `partition key in ${name}`, bytes: Buffer.from(partitionKey) });
    }
  }
  for (const url of [
    ...["/processes", "/hops"].map((path) => new URL(path, control)),
    ...["/metrics", "/readyz"].map((path) => new URL(path, addresses.ingest)),
  ]) {
    places.push({ name: `page ${url.pathname}`, bytes: Buffer.from(await (await fetch(url)).text()) });
  }
  for (const path of ["api/pipeline", "api/recent", "api/events?limit=500", "api/quality", "api/routes"]) {
    const bytes = Buffer.from(await (await fetch(addresses.console + path)).text());
    places.push({ name: `console ${path}`, bytes });
  }
  run.child.kill("SIGINT");
  const { output } = await run.ended;
  if (!drainedMessage.test(output)) throw new Error(`The pipeline did not drain:\n${output}`);
  places.push({ name: "output of the pipeline", bytes: Buffer.from(output) });
  return { places, answers, verdicts, badRows };
}

/** Sets every process to its most detailed log. */
function withDebugLogs(change: (stack: Stack) => void): (stack: Stack) => void {
  return (stack) => {
    const text = JSON.stringify(stack.resource)
      .replaceAll('"LOG_LEVEL":"info"', '"LOG_LEVEL":"debug"')
      .replaceAll('{"name":"LOG_LEVEL","value":"info"}', '{"name":"LOG_LEVEL","value":"debug"}');
    stack.resource = JSON.parse(text) as Stack["resource"];
    change(stack);
  };
}

interface Addresses {
  readonly console: string;
  readonly ingest: string;
  readonly writeKey: string;
  readonly kinesis: string;
}

function readGreeting(run: PipelineRun): Promise<Addresses> {
  return waitFor(run, "the greeting", async () => {
    const { page, ingest, writeKey, kinesis } =
      /Console\s+(?<page>http:\S+)[^]*Events\s+(?<ingest>http:\S+)[^]*Write key (?<writeKey>\S+)[^]*Kinesis\s+(?<kinesis>http:\S+)/.exec(
        run.output(),
      )?.groups ?? {};
    return page === undefined || ingest === undefined || writeKey === undefined || kinesis === undefined
      ? undefined
      : { console: page, ingest, writeKey, kinesis };
  });
}

async function send(
  { headers, body, query }: NonNullable<CanaryPath["request"]>,
  { ingest, writeKey }: Addresses,
): Promise<{ status: number; text: string }> {
  const response = await fetch(query === undefined ? ingest : `${ingest}?${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${writeKey}`, ...headers },
    body: body as string | Uint8Array<ArrayBuffer>,
  });
  return { status: response.status, text: await response.text() };
}

/** True once every consumer has handled or given up all that is in its stream. */
async function isSettled(control: string): Promise<true | undefined> {
  const hops = (await (await fetch(new URL("/hops", control))).json()) as HopFigures[];
  const isDone = hops
    .filter(({ name }) => name.startsWith("millrace-local-"))
    .every(({ in: taken = 0, out = 0, counts: { givenUp = 0 } }) => out + givenUp >= taken);
  return isDone ? true : undefined;
}

function readFiles(folder: string, kind: string): Place[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .flatMap((path) => {
      const name = `${kind} ${relative(folder, path)}`;
      return [
        { name, bytes: readFileSync(path) },
        { name: `name of ${name}`, bytes: Buffer.from(name) },
      ];
    });
}

/** Every column of every table and view. */
async function readWarehouse(warehouse: DuckDbWarehouse): Promise<Place[]> {
  const relations = await warehouse.query(
    "SELECT table_schema || '.' || table_name AS name FROM information_schema.tables",
  );
  const places: Place[] = [];
  for (const { name } of relations as { name: string }[]) {
    const rows = await warehouse.query(`SELECT * FROM ${name}`);
    const text = JSON.stringify(rows, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    places.push({ name: `warehouse ${name}`, bytes: Buffer.from(text) });
  }
  return places;
}

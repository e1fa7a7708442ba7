/**
 * `pnpm --filter @millrace/local bench:takeover`: changes everything that can be taken over under load, in a copy of
 * the repository, and counts what became of every event. It ends with 1 if one was lost or doubled.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { RepositoryCopy } from "../tests/integration/repository-copy.ts";
import { readLines } from "../tests/kills/read-state.ts";

const { values } = parseArgs({ options: { rate: { type: "string" } } });
const rate = values.rate ?? "500";
/** The first build, on a machine that does other things too, takes minutes. */
const waitDeadlineMs = 600_000;
const afterwardsMs = 5_000;

interface Copy {
  readonly event: { readonly source: string; readonly id: string };
  readonly processing: { readonly router: { readonly routesVersion: string; readonly routes: readonly string[] } };
}

const copy = new RepositoryCopy();
const child: ChildProcess = spawn("pnpm", ["start", "--rate", rate, "--port", "0", "--no-canaries"], {
  cwd: copy.root,
  stdio: ["ignore", "pipe", "pipe"],
});
let output = "";
for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes: Buffer) => (output += bytes.toString()));
const ended = new Promise((resolve) => child.once("exit", resolve));

async function waitFor<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + waitDeadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`${what} did not come:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const runFile = (): { readonly pid: number; readonly controlUrl: string } =>
  JSON.parse(readFileSync(join(copy.root, ".local", "run.json"), "utf8")) as { pid: number; controlUrl: string };

/** The pipeline is no child of this process but of pnpm, which a signal ends alone. */
function endRun(): void {
  try {
    process.kill(runFile().pid, "SIGKILL");
  } catch {
    // It has ended, or never began.
  }
  child.kill("SIGKILL");
}

/** Resolves with the pipeline's words about the change made since `from`, and milliseconds after that. */
async function untilTaken(
  from: number,
  changedAt: number,
): Promise<{ readonly told: string; readonly afterMs: number }> {
  const told = await waitFor(
    "the takeover",
    () =>
      /! ((?:Taken over|Built)[^\n]*|Not taken over[^\n]*\n[^\n]+(?:\n {2}- [^\n]+)*)/.exec(output.slice(from))?.[1],
  );
  return { told, afterMs: Date.now() - changedAt };
}

/** Changes a source and prints the pipeline's reaction. */
async function edit(name: string, path: string, change: (text: string) => string): Promise<void> {
  const from = output.length;
  const changedAt = Date.now();
  const file = join(copy.root, path);
  const text = readFileSync(file, "utf8");
  const changed = change(text);
  if (changed === text) throw new Error(`${path} did not change.`);
  writeFileSync(file, changed);
  const { told, afterMs } = await untilTaken(from, changedAt);
  console.log(`${name}: ${told} ${afterMs} ms after the change.`);
}

/** Resolves when a stream has a record. */
async function untilSeen(stream: string): Promise<void> {
  const response = await fetch(new URL(`/streams/${stream}?from-start`, runFile().controlUrl));
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) if (text !== "") return;
  throw new Error(`The stream ${stream} ended without a record.`);
}

async function countWarehouse(): Promise<Record<string, number>> {
  const instance = await DuckDBInstance.create(join(copy.root, ".local", "warehouse.duckdb"), {
    access_mode: "READ_ONLY",
  });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    "SELECT (SELECT count(*) FROM events) AS view, (SELECT count(*) FROM landed_events) AS landed",
  );
  const [row] = reader.getRowObjectsJson();
  instance.closeSync();
  return { view: Number(row?.["view"]), landed: Number(row?.["landed"]) };
}

try {
  await waitFor("the greeting", () => (output.includes("Millrace runs") ? true : undefined));
  await untilSeen("recommendations");

  let from = output.length;
  let changedAt = Date.now();
  copy.pnpm("routes", "new", "--application", "pricing", "--owner", "team-pricing", "--type", "commerce.product-view");
  const route = await untilTaken(from, changedAt);
  await untilSeen("pricing");
  console.log(`route:  ${route.told} First copy seen ${Date.now() - changedAt} ms after the command began.`);

  from = output.length;
  changedAt = Date.now();
  copy.pnpm("schemas", "new", "commerce/product-view");
  const schema = await untilTaken(from, changedAt);
  console.log(`schema: ${schema.told} ${schema.afterMs} ms after the command began.`);

  await edit("another number of shards", "infra/src/environments/local.ts", (text) =>
    text
      .replace("raw: provisioned(6,", "raw: provisioned(7,")
      .replace("enriched: provisioned(12,", "enriched: provisioned(14,")
      .replace("recommendations: { ...provisioned(8,", "recommendations: { ...provisioned(10,"),
  );
  const pricing = readFileSync(join(copy.root, "schemas/routes/pricing.json"), "utf8");
  await edit("a pattern that is none", "schemas/routes/pricing.json", (text) =>
    text.replace(/"pattern": \{/, '"pattern": { "event": { "type": [{ "prefix": 5 }] }, '),
  );
  await edit("the route as it was", "schemas/routes/pricing.json", () => pricing);
  await edit("the event service", "apps/ingest/src/main.ts", (text) => `${text}\nprocess.title = "changed ingest";\n`);

  await new Promise((resolve) => setTimeout(resolve, afterwardsMs));
  process.kill(runFile().pid, "SIGINT");
  await ended;
  const lines = await readLines(join(copy.root, ".local", "streams"), console.error);
  const copiesIn = (stream: string): Copy[] =>
    (lines.get(`millrace-local-${stream}`) ?? []).map((line) => JSON.parse(line) as Copy);
  const [old, fresh] = [copiesIn("recommendations"), copiesIn("pricing")];
  const accepted = Number(/Drained after (\d+) sample events/.exec(output)?.[1]);
  const { view = 0, landed = 0 } = await countWarehouse();
  // Every product view that the new routes handled is on both streams, once each.
  const identity = ({ event }: Copy): string => JSON.stringify([event.source, event.id]);
  const versions = new Set(fresh.map(({ processing }) => processing.router.routesVersion));
  const twins = old.filter(
    ({ processing: { router } }) =>
      versions.has(router.routesVersion) && router.routes.includes("recommendations/product-views"),
  );
  const got = new Set(fresh.map(identity));
  const missing = twins.filter((each) => !got.has(identity(each))).length;
  console.log(
    `accepted ${accepted}, in the view ${view}, lost ${accepted - view}, landed twice ${landed - view}; ` +
      `new route: ${fresh.length} copies, ${fresh.length - got.size} doubled, ${missing} of ${twins.length} valid product views missing`,
  );
  process.exitCode = accepted === view && landed === view && missing === 0 && fresh.length === got.size ? 0 : 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  endRun();
  await ended;
  copy.remove();
}

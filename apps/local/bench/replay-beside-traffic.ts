/**
 * `pnpm --filter @millrace/local bench:replay`: live traffic with a replay beside it, and without, in turns on one
 * running pipeline. Prints the 99th percentile of an answer of ingest, and of the ages at which live events arrive in
 * the enriched stream and in a destination, with their ratio: the replay is to cost live traffic a fifth at most. Needs
 * a built and synthesized repository.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { streamStore } from "@millrace/stored-events";
import { formatTable } from "../src/report/format-table.ts";
import { repositoryRoot, stateFolders } from "../src/runtime/folders.ts";
import { percentiles } from "../src/report/percentile.ts";
import { findRun } from "../src/control/run-file.ts";
import { controlUrl, killPipelines, runPipeline } from "../tests/integration/run-pipeline.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    rate: { type: "string", default: "200" },
    seconds: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
    "warm-up": { type: "string", default: "35" },
    "replay-rate": { type: "string" },
  },
});
const rate = Number(values.rate);
const windowMs = Number(values.seconds) * 1_000;
const rounds = Number(values.rounds);
const warmUpMs = Number(values["warm-up"]) * 1_000;
/** Live events take this long to their destination at most; a window's first and last ones are left out. */
const marginMs = 2_000;
const settleMs = 32_000;
const probeEveryMs = 50;
const places = ["enriched", "recommendations"] as const;
const most = 1.2;

interface Window {
  readonly hasReplay: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  readonly answersMs: readonly number[];
}

const run = runPipeline(["--rate", String(rate)]);
try {
  await controlUrl(run);
  const { ingestUrl, kinesisUrl } = await findRun(stateFolders(run.stateFolder));
  const writeKey = /Write key (\S+)/.exec(run.output())?.[1] ?? "";
  const beganMs = Date.now();
  await sleep(warmUpMs);
  const windows: Window[] = [];
  for (let index = 0; index < rounds * 2; index += 1) {
    // The order changes with each round: without, with, with, without, …
    const hasReplay = index % 4 === 1 || index % 4 === 2;
    // Each has a range of its own, so that none finds itself finished.
    const replay = hasReplay ? startReplay(beganMs, Date.now() - marginMs) : undefined;
    // The start of a program is not the replay: elsewhere it is another machine's work.
    await replay?.begun();
    // It rests first, and then finds its rate: neither is what live traffic has to bear.
    if (hasReplay) await sleep(settleMs);
    const fromMs = Date.now();
    const answersMs = await probe(ingestUrl, writeKey, fromMs + windowMs);
    windows.push({ hasReplay, fromMs: fromMs + marginMs, toMs: Date.now() - marginMs, answersMs });
    await replay?.stop();
    await sleep(marginMs);
  }
  process.exitCode = await tell(windows, kinesisUrl);
} finally {
  killPipelines();
}
process.exit();

/** A replay as an operator starts it, at the rate that it chooses. */
function startReplay(fromMs: number, toMs: number): { begun(): Promise<void>; stop(): Promise<void> } {
  const range = ["--from", new Date(fromMs).toISOString(), "--to", new Date(toMs).toISOString()];
  const child = spawn(
    process.execPath,
    [
      ...["--conditions=@millrace/source", join(repositoryRoot, "packages/replay/src/cli/main.ts")],
      ...["raw", ...range, "--reason", "bench", "--json", "--state", run.stateFolder],
      ...(values["replay-rate"] === undefined ? [] : ["--rate", values["replay-rate"]]),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    async begun() {
      while (!/ begins,/.test(printed)) {
        if (child.exitCode !== null) throw new Error(`The replay failed:\n${printed}`);
        await sleep(probeEveryMs);
      }
    },
    async stop() {
      child.kill("SIGINT");
      await ended;
      // One that has finished was not beside all of its window.
      if (!printed.includes('"isDone":false')) throw new Error(`The replay failed, or ended too early:\n${printed}`);
    },
  };
}

/** Posts an event now and then until a time. @returns milliseconds of each answer */
async function probe(ingestUrl: string, writeKey: string, untilMs: number): Promise<readonly number[]> {
  const took: number[] = [];
  for (let count = 0; Date.now() < untilMs; count += 1) {
    const startMs = performance.now();
    const response = await fetch(new URL("/v1/events", ingestUrl), {
      method: "POST",
      headers: { authorization: `Bearer ${writeKey}`, "content-type": "application/cloudevents+json" },
      body: JSON.stringify({
        ...{ specversion: "1.0", id: `probe-${untilMs}-${count}`, source: "https://shop.example/web" },
        ...{ type: "shop.probe", subject: `probe-${count}`, data: {} },
      }),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`Ingest answered ${response.status}.`);
    took.push(performance.now() - startMs);
    await sleep(Math.max(0, probeEveryMs - (performance.now() - startMs)));
  }
  return took;
}

async function tell(windows: readonly Window[], endpoint: string): Promise<number> {
  const kinesis = new KinesisClient({
    ...{ region: "eu-west-1", endpoint },
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const rows = [row("answer of ingest", (hasReplay) => pooled(windows, hasReplay, ({ answersMs }) => answersMs))];
  let replayed = 0;
  for (const place of places) {
    const found = await arrivalsIn(kinesis, `millrace-local-${place}`, windows);
    const agesOf = (window: Window) => found.ages.get(window) ?? [];
    rows.push(row(`age in ${place}`, (hasReplay) => pooled(windows, hasReplay, agesOf)));
    if (place === "enriched") replayed = found.replayed;
  }
  kinesis.destroy();
  const beside = windows.filter(({ hasReplay }) => hasReplay);
  const seconds = beside.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1_000, 0);
  console.log(
    `${rate} live events/s, ${rounds} windows of ${windowMs / 1_000} s each; beside them ${Math.round(replayed / seconds)} replayed events/s.\n`,
  );
  console.log(formatTable(rows));
  return rows.every(({ ratio }) => Number(ratio) <= most) ? 0 : 1;
}

function pooled(windows: readonly Window[], hasReplay: boolean, of: (window: Window) => readonly number[]): number[] {
  return windows.filter((window) => window.hasReplay === hasReplay).flatMap(of);
}

function row(what: string, timesOf: (hasReplay: boolean) => number[]): Record<string, string | number> {
  const [without, beside] = [timesOf(false), timesOf(true)];
  const p99 = (times: readonly number[]) => percentiles(times).p99 ?? Number.NaN;
  return {
    "99th percentile of the": what,
    "without, ms": p99(without).toFixed(1),
    "beside a replay, ms": p99(beside).toFixed(1),
    ratio: (p99(beside) / p99(without)).toFixed(2),
    "live events": without.length + beside.length,
  };
}

/** By window, how old live events were when the stream took them; and the replayed events of all windows. */
async function arrivalsIn(
  kinesis: KinesisClient,
  stream: string,
  windows: readonly Window[],
): Promise<{ readonly ages: ReadonlyMap<Window, number[]>; readonly replayed: number }> {
  let replayed = 0;
  const ages = new Map(windows.map((window) => [window, new Array<number>()]));
  const range = { fromMs: windows[0]?.fromMs ?? 0, toMs: Date.now() };
  for await (const part of streamStore({ kinesis, stream, name: "destination" }).parts(range)) {
    for await (const events of part.read()) {
      for (const { facts, place } of events) {
        const isReplayed = facts.replayedAt !== undefined;
        const atMs = isReplayed ? place.atMs : Date.parse(facts.receivedAt ?? "");
        const window = windows.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
        if (window === undefined) continue;
        if (isReplayed) replayed += 1;
        else ages.get(window)?.push(place.atMs - atMs);
      }
    }
  }
  return { ages, replayed };
}

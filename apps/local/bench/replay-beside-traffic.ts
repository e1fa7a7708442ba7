/**
 * `pnpm --filter @millrace/local bench:replay`: live traffic with a replay beside it, and without, in turns on one
 * running pipeline. Prints the 99th percentile of an answer of ingest, and of the ages at which live events arrive in
 * the enriched stream and in a destination, with their ratio: the replay is to cost live traffic a fifth at most. The
 * control compares windows without the replay with one another: so much is noise of the machine. Ends with 1 if a ratio
 * is above the goal, with 2 if it could not measure. Needs a built and synthesized repository.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { createRandom } from "@millrace/aws-simulator/random";
import { streamStore } from "@millrace/stored-events";
import { formatTable } from "../src/report/format-table.ts";
import { repositoryRoot, stateFolders } from "../src/runtime/folders.ts";
import { percentiles } from "../src/report/percentile.ts";
import { findRun, type RunFile } from "../src/control/run-file.ts";
import { createEventClient } from "../src/traffic/event-client.ts";
import { sampleMix } from "../src/traffic/sample-mix.ts";
import { sendTraffic } from "../src/traffic/send-traffic.ts";
import { planTraffic } from "../src/traffic/traffic-plan.ts";
import { controlUrl, killPipelines, type PipelineRun, runPipeline } from "../tests/integration/run-pipeline.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    rate: { type: "string", default: "200" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "12" },
    stock: { type: "string", default: "60000" },
    settle: { type: "string", default: "60" },
    "replay-rate": { type: "string" },
  },
});
const rate = Number(values.rate);
const windowMs = Number(values.seconds) * 1_000;
const rounds = Number(values.rounds);
/** Stored events that the replay has to do with; and how fast they come. */
const stock = Number(values.stock);
const stockRate = 1_500;
const settleMs = Number(values.settle) * 1_000;
/** Functions are warm, and the last stored events through the pipeline, after so long. */
const warmUpMs = 30_000;
/** The first live events of a window met what came before it; its last ones may meet what comes behind it. */
const marginMs = { first: 2_000, last: 1_000 };
const probeEveryMs = 10;
const requestsInFlight = 64;
/** Longest that a part of the bench may take without an event of the bench. */
const deadlineMs = { start: 120_000, stock: 300_000, begin: 60_000, stop: 60_000, read: 300_000 };
const places = ["enriched", "recommendations"] as const;
const most = 1.2;
const localCredentials = { accessKeyId: "local", secretAccessKey: "local" };

interface Window {
  readonly hasReplay: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  readonly answersMs: readonly number[];
}

/** Ends everything, with the reason. */
const failure = new AbortController();
let replay: Replay | undefined;

async function measure(pipeline: PipelineRun): Promise<number> {
  await within(deadlineMs.start, "The start of the pipeline", controlUrl(pipeline));
  const file = await findRun(stateFolders(pipeline.stateFolder));
  const writeKey = /Write key (\S+)/.exec(pipeline.output())?.[1];
  if (writeKey === undefined) throw new Error(`The pipeline named no write key:\n${pipeline.output()}`);
  const beganMs = Date.now();
  tell(`storing ${stock} events`);
  await within(deadlineMs.stock, "Storing events", store(file, writeKey));
  await pause(warmUpMs);
  replay = new Replay(pipeline.stateFolder, beganMs, Date.now() - marginMs.last);
  // The start of a program is not the replay: elsewhere it is another machine's work.
  await within(deadlineMs.begin, "The begin of the replay", replay.begun());
  tell(`the replay has begun; it finds its rate for ${settleMs / 1_000} s`);
  await pause(settleMs);
  const windows: Window[] = [];
  for (let index = 0; index < rounds * 2; index += 1) {
    // The order changes with each round: without, with, with, without, …
    const hasReplay = index % 4 === 1 || index % 4 === 2;
    // A stopped process does nothing at all, and goes on with the rate that it had found.
    replay.signal(hasReplay ? "SIGCONT" : "SIGSTOP");
    const fromMs = Date.now();
    const answersMs = await within(windowMs * 3, "A window", probe(file, writeKey, fromMs + windowMs));
    windows.push({ hasReplay, fromMs: fromMs + marginMs.first, toMs: Date.now() - marginMs.last, answersMs });
    tell(`window ${index + 1} of ${rounds * 2}`);
  }
  await within(deadlineMs.stop, "The end of the replay", replay.stop());
  return within(deadlineMs.read, "Reading the streams", report(windows, file));
}

/** Fails at the deadline, and as soon as the pipeline or the replay has ended. */
async function within<T>(longestMs: number, what: string, work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    const fail = (): void => reject(failure.signal.reason as Error);
    if (failure.signal.aborted) fail();
    failure.signal.addEventListener("abort", fail, { signal: ended.signal });
    const late = (): void => reject(new Error(`${what} took longer than ${longestMs / 1_000} s.`));
    sleep(longestMs, undefined, { signal: ended.signal }).then(late, () => undefined);
  });
  try {
    return await Promise.race([work, failed]);
  } finally {
    ended.abort();
  }
}

const pause = (ms: number): Promise<void> => within(ms * 2, "A pause", sleep(ms));

function tell(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

/** A replay as an operator starts it, at the rate that it chooses. */
class Replay {
  readonly #child: ChildProcess;
  readonly #exit: Promise<void>;
  #printed = "";
  #isStopping = false;

  constructor(stateFolder: string, fromMs: number, toMs: number) {
    const range = ["--from", new Date(fromMs).toISOString(), "--to", new Date(toMs).toISOString()];
    this.#child = spawn(
      process.execPath,
      [
        ...["--conditions=@millrace/source", join(repositoryRoot, "packages/replay/src/cli/main.ts")],
        ...["raw", ...range, "--reason", "bench", "--json", "--state", stateFolder],
        ...(values["replay-rate"] === undefined ? [] : ["--rate", values["replay-rate"]]),
      ],
      // In a session of its own, as in a terminal of its own: Linux shares processors out by session.
      { stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#printed += text));
    this.#exit = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        const how = `with ${signal ?? `code ${String(code)}`}`;
        if (!this.#isStopping)
          failure.abort(new Error(`The replay ended ${how} before the windows did:\n${this.#printed}`));
        resolve();
      });
    });
  }

  async begun(): Promise<void> {
    while (!/ begins,/.test(this.#printed)) await pause(probeEveryMs);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.signal("SIGCONT");
    this.signal("SIGINT");
    await this.#exit;
    // One that has finished was not beside all of the windows.
    if (!this.#printed.includes('"isDone":false')) throw new Error(`The replay ended too early:\n${this.#printed}`);
  }

  kill(): void {
    this.#isStopping = true;
    // A stopped process takes no other signal.
    this.signal("SIGKILL");
  }
}

/** Sends events for the replay, of the same mix as the live ones. */
async function store({ ingestUrl }: RunFile, writeKey: string): Promise<void> {
  const client = createEventClient(ingestUrl, requestsInFlight);
  const failures: string[] = [];
  await sendTraffic(planTraffic({ ...sampleMix(stockRate), random: createRandom(16) }), {
    ...{ client, writeKey, rate: stockRate, limit: stock, maxRequestsInFlight: requestsInFlight },
    ...{ oracle: () => [], onStray: () => undefined, signal: failure.signal },
    onOutcomes: (outcomes) => failures.push(...outcomes.failures),
  });
  await client.close();
  if (failures[0] !== undefined) throw new Error(`${failures.length} requests failed, the first: ${failures[0]}`);
}

/** Posts an event now and then until a time. @returns milliseconds of each answer */
async function probe({ ingestUrl }: RunFile, writeKey: string, untilMs: number): Promise<readonly number[]> {
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
    if (!response.ok) throw new Error(`Ingest answered ${response.status} to a probe.`);
    took.push(performance.now() - startMs);
    await sleep(Math.max(0, probeEveryMs - (performance.now() - startMs)));
  }
  return took;
}

/** Durations that were measured in a window, milliseconds. */
type Times = (window: Window) => readonly number[];

async function report(windows: readonly Window[], { kinesisUrl }: RunFile): Promise<number> {
  tell("reading the streams");
  const kinesis = new KinesisClient({ region: "eu-west-1", endpoint: kinesisUrl, credentials: localCredentials });
  const rows = [row("answer of ingest", windows, ({ answersMs }) => answersMs)];
  let replayed = 0;
  for (const place of places) {
    const found = await arrivalsIn(kinesis, `millrace-local-${place}`, windows);
    rows.push(row(`age in ${place}`, windows, (window) => found.ages.get(window) ?? []));
    if (place === "enriched") replayed = found.replayed;
  }
  kinesis.destroy();
  const beside = windows.filter(({ hasReplay }) => hasReplay);
  const seconds = beside.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1_000, 0);
  const rateBeside = (replayed / seconds).toFixed(1);
  console.log(
    `${rate} live events/s, ${rounds} windows of ${windowMs / 1_000} s each; beside them ${rateBeside} replayed events/s.`,
  );
  console.log(`Control: windows without the replay, held against each other.\n`);
  console.log(formatTable(rows));
  return replayed > 0 && rows.every(({ ratio }) => Number(ratio) <= most) ? 0 : 1;
}

const p99 = (windows: readonly Window[], times: Times): number =>
  percentiles(windows.flatMap((window) => times(window))).p99 ?? Number.NaN;

function row(what: string, windows: readonly Window[], times: Times): Record<string, string | number> {
  const beside = windows.filter(({ hasReplay }) => hasReplay);
  const without = windows.filter(({ hasReplay }) => !hasReplay);
  const [one, other] = [0, 1].map((odd) => without.filter((_, index) => index % 2 === odd)) as [Window[], Window[]];
  const ratio = (above: readonly Window[], below: readonly Window[]) => p99(above, times) / p99(below, times);
  const medianRatio = (above: readonly Window[], below: readonly Window[]) =>
    percentiles(above.map((window, index) => ratio([window], below.slice(index, index + 1)))).p50 ?? Number.NaN;
  return {
    "99th percentile of the": what,
    "without, ms": p99(without, times).toFixed(1),
    "beside a replay, ms": p99(beside, times).toFixed(1),
    ratio: ratio(beside, without).toFixed(2),
    "median of pairs": medianRatio(beside, without).toFixed(2),
    control: ratio(other, one).toFixed(2),
    "median of control pairs": medianRatio(other, one).toFixed(2),
    "live events": windows.reduce((sum, window) => sum + times(window).length, 0),
  };
}

/** By window, how old live events were when the stream took them; and the replayed events of the windows beside it. */
async function arrivalsIn(
  kinesis: KinesisClient,
  stream: string,
  windows: readonly Window[],
): Promise<{ readonly ages: ReadonlyMap<Window, number[]>; readonly replayed: number }> {
  let replayed = 0;
  const ages = new Map(windows.map((window) => [window, new Array<number>()]));
  const range = { fromMs: windows[0]?.fromMs ?? 0, toMs: Date.now() };
  const reading: Promise<void>[] = [];
  for await (const part of streamStore({ kinesis, stream, name: "destination" }).parts(range)) {
    reading.push(
      (async () => {
        for await (const events of part.read()) {
          for (const { facts, place } of events) {
            const isReplayed = facts.replayedAt !== undefined;
            const atMs = isReplayed ? place.atMs : Date.parse(facts.receivedAt ?? "");
            const window = windows.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
            if (window === undefined) continue;
            if (!isReplayed) ages.get(window)?.push(place.atMs - atMs);
            else if (window.hasReplay) replayed += 1;
          }
        }
      })(),
    );
  }
  await Promise.all(reading);
  return { ages, replayed };
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => failure.abort(new Error(`The bench was ended by ${signal}.`)));
}

const run = runPipeline(["--rate", String(rate)]);
void run.ended.then(({ code, output }) =>
  failure.abort(new Error(`The pipeline ended early, with code ${String(code)}:\n${output}`)),
);
try {
  process.exitCode = await measure(run);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
} finally {
  replay?.kill();
  killPipelines();
  // It deletes its state then.
  await Promise.race([run.ended, sleep(deadlineMs.stop)]);
}
process.exit();

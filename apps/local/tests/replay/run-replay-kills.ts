import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { createRandom } from "@millrace/aws-simulator/random";
import { streamStore } from "@millrace/stored-events";
import { findRun } from "../../src/control/run-file.ts";
import { repositoryRoot, stateFolders } from "../../src/runtime/folders.ts";
import {
  controlUrl,
  killPipelines,
  type PipelineRun,
  queryWarehouse,
  runPipeline,
} from "../integration/run-pipeline.ts";
import { sendConfirmed } from "../kills/confirmed-events.ts";
import { ingestUrlOf, readWriteKey } from "../kills/run-kill.ts";

export interface ReplayKillsOptions {
  /** Times that a process of the replay is killed; after every second one the pipeline is killed too. */
  readonly kills: number;
  /** Events to replay, about. */
  readonly events: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

/** A replay and what is there of it. */
export interface KilledReplay {
  readonly replay: string;
  /** Events of its range. */
  readonly events: number;
  /** Of them in the raw stream once with its mark, not at all, and more than once. */
  readonly once: number;
  readonly missing: number;
  readonly doubled: number;
  /** Puts that had no answer; only such may double. */
  readonly "perhaps twice": number;
}

export interface ReplayKillsResult {
  readonly replays: readonly KilledReplay[];
  readonly kills: { readonly replay: number; readonly pipeline: number };
  /** Rows of the view, with a later revision, of events that are there twice, and of live events that are missing. */
  readonly view: { readonly rows: number; readonly revised: number; readonly doubled: number; readonly lost: number };
  /** In the destination's stream: copies with a revision that had come before. A consumer drops them. */
  readonly repeated: number;
  readonly problems: readonly string[];
}

const fillRate = 300;
const liveRate = 50;
/** A replay takes so long that another one can be started beside it. */
const overlapSeconds = 10;
const quickRate = "1000";
const main = join(repositoryRoot, "packages/replay/src/cli/main.ts");
const deadlineMs = 120_000;
const pollMs = 200;
const leastMs = 500;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Program {
  readonly child: ChildProcess;
  readonly printed: () => string;
  readonly ended: Promise<number | null>;
}

/** Replays events of a running pipeline beside live traffic, and kills it, and the pipeline, in the middle. */
export async function runReplayKills(options: ReplayKillsOptions): Promise<ReplayKillsResult> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-replay-kills-"));
  const drill = new ReplayKills(folder, options);
  try {
    return await drill.run();
  } finally {
    await drill.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

class ReplayKills {
  readonly #folder: string;
  readonly #options: ReplayKillsOptions;
  readonly #random: () => number;
  readonly #problems: string[] = [];
  #pipeline: PipelineRun;
  #ingestUrl = "";
  #control = "";

  constructor(folder: string, options: ReplayKillsOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#random = createRandom(options.seed);
    this.#pipeline = this.#start();
  }

  async stop(): Promise<void> {
    killPipelines();
    await this.#pipeline.ended;
  }

  async run(): Promise<ReplayKillsResult> {
    const { events, kills, log } = this.#options;
    await this.#greeting();
    const fromMs = Date.now();
    const filler = this.#send(fillRate);
    await this.#until("events to replay", () => filler.confirmed.size >= events);
    await filler.stop();
    await wait(2);
    const toMs = Date.now() - 1;
    const live = this.#send(liveRate);
    const whole = rangeOf(fromMs, toMs);
    const half = rangeOf(fromMs + Math.floor((toMs - fromMs) / 2), toMs);
    // Long enough for all kills, as the first put comes a second after the start.
    const seconds = (kills + 1) * 3;
    const rate = String(Math.ceil(events / seconds));

    let pipelineKills = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      const replay = this.#replay(whole, "--rate", rate);
      await this.#until("the replay", () => / begins,| goes on /.test(replay.printed()));
      const afterMs = Math.floor(leastMs + this.#random() * 2_000);
      await wait(afterMs);
      if (kill % 2 === 0) {
        pipelineKills += 1;
        this.#pipeline.child.kill("SIGKILL");
        const code = await replay.ended;
        log(`pipeline killed after ${afterMs} ms; the replay ended with code ${code}: ${lastLine(replay.printed())}`);
        await this.#pipeline.ended;
        this.#pipeline = this.#start();
        await this.#greeting();
      } else {
        replay.child.kill("SIGKILL");
        await replay.ended;
        log(`replay killed after ${afterMs} ms`);
      }
    }
    const last = this.#replay(whole, "--rate", rate);
    await last.ended;
    const first = this.#resultOf(last);
    const nothing = this.#replay(whole);
    await nothing.ended;
    this.#check(/has finished.*Nothing was done/s.test(nothing.printed()), `A second run did ${nothing.printed()}`);

    const again = this.#replay(whole, "--again", "--rate", String(Math.ceil(events / overlapSeconds)));
    await this.#until("the second replay", () => / begins,/.test(again.printed()));
    const refused = this.#replay(half, "--rate", quickRate);
    const code = await refused.ended;
    log(`overlapping replay, at once: code ${code}: ${lastLine(refused.printed())}`);
    this.#check(
      code === 1 && refused.printed().includes("the ranges overlap"),
      "An overlapping replay was not refused.",
    );
    await again.ended;
    const later = this.#replay(half, "--rate", quickRate);
    await later.ended;
    await live.stop();
    const replays = [first, this.#resultOf(again), this.#resultOf(later)];
    return this.#reconcile(replays, [...filler.confirmed], [...live.confirmed], fromMs, toMs, pipelineKills);
  }

  async #reconcile(
    replays: readonly { readonly replayedAt: string; readonly ambiguous: number }[],
    filled: readonly string[],
    live: readonly string[],
    fromMs: number,
    toMs: number,
    pipelineKills: number,
  ): Promise<ReplayKillsResult> {
    const confirmed = [...filled, ...live];
    const countRows = async (sql: string): Promise<number> =>
      Number((await queryWarehouse(this.#control, `SELECT count(*) AS n FROM ${sql}`))[0]?.["n"]);
    const raw = await this.#copiesIn("raw", fromMs);
    const originals = raw.filter(({ replayedAt, atMs }) => replayedAt === undefined && atMs >= fromMs && atMs < toMs);
    const names = ["killed and resumed", "again, whole", "overlapping, second half"];
    const killed = replays.map(({ replayedAt, ambiguous }, index) => {
      const halfMs = index === 2 ? fromMs + Math.floor((toMs - fromMs) / 2) : fromMs;
      const wanted = new Set(originals.filter(({ atMs }) => atMs >= halfMs).map(({ id }) => id));
      const copies = new Map<string, number>();
      for (const copy of raw) {
        if (copy.replayedAt === replayedAt) copies.set(copy.id, (copies.get(copy.id) ?? 0) + 1);
      }
      const counts = [...wanted].map((id) => copies.get(id) ?? 0);
      const others = [...copies.keys()].filter((id) => !wanted.has(id)).length;
      this.#check(others === 0, `${others} events were put that the replay ${names[index]} did not select.`);
      const row: KilledReplay = {
        replay: names[index] ?? "",
        events: wanted.size,
        once: counts.filter((count) => count === 1).length,
        missing: counts.filter((count) => count === 0).length,
        doubled: counts.filter((count) => count > 1).length,
        "perhaps twice": ambiguous,
      };
      this.#check(row.missing === 0, `${row.missing} events are missing.`);
      this.#check(row.doubled <= ambiguous, `${row.doubled} events were put twice.`);
      return row;
    });
    const identities = new Set([...originals.map(({ id }) => id), ...live]).size;
    const lastMark = replays
      .map(({ replayedAt }) => replayedAt)
      .sort()
      .slice(-2);
    const revised = `events WHERE ${lastMark.map((at) => `revision LIKE '%/${at}'`).join(" OR ")}`;
    await this.#until("all events in the view", async () => {
      return (await countRows("events")) >= identities && (await countRows(revised)) >= originals.length;
    });
    const shown = new Set((await queryWarehouse(this.#control, "SELECT id FROM events")).map(({ id }) => String(id)));
    const rows = await countRows("events");
    const view = {
      rows,
      revised: await countRows(revised),
      doubled: rows - shown.size,
      lost: confirmed.filter((id) => !shown.has(id)).length,
    };
    this.#check(view.lost === 0, `${view.lost} confirmed events are not in the view.`);
    this.#check(view.doubled === 0, `${view.doubled} events are in the view twice.`);
    this.#check(view.revised === originals.length, `${originals.length - view.revised} rows have an old revision.`);
    const delivered = await this.#copiesIn("recommendations", fromMs);
    const revisions = new Set(delivered.map(({ id, revision }) => `${id} ${revision}`));
    const wanted = new Set(originals.map(({ id }) => id));
    const corrected = replays.map(({ replayedAt }) => {
      return new Set(delivered.filter((copy) => copy.replayedAt === replayedAt).map(({ id }) => id)).size;
    });
    this.#check(
      corrected[0] === wanted.size && corrected[1] === wanted.size,
      `The destination has ${corrected.join(" and ")} corrections of ${wanted.size} events.`,
    );
    return {
      replays: killed,
      kills: { replay: this.#options.kills - pipelineKills, pipeline: pipelineKills },
      view,
      repeated: delivered.length - revisions.size,
      problems: this.#problems,
    };
  }

  async #copiesIn(
    stream: string,
    fromMs: number,
  ): Promise<
    readonly {
      readonly id: string;
      readonly replayedAt: string | undefined;
      readonly revision: string;
      readonly atMs: number;
    }[]
  > {
    const { kinesisUrl } = await findRun(stateFolders(this.#folder));
    const kinesis = new KinesisClient({
      ...{ region: "eu-west-1", endpoint: kinesisUrl },
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    try {
      const name = stream === "raw" ? "raw" : "destination";
      const store = streamStore({ kinesis, stream: `millrace-local-${stream}`, name, endsAt: "tip" });
      const range = { fromMs, toMs: Date.now() + deadlineMs };
      const read = [];
      for await (const part of store.parts(range)) {
        read.push(
          (async () => {
            const copies = [];
            for await (const events of part.read()) {
              for (const { facts, place } of events) {
                const { id = "", replayedAt, revision } = facts;
                copies.push({ id, replayedAt, revision, atMs: place.atMs });
              }
            }
            return copies;
          })(),
        );
      }
      return (await Promise.all(read)).flat();
    } finally {
      kinesis.destroy();
    }
  }

  #start(): PipelineRun {
    return runPipeline(["--rate", "0", "--state", this.#folder]);
  }

  async #greeting(): Promise<void> {
    this.#control = await controlUrl(this.#pipeline);
    this.#ingestUrl = await ingestUrlOf(this.#pipeline);
  }

  #send(rate: number) {
    return sendConfirmed(() => this.#ingestUrl, readWriteKey(), rate);
  }

  #replay(range: readonly string[], ...more: readonly string[]): Program {
    const child = spawn(
      process.execPath,
      [
        ...["--conditions=@millrace/source", main, "raw", ...range, "--reason", "drill", "--json"],
        ...["--state", this.#folder, ...more],
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
    return { child, printed: () => printed, ended: new Promise((resolve) => child.once("close", resolve)) };
  }

  #resultOf({ printed }: Program): { readonly replayedAt: string; readonly ambiguous: number } {
    const line = lastLine(printed());
    try {
      const { isDone, replayedAt, counts } = JSON.parse(line) as {
        isDone: boolean;
        replayedAt: string;
        counts: { ambiguous: number };
      };
      this.#check(isDone, `The replay has not finished: ${line}`);
      return { replayedAt, ambiguous: counts.ambiguous };
    } catch {
      throw new Error(`The replay failed:\n${printed()}`);
    }
  }

  async #until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!(await probe())) {
      if (Date.now() > deadline) throw new Error(`${what} did not come:\n${this.#pipeline.output().slice(-2_000)}`);
      await wait(pollMs);
    }
  }

  #check(isRight: boolean, problem: string): void {
    if (!isRight) this.#problems.push(problem);
  }
}

const rangeOf = (fromMs: number, toMs: number): readonly string[] => [
  ...["--from", new Date(fromMs).toISOString(), "--to", new Date(toMs).toISOString()],
];

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

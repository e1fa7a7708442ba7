import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RepositoryCopy } from "../integration/repository-copy.ts";

/** One drill and what was found after it; `lost` and `doubled` are 0 when all is well. */
export interface DrillResult {
  readonly name: string;
  /** Events that the drill is about. */
  readonly events: number;
  /** Rows of the view with a replayed revision. */
  readonly revised: number;
  /** Rows of the view that are as they have to be. */
  readonly right: number;
  readonly lost: number;
  readonly doubled: number;
  /**
   * Events in the destination's stream: first ones, corrections of earlier ones, and copies whose revision was there
   * before.
   */
  readonly delivered: { readonly first: number; readonly corrections: number; readonly doubled: number };
  readonly seconds: number;
}

export interface DrillOptions {
  /** Events before, during and after the fault each. */
  readonly events: number;
  readonly log: (line: string) => void;
}

/** A build takes this long at most, on a machine that does other things too. */
const deadlineMs = 240_000;
const brokenSubject = "drill-broken";
export const enrichFile = "apps/enrichment/src/enrich-event.ts";
export const rightCall = "context.runEnrichments(masked.event, clientIp, log);";
/** Adds nothing to any event, and cannot process some of them at all. */
const faultyCall = `{ ...${rightCall.slice(0, -1)}, members: "" };
  if (masked.event.subject === ${JSON.stringify(brokenSubject)}) throw new TypeError("A fault of the drill.");`;

/** Commands block this process for longer than a server keeps a connection, whose end is then noticed too late. */
const oneRequest = { connection: "close" };

interface DeliveredCopy {
  readonly event: { readonly id: string; readonly source: string; readonly replayedat?: string };
}

/** A pipeline in a copy of the repository, in which the drills do what people do. */
class DrillPipeline {
  readonly copy = new RepositoryCopy();
  readonly #log: (line: string) => void;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  async start(): Promise<void> {
    this.#child = spawn("pnpm", ["start", "--rate", "0", "--port", "0"], {
      cwd: this.copy.root,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const { stdout, stderr } = this.#child;
    for (const stream of [stdout, stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
    await this.wait("the pipeline", () => /Control\s+http/.test(this.#output));
    // Changes are noticed from the first look on.
    await this.wait("the first hops", () => /hop +unit/.test(this.#output));
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.pid !== undefined && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      process.kill(-child.pid, "SIGTERM");
      process.kill(-child.pid, "SIGTERM");
      await ended;
    }
    this.copy.remove();
  }

  /** Waits until a probe holds. Throws with the missing thing and the pipeline's output. */
  async wait(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!(await probe())) {
      if (Date.now() > deadline || (this.#child?.exitCode ?? null) !== null) {
        throw new Error(`${what} did not come:\n${this.#output.slice(-4_000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Changes sources, and waits until the running pipeline has taken them over. */
  async deploy(what: string, change: () => void): Promise<void> {
    const seen = this.#output.length;
    change();
    await this.wait(what, () => {
      const news = this.#output.slice(seen);
      if (news.includes("Not taken over")) throw new Error(`${what} was not taken over:\n${news.slice(-4_000)}`);
      return /Taken over after .*: /.test(news);
    });
    this.#log(`deployed: ${what}`);
  }

  edit(file: string, from: string, to: string): void {
    const path = join(this.copy.root, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(from)) throw new Error(`${file} does not hold ${from}: the drill would change nothing.`);
    writeFileSync(path, text.replace(from, to));
  }

  get run(): { readonly ingestUrl: string; readonly controlUrl: string } {
    return this.copy.readJson(".local/run.json") as { ingestUrl: string; controlUrl: string };
  }

  async send(events: readonly object[]): Promise<void> {
    const key = /Write key (\S+)/.exec(this.#output)?.[1] ?? "";
    for (let start = 0; start < events.length; start += 100) {
      const response = await fetch(new URL("/v1/events", this.run.ingestUrl), {
        method: "POST",
        headers: {
          ...oneRequest,
          authorization: `Bearer ${key}`,
          "content-type": "application/cloudevents-batch+json",
        },
        body: JSON.stringify(events.slice(start, start + 100)),
      });
      if (!response.ok) throw new Error(`Ingest answered ${response.status}: ${await response.text()}`);
    }
  }

  async query(sql: string): Promise<readonly Record<string, unknown>[]> {
    const response = await fetch(new URL("/warehouse", this.run.controlUrl), {
      method: "POST",
      headers: oneRequest,
      body: sql,
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Record<string, unknown>[];
  }

  async count(sql: string): Promise<number> {
    const [row = {}] = await this.query(`SELECT count(*)::INTEGER AS n FROM ${sql}`);
    return Number(row["n"]);
  }

  replay(...args: readonly string[]): { readonly counts: { readonly put: number; readonly selected: number } } {
    const printed = this.copy.pnpm("--silent", "replay", ...args, "--rate", "2000", "--json");
    return JSON.parse(printed.trim().split("\n").at(-1) ?? "") as { counts: { put: number; selected: number } };
  }

  /** Everything that a destination has, compared as a consumer does: by identity and revision. */
  async delivered(stream: string, prefix: string, enough: number): Promise<DrillResult["delivered"]> {
    let found = { first: 0, corrections: 0, doubled: 0 };
    await this.wait(`${enough} copies in ${stream}`, async () => {
      const copies = await this.#copiesOf(stream, prefix);
      const seen = new Map<string, Set<string>>();
      found = { first: 0, corrections: 0, doubled: 0 };
      for (const { event } of copies) {
        const revisions = seen.get(event.id) ?? new Set();
        seen.set(event.id, revisions);
        const revision = event.replayedat ?? "";
        if (revisions.has(revision)) found.doubled += 1;
        else if (revisions.size > 0) found.corrections += 1;
        else found.first += 1;
        revisions.add(revision);
      }
      return copies.length >= enough;
    });
    return found;
  }

  async #copiesOf(stream: string, prefix: string): Promise<readonly DeliveredCopy[]> {
    const ended = new AbortController();
    const url = new URL(`/streams/${stream}?from-start`, this.run.controlUrl);
    const response = await fetch(url, { headers: oneRequest, signal: ended.signal });
    const copies: DeliveredCopy[] = [];
    let rest = "";
    const quiet = setTimeout(() => ended.abort(), 1_500);
    try {
      for await (const bytes of response.body ?? []) {
        const lines = (rest + Buffer.from(bytes as Uint8Array).toString("utf8")).split("\n");
        rest = lines.pop() ?? "";
        copies.push(...lines.map((line) => JSON.parse(line) as DeliveredCopy));
        quiet.refresh();
      }
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    } finally {
      clearTimeout(quiet);
    }
    return copies.filter(({ event }) => event.id.startsWith(prefix));
  }
}

const context = { pageUrl: "https://shop.example/search?q=tent", sessionId: "s-1", visitorId: "v-1" };

function click(id: string, subject = "visitor-1"): object {
  return {
    ...{ specversion: "1.0", id, source: "https://shop.example/web", type: "search.click", subject },
    data: { context, queryId: "q-1", query: "tent", productId: "SKU-3002", rank: 1 },
  };
}

const thing = (id: string): object => ({
  ...{ specversion: "1.0", id, source: "https://shop.example/web", type: "drill.thing", subject: "visitor-1" },
  data: { context, name: "example" },
});

const named = (prefix: string, count: number, make: (id: string) => object): object[] =>
  Array.from({ length: count }, (_, index) => make(`${prefix}-${index}`));

/** Four drills on one pipeline: a faulty enrichment, its bad rows, a late contract, a new route. */
export async function runReplayDrill({ events, log }: DrillOptions): Promise<readonly DrillResult[]> {
  const pipeline = new DrillPipeline(log);
  try {
    await pipeline.start();
    const fault = await drillFault(pipeline, events, log);
    const late = await drillContractAndRoute(pipeline, events, log);
    return [...fault, ...late];
  } finally {
    await pipeline.stop();
  }
}

const since = (startedMs: number): number => Math.round((Date.now() - startedMs) / 100) / 10;
const iso = (ms: number): string => new Date(ms).toISOString();
/** A range ends before the present. */
const nextMs = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

async function drillFault(
  pipeline: DrillPipeline,
  count: number,
  log: DrillOptions["log"],
): Promise<readonly DrillResult[]> {
  const startedMs = Date.now();
  const broken = Math.ceil(count / 10);
  await pipeline.send(named("fault-before", count, click));
  await pipeline.wait("events before the fault", async () => (await pipeline.count("events")) === count);
  await pipeline.deploy("an enrichment that adds nothing and fails on some events", () =>
    pipeline.edit(enrichFile, rightCall, faultyCall),
  );
  const fromMs = Date.now();
  await pipeline.send([
    ...named("fault-during", count, click),
    ...named("broken", broken, (id) => click(id, brokenSubject)),
  ]);
  await pipeline.wait("events of the faulty build", async () => (await pipeline.count("events")) === 2 * count);
  await pipeline.wait("bad rows of the faulty build", async () => (await pipeline.count("bad_rows")) === broken);
  const isPoor = "GET_PATH(record, 'enrichment.client') IS NULL";
  const builds = await pipeline.query(
    `SELECT processing_version AS build, count(*)::INTEGER AS events FROM events WHERE ${isPoor} GROUP BY ALL`,
  );
  log(`seen: quality fell, ${JSON.stringify(builds)}`);
  const faulty = String(builds[0]?.["build"]);
  await pipeline.deploy("the enrichment as it was", () => pipeline.edit(enrichFile, faultyCall, rightCall));
  await nextMs();
  const toMs = Date.now() - 1;
  await pipeline.send(named("fault-after", count, click));
  const range = ["--from", iso(fromMs), "--to", iso(toMs)];
  const reason = ["--reason", "drill: the enrichment added nothing"];
  const replayed = pipeline.replay("raw", ...range, "--build", faulty, ...reason);
  log(`replayed: ${JSON.stringify(replayed.counts)}`);
  const repaired = pipeline.replay("bad-rows", ...range, "--kind", "not-processed", ...reason);
  log(`bad rows put back: ${JSON.stringify(repaired.counts)}`);
  const all = 3 * count + broken;
  await pipeline.wait("all events, right", async () => {
    const right = await pipeline.count(`events WHERE processing_version <> '${faulty}'`);
    return right === all;
  });
  const seconds = since(startedMs);
  const [identities, rows] = [
    await pipeline.count("(SELECT DISTINCT source, id FROM events)"),
    await pipeline.count("events"),
  ];
  const during = "events WHERE id LIKE 'fault-during-%'";
  const clicks = await pipeline.delivered("recommendations", "fault-", 4 * count);
  const mended = await pipeline.delivered("recommendations", "broken-", broken);
  const brokenRows = "events WHERE id LIKE 'broken-%'";
  return [
    {
      name: "a faulty enrichment",
      events: 3 * count,
      revised: await pipeline.count(`${during} AND revision LIKE '%/%'`),
      right: await pipeline.count(`events WHERE id LIKE 'fault-%' AND NOT (${isPoor})`),
      lost: 3 * count - (await pipeline.count("events WHERE id LIKE 'fault-%'")),
      doubled: rows - identities,
      delivered: clicks,
      seconds,
    },
    {
      name: "bad rows after a fix",
      events: broken,
      revised: await pipeline.count(`${brokenRows} AND revision LIKE '%/%'`),
      right: await pipeline.count(`${brokenRows} AND validation_status = 'valid'`),
      lost: broken - (await pipeline.count(brokenRows)),
      doubled: rows - identities,
      delivered: mended,
      seconds,
    },
  ];
}

async function drillContractAndRoute(
  pipeline: DrillPipeline,
  count: number,
  log: DrillOptions["log"],
): Promise<readonly DrillResult[]> {
  const startedMs = Date.now();
  const fromMs = Date.now();
  await pipeline.send(named("late", count, thing));
  const isThing = "events WHERE type = 'drill.thing'";
  await pipeline.wait("events without a contract", async () => {
    return (await pipeline.count(`${isThing} AND validation_status = 'unknown'`)) === count;
  });
  await nextMs();
  const toMs = Date.now() - 1;
  await pipeline.deploy("a contract, and a route", () => {
    pipeline.copy.pnpm("schemas", "new", "drill/thing");
    pipeline.copy.pnpm("routes", "new", "--application", "drill", "--owner", "team-drill", "--type", "search.click");
  });
  const range = ["--from", iso(fromMs), "--to", iso(toMs)];
  const revalidated = pipeline.replay(
    ...["raw", ...range, "--type", "drill.thing", "--into", "revalidation"],
    ...["--reason", "drill: the contract came late"],
  );
  log(`revalidated: ${JSON.stringify(revalidated.counts)}`);
  await pipeline.wait("valid events of the late contract", async () => {
    return (await pipeline.count(`${isThing} AND validation_status = 'valid'`)) === count;
  });
  const contractSeconds = since(startedMs);
  const typed = await pipeline.count("drill_thing_1");

  const backfillMs = Date.now();
  const from = iso(fromMs - 3_600_000);
  const backfilled = pipeline.replay(
    ...["lake", "--from", from, "--to", iso(toMs), "--into", "destination:drill", "--reason", "drill: a new route"],
  );
  log(`backfilled: ${JSON.stringify(backfilled.counts)}`);
  const delivered = await pipeline.delivered("drill", "", backfilled.counts.put);
  const wanted = await pipeline.count("events WHERE type = 'search.click' AND validation_status = 'valid'");
  return [
    {
      name: "a late contract",
      events: count,
      revised: await pipeline.count(`${isThing} AND revision LIKE '%/%'`),
      right: typed,
      lost: count - (await pipeline.count(isThing)),
      doubled: (await pipeline.count(isThing)) - count,
      delivered: { first: 0, corrections: 0, doubled: 0 },
      seconds: contractSeconds,
    },
    {
      name: "a new route's backfill",
      events: wanted,
      revised: delivered.corrections,
      right: delivered.first,
      lost: wanted - delivered.first,
      doubled: delivered.doubled,
      delivered,
      seconds: since(backfillMs),
    },
  ];
}

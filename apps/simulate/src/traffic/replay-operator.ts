import {
  createRandom,
  type FailureRecord,
  type Kinesis,
  type KinesisStreamEvent,
  type Random,
  randomChoice,
  randomInteger,
  sleep,
  type Trace,
  type VirtualClock,
} from "@millrace/aws-simulator";
import { createRecordContext, enrichRecord } from "@millrace/enrichment";
import { linesOfData } from "@millrace/packed-records";
import {
  type Environment,
  LeaseLostError,
  ReplayRefusedError,
  ReplayStoppedError,
  replayCommand,
  replayIdOf,
  type ReplayOptions,
  type Selection,
} from "@millrace/replay";
import { deadLetterStore, lakeStore, PlaceUnreadableError, streamStore } from "@millrace/stored-events";
import { createMemoryS3 } from "@millrace/stored-events/memory-s3";
import { copyOf, type CopyAttributes } from "../identity.ts";
import type { RouteSet } from "@millrace/routes/runtime";
import { type EnrichedValue, readRawEvent } from "../invariants/evidence.ts";
import type { Confirmations } from "../observe/confirmations.ts";
import { readLines } from "../read-lines.ts";
import { identity, type Resources } from "../resources.ts";
import type { Pipeline } from "../schedule/pipeline.ts";
import type { SchedulePlan } from "../schedule/plan.ts";
import { createProcess, type ProcessKill } from "./process-kill.ts";

/** Kinds of replays; every one of them is in the schedules. */
export const replayKinds = ["pipeline", "revalidation", "destination"] as const;
/** Dead letters are put back once there are no more faults, in every schedule that has some. */
export type ReplayKind = (typeof replayKinds)[number] | "dead-letters";

/** A replay that somebody asked for, and the events it has to put, found without any code of replays. */
export interface AskedReplay {
  readonly id: string;
  readonly kind: ReplayKind;
  /** Destination of the replay. It is `pipeline` for re-validation too. */
  readonly goesTo: string;
  readonly selection: Selection;
  /** How often each copy was there to be put, by `copyOf`; without `replayedat` for the pipeline. */
  required: ReadonlyMap<string, number>;
  /** Routes that had been published when it was asked for. */
  readonly publications: number;
  /** Copies of the enriched stream that it has to put there again, as they were: when the last of each arrived. */
  readonly putBack: ReadonlyMap<string, number>;
  /** True if enrichment had the newest contracts already: then each event becomes what its verdict predicts. */
  readonly wasAskedOfNewContracts: boolean;
  /** True if a process reported that the replay has finished. */
  isFinished: boolean;
}

/** A line of a record that Lambda gave up on, by the arrival of the record. */
interface Letter {
  readonly atMs: number;
  readonly line: string;
  readonly isRaw: boolean;
}

/** When a process put events for a replay. */
export interface PutSpan {
  readonly replay: AskedReplay;
  readonly process: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ReplayOperatorDeps {
  readonly plan: SchedulePlan;
  readonly clock: VirtualClock;
  readonly kinesis: Kinesis;
  readonly pipeline: Pipeline;
  readonly confirmations: Confirmations;
  readonly resources: Resources;
  readonly trace: Trace;
}

/** Records of the raw stream, or events of the lake, that a range has at most. */
const MOST_IN_RANGE = 80;
/** A process of another machine is taken for dead after its lease. */
const LEASE_MS = 61_000;
const MOST_RUNS = 12;
const deadOrRefused = "dead";

/** Somebody who replays events while everything goes wrong: kills processes, runs two at once, and runs them again. */
export class ReplayOperator {
  readonly asked: AskedReplay[] = [];
  readonly spans: PutSpan[] = [];
  readonly #deps: ReplayOperatorDeps;
  readonly #random: Random;
  #processes = 0;

  constructor(deps: ReplayOperatorDeps) {
    this.#deps = deps;
    this.#random = createRandom(`${deps.plan.seed}/replays`);
  }

  async work(): Promise<void> {
    const { clock, plan } = this.#deps;
    await Promise.all(
      Array.from({ length: plan.replays }, async (_, index) => {
        await sleep(clock, randomInteger(this.#random, 5_000, 40_000));
        await this.#replay(randomChoice(this.#random, replayKinds), index);
      }),
    );
  }

  /** Puts back what Lambda gave up on, as an operator does once the fault is mended. */
  async repair(): Promise<void> {
    const { clock } = this.#deps;
    const times = (await this.#letters()).map(({ atMs }) => atMs);
    const options = this.#optionsFor("dead-letters", Math.min(...times), Math.max(...times) + 1, "pipeline");
    if (times.length === 0) return;
    // A replay that was asked for before holds its range for as long as its lease.
    await sleep(clock, LEASE_MS);
    await this.#killAndResume("dead-letters", options, this.asked.length);
  }

  async #replay(kind: (typeof replayKinds)[number], index: number): Promise<void> {
    const options = await this.#draw(kind);
    if (options !== undefined) await this.#killAndResume(kind, options, index);
  }

  async #killAndResume(kind: ReplayKind, options: ReplayOptions, index: number): Promise<void> {
    const { clock } = this.#deps;
    const random = createRandom(`${this.#deps.plan.seed}/replays/${index}`);
    const replay = await this.#ask(kind, options);
    const kills = Array.from({ length: randomInteger(random, 0, 2) }, () => ({
      afterCalls: randomInteger(random, 3, 60),
      isCarriedOut: random() < 0.5,
    }));
    for (const kill of kills) {
      const twin = random() < 0.3 ? await this.#twinOf(kind, options, random) : undefined;
      await Promise.all([
        this.#run(replay, options, kill),
        ...(twin === undefined
          ? []
          : [sleep(clock, randomInteger(random, 0, 2_000)).then(() => this.#untilDone(twin))]),
      ]);
      if (replay.isFinished) break;
      await sleep(clock, LEASE_MS);
    }
    await this.#untilDone([replay, options]);
    // A second run of what has finished does nothing; the invariants see it when it does.
    if (replay.isFinished && random() < 0.3) await this.#run(replay, options, undefined);
  }

  /** Another run of the same replay, or a replay whose range overlaps. */
  async #twinOf(
    kind: ReplayKind,
    options: ReplayOptions,
    random: Random,
  ): Promise<readonly [AskedReplay, ReplayOptions]> {
    const { selection } = options;
    const same = this.asked.find(({ id }) => id === this.#idOf(options));
    if (random() < 0.5 && same !== undefined) return [same, options];
    const fromMs = selection.fromMs + Math.floor((selection.toMs - selection.fromMs) / 2);
    const other = { ...options, selection: { ...selection, fromMs } };
    return [await this.#ask(kind, other), other];
  }

  /** Runs it again and again, as its messages say. */
  async #untilDone([replay, options]: readonly [AskedReplay, ReplayOptions]): Promise<void> {
    let isDone = replay.isFinished;
    for (let run = 0; run < MOST_RUNS && !isDone; run += 1) {
      isDone = await this.#run(replay, options, undefined);
      if (!isDone) await sleep(this.#deps.clock, LEASE_MS / 3);
    }
  }

  /** @returns whether the replay has finished */
  async #run(replay: AskedReplay, options: ReplayOptions, kill: ProcessKill | undefined): Promise<boolean> {
    const { trace } = this.#deps;
    const name = `operator-${(this.#processes += 1)}`;
    const { environment, died } = this.#process(name, replay, kill);
    const output = { out: () => undefined, err: () => undefined };
    const work = replayCommand(environment, options, output, new AbortController().signal).then(
      async (code) => {
        if (code === 0 && !replay.isFinished) {
          replay.isFinished = true;
          await this.#requireOfAllRoutes(replay, options);
        }
        return `code ${code}`;
      },
      (error: unknown) => {
        if (!isExpected(error)) throw error;
        return error.name;
      },
    );
    const outcome = await Promise.race([work, died.then(() => deadOrRefused)]);
    trace.record("replay.run", { id: replay.id, kind: replay.kind, process: name, outcome });
    return replay.isFinished;
  }

  #process(name: string, replay: AskedReplay, kill: ProcessKill | undefined) {
    const { clock, confirmations, kinesis, pipeline, plan } = this.#deps;
    const { guard, died } = createProcess(kill);
    const random = createRandom(`${plan.seed}/${name}`);
    const own = { now: () => clock.now(), wait: (ms: number) => sleep(clock, ms) };
    const watched = confirmations.watch(kinesis.client({ latencyMs: plan.latencyMs, random }), name);
    const put = guard(async (command: Parameters<typeof watched.send>[0], options?: { abortSignal?: AbortSignal }) => {
      if ("Records" in command.input) this.#notePut(replay, name, clock.now());
      return watched.send(command, options);
    });
    const client = { send: put } as unknown as Environment["kinesis"] & typeof watched;
    const objects = createMemoryS3(pipeline.objectStore);
    const s3 = {
      ...objects,
      // The SDK puts again what had no answer, and is refused by its own first put.
      putIf: guard(async (...input: Parameters<typeof objects.putIf>) => {
        const etag = await objects.putIf(...input);
        return random() < 0.03 && etag !== undefined ? objects.putIf(...input) : etag;
      }),
      getVersion: guard((bucket: string, key: string) => objects.getVersion(bucket, key)),
      getText: guard((bucket: string, key: string) => objects.getText(bucket, key)),
    };
    const { places } = pipeline;
    const { bucket } = places.undelivered;
    const place = {
      ...identity,
      ...{ name: plan.environment, streamPrefix: places.destination(""), lakeBucket: bucket, routerTimeoutMs: 60_000 },
      deadLetterBucket: places.givenUpBuckets[0] ?? "",
      pipelineStreams: [places.raw, places.enriched, places.badRows],
      enrichedCompression: plan.compression,
    };
    const lake = () => lakeStore(s3, bucket, places.enrichedLanding.prefix);
    const environment: Environment = {
      place,
      rawStream: places.raw,
      enrichedStream: places.enriched,
      kinesis: client,
      s3,
      connections: pipeline.connectOperator({ client, random, guard }),
      clock: own,
      by: name,
      holder: `elsewhere/${name}/0`,
      routes: () => this.#routes,
      verdicts: async () => this.#verdicts(),
      store: async (store) =>
        store === "lake"
          ? lake()
          : store === "dead-letters"
            ? deadLetterStore(s3, place.deadLetterBucket, places.raw)
            : streamStore({ kinesis: client, stream: places.raw, name: "raw", clock: own }),
      erased: async () => () => false,
      lake,
    };
    return { environment, died };
  }

  /** Asks enrichment for its verdict by the newest contracts. */
  #verdicts(): (text: string) => "valid" | "invalid" | "unknown" | "bad-row" {
    const { clock, resources } = this.#deps;
    const { contracts, enrichments, privacyKeys } = resources;
    const context = createRecordContext({ contracts, enrichments, privacyKeys, clock });
    const origin = { stream: "operator", shardId: "", sequenceNumber: "0" };
    return (text) => {
      const [event] = enrichRecord(Buffer.from(text), origin, context).enriched;
      if (event === undefined) return "bad-row";
      return (JSON.parse(event.json) as { validation: { status: "valid" | "invalid" | "unknown" } }).validation.status;
    };
  }

  #notePut(replay: AskedReplay, process: string, nowMs: number): void {
    const known = this.spans.findIndex((span) => span.replay === replay && span.process === process);
    const fromMs = this.spans[known]?.fromMs ?? nowMs;
    const span = { replay, process, fromMs, toMs: nowMs };
    if (known === -1) this.spans.push(span);
    else this.spans[known] = span;
  }

  /** Draws a selection whose range begins and ends with an event; undefined when there are too few events. */
  async #draw(kind: (typeof replayKinds)[number]): Promise<ReplayOptions | undefined> {
    const { resources } = this.#deps;
    const random = this.#random;
    const times = kind === "destination" ? (await this.#lakeEvents()).map(({ atMs }) => atMs) : this.#arrivals();
    const past = [...new Set(times)].sort((a, b) => a - b).filter((ms) => ms < this.#deps.clock.now());
    if (past.length < 4) return undefined;
    const first = randomInteger(random, 0, past.length - 3);
    const last = Math.min(past.length - 1, first + randomInteger(random, 2, MOST_IN_RANGE));
    const fromMs = past[first] ?? 0;
    const toMs = past[last] ?? 0;
    const { lateType } = this.#deps.plan;
    const type = lateType ?? pick(random, resources.examples)?.type ?? "";
    const filters = { source: ["*"], ...(random() < 0.3 ? { type: [type] } : {}) };
    const ofLake = kind === "revalidation" ? { status: ["invalid", "unknown"] } : {};
    const name = pick(random, resources.routes.destinations)?.name ?? "";
    const into = kind === "destination" ? { destination: name } : kind;
    const store = kind === "destination" ? "lake" : "raw";
    return this.#optionsFor(store, fromMs, toMs, into, { ...filters, ...ofLake });
  }

  #optionsFor(
    store: Selection["store"],
    fromMs: number,
    toMs: number,
    into: ReplayOptions["into"],
    filters: Selection["filters"] = { source: ["*"] },
  ): ReplayOptions {
    const random = this.#random;
    return {
      command: "replay",
      id: undefined,
      selection: { store, fromMs, toMs, filters },
      route: undefined,
      into,
      mayBeWorse: false,
      reason: "simulation",
      isDryRun: false,
      rate: random() < 0.5 ? randomInteger(random, 20, 500) : undefined,
      share: 0.5,
      isAgain: false,
      isJob: false,
      isJson: true,
      stage: "",
      state: undefined,
      keys: undefined,
    };
  }

  #idOf({ selection, into }: ReplayOptions): string {
    return replayIdOf(selection, typeof into === "string" ? into : `destination:${into.destination}`, 0);
  }

  async #ask(kind: ReplayKind, options: ReplayOptions): Promise<AskedReplay> {
    const id = this.#idOf(options);
    const known = this.asked.find((replay) => replay.id === id);
    if (known !== undefined) return known;
    const { into, selection } = options;
    const replay: AskedReplay = {
      ...{ id, kind, selection, isFinished: false },
      wasAskedOfNewContracts: kind === "revalidation" && this.#deps.pipeline.haveContractsArrived,
      goesTo: typeof into === "string" ? "pipeline" : `destination:${into.destination}`,
      publications: this.#deps.pipeline.publications.length,
      required: await this.#required(kind, options),
      putBack: kind === "dead-letters" ? await this.#givenUpEnriched(selection) : new Map(),
    };
    this.asked.push(replay);
    return replay;
  }

  async #required(kind: ReplayKind, { into, selection }: ReplayOptions): Promise<ReadonlyMap<string, number>> {
    if (kind === "dead-letters") {
      const letters = await this.#lettersIn(selection);
      return countOf(letters.flatMap(({ line, isRaw }) => (isRaw ? (readRawEvent(line) ?? []) : [])));
    }
    return typeof into === "string" ? this.#ofRaw(kind, selection) : this.#ofLake(selection, into, this.#routes);
  }

  get #routes(): RouteSet {
    const { pipeline, resources } = this.#deps;
    return pipeline.publications.at(-1)?.routes ?? resources.routes;
  }

  /** A run takes the routes of its time, so that those copies are due that all routes of the replay's time send. */
  async #requireOfAllRoutes(replay: AskedReplay, { selection, into }: ReplayOptions): Promise<void> {
    if (typeof into === "string") return;
    for (const { routes } of this.#deps.pipeline.publications.slice(replay.publications)) {
      const due = await this.#ofLake(selection, into, routes);
      replay.required = new Map([...replay.required].filter(([copy]) => due.has(copy)));
    }
  }

  async #givenUpEnriched(selection: Selection): Promise<ReadonlyMap<string, number>> {
    const arrivals = new Map<string, number>();
    for (const { atMs, line, isRaw } of await this.#lettersIn(selection)) {
      if (isRaw) continue;
      const copy = copyOf((JSON.parse(line) as EnrichedValue).event);
      arrivals.set(copy, Math.max(atMs, arrivals.get(copy) ?? 0));
    }
    return arrivals;
  }

  async #lettersIn({ fromMs, toMs }: Selection): Promise<readonly Letter[]> {
    return (await this.#letters()).filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  }

  /** Reads the dead letters of the raw and the enriched stream. Their lines are put back unchanged. */
  async #letters(): Promise<readonly Letter[]> {
    const { objectStore, places } = this.#deps.pipeline;
    const letters: Letter[] = [];
    for (const bucket of places.givenUpBuckets) {
      for (const { key } of await objectStore.list(bucket)) {
        const { bytes } = await objectStore.get(bucket, key);
        const letter = JSON.parse(Buffer.from(bytes).toString("utf8")) as FailureRecord;
        const isRaw = letter.KinesisBatchInfo.streamArn.endsWith(`/${places.raw}`);
        for (const { kinesis } of (JSON.parse(letter.payload) as KinesisStreamEvent).Records) {
          const atMs = Math.round(kinesis.approximateArrivalTimestamp * 1_000);
          const lines = linesOfData(Buffer.from(kinesis.data, "base64")).toString("utf8").split("\n");
          letters.push(...lines.filter((line) => line !== "").map((line) => ({ atMs, line, isRaw })));
        }
      }
    }
    return letters;
  }

  #arrivals(): number[] {
    const { kinesis, pipeline } = this.#deps;
    return kinesis.recordsOf(pipeline.places.raw).map(({ record }) => record.ApproximateArrivalTimestamp.getTime());
  }

  async #ofRaw(kind: ReplayKind, { fromMs, toMs, filters }: Selection): Promise<ReadonlyMap<string, number>> {
    const { kinesis, pipeline } = this.#deps;
    const required = new Map<string, number>();
    const statuses = new Map<string, Set<string>>();
    for (const { value } of kind === "revalidation" ? await this.#lakeEvents() : []) {
      const { source, id } = value.event;
      const key = JSON.stringify([source, id]);
      statuses.set(key, (statuses.get(key) ?? new Set()).add(value.validation.status));
    }
    const verdictOf = this.#verdicts();
    for (const { record } of kinesis.recordsOf(pipeline.places.raw)) {
      const atMs = record.ApproximateArrivalTimestamp.getTime();
      if (atMs < fromMs || atMs >= toMs) continue;
      for (const line of Buffer.from(record.Data).toString("utf8").split("\n")) {
        const event: (CopyAttributes & { readonly type?: string }) | undefined = readRawEvent(line);
        if (event === undefined || (filters.type !== undefined && filters.type[0] !== event.type)) continue;
        if (kind === "revalidation") {
          const known = statuses.get(JSON.stringify([event.source, event.id]));
          if (known?.has("invalid") !== true && known?.has("unknown") !== true) continue;
          if (verdictOf(line) !== "valid") continue;
        }
        const { source, id, receivedat } = event;
        const copy = copyOf({ source, id, receivedat });
        required.set(copy, (required.get(copy) ?? 0) + 1);
      }
    }
    return required;
  }

  async #ofLake(
    { fromMs, toMs, filters }: Selection,
    into: { readonly destination: string },
    routes: RouteSet,
  ): Promise<ReadonlyMap<string, number>> {
    const required = new Map<string, number>();
    for (const { atMs, value, line } of await this.#lakeEvents()) {
      if (atMs < fromMs || atMs >= toMs) continue;
      if (filters.type !== undefined && filters.type[0] !== value.event.type) continue;
      const { copies } = routes.route(value, line);
      if (copies.every(({ destination }) => destination.name !== into.destination)) continue;
      const copy = copyOf(value.event);
      required.set(copy, (required.get(copy) ?? 0) + 1);
    }
    return required;
  }

  async #lakeEvents(): Promise<
    readonly { readonly atMs: number; readonly value: EnrichedValue; readonly line: string }[]
  > {
    const { objectStore, places } = this.#deps.pipeline;
    const { bucket, prefix } = places.enrichedLanding;
    const objects = await objectStore.list(bucket, prefix);
    const lines = await Promise.all(objects.map(({ key }) => readLines(objectStore, bucket, key)));
    return lines.flat().map((line) => {
      const value = JSON.parse(line) as EnrichedValue;
      return { atMs: Date.parse(value.processing.enrichment.at), value, line };
    });
  }
}

/** How often each copy is there, without the mark of an earlier replay, which this one takes off. */
function countOf(events: readonly CopyAttributes[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { source, id, receivedat } of events) {
    const copy = copyOf({ source, id, receivedat });
    counts.set(copy, (counts.get(copy) ?? 0) + 1);
  }
  return counts;
}

function pick<Item>(random: Random, items: readonly Item[]): Item | undefined {
  return items[randomInteger(random, 0, items.length - 1)];
}

/** Faults that the operator is told of, with the advice to run the command again. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof ReplayRefusedError ||
    error instanceof LeaseLostError ||
    error instanceof ReplayStoppedError ||
    error instanceof PlaceUnreadableError
  );
}

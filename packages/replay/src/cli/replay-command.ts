import { createPutRecords } from "@millrace/put-records";
import type { OutputWriter } from "@millrace/stream-handler";
import { type Store, type StoredEvent, streamStore } from "@millrace/stored-events";
import type { ReplayClock } from "../clock.ts";
import type { Environment } from "../environment.ts";
import { LeaseLostError, ReplayRefusedError, ReplayUsageError } from "../errors.ts";
import { jobHolder, keepJob, planJob, readJobPlan } from "../job/job.ts";
import { runJobHere } from "../job/work-on-job.ts";
import { ActiveReplays } from "../ledger/active-replays.ts";
import { writeAudit } from "../ledger/audit.ts";
import { keepParts, keepPlan, Ledger, type PartEntry, readReplay, type ReplayPlan } from "../ledger/ledger.ts";
import { LEAST_SHARE, LONG_REPLAY_HOURS } from "../limits.ts";
import { estimateCost, planCloudJob } from "../plan/cost.ts";
import { indexEnriched } from "../plan/enriched-index.ts";
import { measureLoad, shareOfFree } from "../plan/rate.ts";
import { survey } from "../plan/survey.ts";
import { Pace, type Rate } from "../run/pace.ts";
import type { LiveWatch } from "../run/live-watch.ts";
import { readBack } from "../run/read-back.ts";
import { runReplay } from "../run/run-replay.ts";
import { yieldToLive } from "../run/yield-to-live.ts";
import { createMatcher, needsLake, replayIdOf, type Selection, withoutEnrichment } from "../selection.ts";
import { openDestinationTarget } from "../targets/open-destination-target.ts";
import { createPipelineTarget } from "../targets/pipeline-target.ts";
import type { Target } from "../targets/target.ts";
import { withoutErased } from "../targets/without-erased.ts";
import type { ReplayOptions } from "./options.ts";
import { describeCounts, describeJobPlan, describeSurvey, type Output, size } from "./output.ts";
import { createProgress } from "./progress.ts";

/** Destinations of other kinds say no capacity. */
const otherKinds: Rate = { events: 100, bytes: 1_000_000 };

/** Counts, or puts, what the options ask for. @returns the exit code */
export async function replayCommand(
  environment: Environment,
  options: ReplayOptions,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const command = new ReplayCommand(environment, options, output, signal);
  return options.isDryRun ? command.count() : command.run();
}

class ReplayCommand {
  readonly #environment: Environment;
  readonly #options: ReplayOptions;
  readonly #output: Output;
  readonly #signal: AbortSignal;
  readonly #clock: ReplayClock;
  /** Told of throttled records by every writer. */
  #pace: Pace | undefined;

  constructor(environment: Environment, options: ReplayOptions, output: Output, signal: AbortSignal) {
    this.#environment = environment;
    this.#clock = environment.clock;
    this.#options = options;
    this.#output = output;
    this.#signal = signal;
  }

  async count(): Promise<number> {
    const { selection, isJson } = this.#options;
    const target = await this.#target(new Date(this.#clock.now()).toISOString());
    const { store, parts, isSelected } = await this.#source();
    const startedMs = this.#clock.now();
    const counted = await survey({
      ...{ store, selection, parts, isSelected, target },
      onProgress: (seen, selected) => this.#output.line?.(`${selected} of ${seen} events so far`),
    });
    const seconds = (this.#clock.now() - startedMs) / 1_000;
    const rate = await this.#rate(target);
    const isWholePipeline = typeof this.#options.into === "string";
    const workload = { events: counted.put, bytes: counted.bytes, objects: parts.length, isWholePipeline };
    const cost = estimateCost(workload);
    // A stream is read while it is put.
    const takes = (share: number): number =>
      Math.max(seconds, counted.put / (rate.events * share), counted.bytes / (rate.bytes * share));
    const takesSeconds = takes(1);
    const longestSeconds = this.#watches(target).length === 0 ? undefined : takes(LEAST_SHARE);
    this.#output.line?.("");
    if (isJson) {
      const by = Object.fromEntries(
        Object.entries(counted.by).map(([key, counts]) => [key, Object.fromEntries(counts)]),
      );
      const skipped = Object.fromEntries(counted.skipped);
      const id = this.#id(target.name);
      this.#output.out(
        JSON.stringify({ id, ...counted, by, skipped, rate, takesSeconds, longestSeconds, readSeconds: seconds, cost }),
      );
      return 0;
    }
    this.#output.out(describeSurvey(counted, cost, rate, { seconds: takesSeconds, longestSeconds }));
    const { into, isJob } = this.#options;
    if (typeof into === "object" && (isJob || (longestSeconds ?? takesSeconds) > LONG_REPLAY_HOURS * 3_600)) {
      this.#output.out(describeJobPlan(planCloudJob(workload, planJob(parts.length, rate, into), takesSeconds), isJob));
    }
    const advice =
      counted.put === 0
        ? "Nothing would be put."
        : `Nothing was written. With --reason "<why>" it is done, as the replay ${this.#id(target.name)}.`;
    this.#output.out(advice);
    return 0;
  }

  async run(): Promise<number> {
    const { selection, isAgain, isJob, reason = "", mayBeWorse, isJson } = this.#options;
    const { s3, place, by, kinesis, holder } = this.#environment;
    const bucket = place.lakeBucket;
    const clock = this.#clock;
    const now = new Date(clock.now()).toISOString();
    const name = (await this.#target(now)).name;
    const id = await this.#freeId(name, isAgain);
    const asked: ReplayPlan = { id, selection, target: name, replayedAt: now, mayBeWorse, reason, by };
    const ledgerOptions = { s3, bucket, clock, holder };
    const active = new ActiveReplays(ledgerOptions);
    const before = await readReplay(s3, bucket, id);
    if (before?.state?.status === "finished") {
      this.#output.out(`The replay ${id} has finished: ${describeCounts(before.state.counts)}. Nothing was done.`);
      this.#output.out("With --again it is done once more, as a replay of its own.");
      return 0;
    }
    if (isJob) return this.#runJob(asked);
    if ((await readJobPlan(s3, bucket, id)) !== undefined) {
      throw new ReplayRefusedError(`The replay ${id} is a job. The same command with --as job goes on with it.`);
    }
    await active.enter(asked);
    try {
      const plan = await keepPlan(ledgerOptions, asked);
      const { ledger, before: left } = await Ledger.claim(ledgerOptions, id);
      const audit = (what: "started" | "resumed" | "stopped" | "finished" | "failed", error?: unknown) =>
        writeAudit(s3, bucket, {
          at: new Date(clock.now()).toISOString(),
          ...{ what, by, reason, plan, counts: ledger.state.counts },
          error: error instanceof Error ? error.message : undefined,
        });
      await audit(left === undefined ? "started" : "resumed");
      try {
        const target = await this.#target(plan.replayedAt, plan.mayBeWorse);
        const { store, parts, isSelected } = await this.#source(async (list) => keepParts(ledgerOptions, id, list));
        const alreadyPut =
          left === undefined
            ? new Map<string, number>()
            : await readBack(left, {
                ...{ kinesis, streams: target.streams, replayedAt: plan.replayedAt, clock },
                hold: () => Promise.all([active.hold(asked), ledger.hold()]),
              });
        const rate = await this.#rate(target);
        this.#pace = new Pace(rate, clock);
        const watches = this.#watches(target);
        const most = `${watches.length === 0 ? "" : "most "}${rate.events.toFixed(0)} events/s or ${size(rate.bytes)}/s`;
        this.#output.err(
          `The replay ${id} ${left === undefined ? "begins" : `goes on after ${describeCounts(left.counts)}`}, at ${most}. Ctrl-C stops it; the same command goes on.`,
        );
        const tell = createProgress(this.#output, clock);
        const isDone = await this.#besideLive(watches, this.#pace, (pace) =>
          runReplay({
            ...{ store, selection, parts, isSelected, target, ledger, pace, alreadyPut },
            signal: this.#signal,
            hold: () => active.hold(asked),
            onStep: tell,
          }),
        );
        // First, so that a run that dies between the two tells its end twice rather than never.
        await audit(isDone ? "finished" : "stopped");
        await ledger.end(isDone ? "finished" : "stopped");
        this.#output.line?.("");
        const counts = ledger.state.counts;
        if (isJson) this.#output.out(JSON.stringify({ id, isDone, replayedAt: plan.replayedAt, counts }));
        else
          this.#output.out(`The replay ${id} ${isDone ? "has finished" : "was stopped"}: ${describeCounts(counts)}.`);
        return isDone ? 0 : 130;
      } catch (error) {
        // The process that has taken the replay over also has its ledger.
        if (!(error instanceof LeaseLostError)) await ledger.end("stopped");
        await audit("failed", error);
        throw error;
      }
    } finally {
      await active.leave(id);
    }
  }

  /** Parts the replay into groups, and has functions work on them; here, where there are none. */
  async #runJob(asked: ReplayPlan): Promise<number> {
    const { s3, place, by, jobs } = this.#environment;
    const { into, route, isJson } = this.#options;
    if (typeof into !== "object" || jobs === undefined) {
      throw new ReplayUsageError(
        "Jobs put events to a destination, in an environment that has a state machine for them.",
      );
    }
    const bucket = place.lakeBucket;
    const clock = this.#clock;
    const { id } = asked;
    const options = { s3, bucket, clock, holder: jobHolder(id) };
    await new ActiveReplays(options).enter(asked);
    const plan = await keepPlan(options, asked);
    const { parts } = await this.#source(async (list) => keepParts(options, id, list));
    const rate = await this.#rate(await this.#target(plan.replayedAt, plan.mayBeWorse));
    const planned = planJob(parts.length, rate, { ...into, route });
    const job = await keepJob(s3, bucket, id, planned, jobs.routes());
    const { ledger, before } = await Ledger.claim(options, id);
    const { counts, runs } = ledger.state;
    const at = new Date(clock.now()).toISOString();
    const what = before === undefined ? "started" : "resumed";
    await writeAudit(s3, bucket, { at, what, by, reason: asked.reason, plan, counts });
    const groups = Array.from({ length: job.groups }, (_, group) => group);
    if (jobs.start === undefined) {
      const isDone = await runJobHere(this.#environment, id, { by, clock, signal: this.#signal });
      this.#output.out(
        `The job ${id} ${isDone ? "has finished" : "was stopped"}. pnpm replay show ${id} has its counts.`,
      );
      return isDone ? 0 : 130;
    }
    await jobs.start({ id, name: `${id}-${runs}`, groups, workers: job.workers });
    if (isJson) this.#output.out(JSON.stringify({ id, ...job }));
    else
      this.#output.out(
        `The job ${id} has begun: ${job.groups} groups, ${job.workers} at a time. pnpm replay show ${id} tells how far it is.`,
      );
    return 0;
  }

  /** Live traffic that the replay must leave alone, enriched events first; none where the operator chose the rate. */
  #watches({ streams }: Target): readonly LiveWatch[] {
    const { watch } = this.#environment;
    if (this.#options.rate !== undefined || watch === undefined) return [];
    const enriched = streams.filter(({ form }) => form === "enriched");
    const raw = streams.filter(({ form }) => form === "raw");
    return [...enriched, ...raw].map((stream) => watch(stream, this.#options.selection.toMs));
  }

  async #besideLive(
    [first, ...others]: readonly LiveWatch[],
    pace: Pace,
    run: (pace: Pace) => Promise<boolean>,
  ): Promise<boolean> {
    if (first === undefined) return run(pace);
    const ended = new AbortController();
    // A replay that is stopped does not wait for the end of its rest.
    const signal = AbortSignal.any([ended.signal, this.#signal]);
    const yielding = yieldToLive({ pace, watches: [first, ...others], clock: this.#clock, signal });
    try {
      return await run(pace);
    } finally {
      ended.abort();
      await yielding;
    }
  }

  /** The id of the selection, or with --again the first that has not finished. */
  async #freeId(target: string, isAgain: boolean): Promise<string> {
    const { s3, place } = this.#environment;
    for (let again = 0; ; again += 1) {
      const id = this.#id(target, again);
      const state = isAgain ? (await readReplay(s3, place.lakeBucket, id))?.state : undefined;
      if (state?.status !== "finished") return id;
    }
  }

  #id(target: string, again = 0): string {
    const { selection, mayBeWorse } = this.#options;
    return replayIdOf(selection, mayBeWorse ? `${target}:accept-worse` : target, again);
  }

  async #source(
    keep: (list: () => Promise<readonly PartEntry[]>) => Promise<readonly PartEntry[]> = (list) => list(),
  ): Promise<{
    readonly store: Store;
    readonly parts: readonly PartEntry[];
    readonly isSelected: (event: StoredEvent) => boolean;
  }> {
    const { selection, keys } = this.#options;
    const store = await this.#environment.store(selection.store, keys);
    const parts = await keep(async () => {
      const wanted = selection.objects === undefined ? undefined : new Set(selection.objects);
      const found: PartEntry[] = [];
      for await (const { id, bytes } of store.parts(selection)) {
        if (wanted?.has(id) !== false) found.push(bytes === undefined ? { id } : { id, bytes });
      }
      return found;
    });
    return { store, parts, isSelected: await this.#matcher(selection) };
  }

  async #matcher(selection: Selection): Promise<(event: StoredEvent) => boolean> {
    if (!needsLake(selection)) return createMatcher(selection);
    this.#output.err("Reading the lake for what enrichment made of the events …");
    const isKnown = await indexEnriched(this.#environment.lake(), selection, createMatcher(selection));
    const fits = createMatcher(withoutEnrichment(selection));
    return (event) => fits(event) && isKnown(event);
  }

  async #target(replayedAt: string, mayBeWorse = this.#options.mayBeWorse): Promise<Target> {
    const target = await this.#wholeTarget(replayedAt, mayBeWorse);
    return withoutErased(target, await this.#environment.erased(this.#options.keys));
  }

  async #wholeTarget(replayedAt: string, mayBeWorse: boolean): Promise<Target> {
    const { into } = this.#options;
    if (typeof into === "object") {
      const to = { ...into, route: this.#options.route };
      return openDestinationTarget(this.#environment, this.#environment.routes(), to, this.#hooks);
    }
    const { rawStream, enrichedStream, place } = this.#environment;
    const verdictOf = into === "revalidation" ? await this.#environment.verdicts() : undefined;
    return createPipelineTarget({
      mark: { replayedAt, mayBeWorse },
      raw: { stream: rawStream, writer: this.#streamWriter(rawStream) },
      enriched: {
        stream: enrichedStream,
        writer: this.#streamWriter(enrichedStream),
        compression: place.enrichedCompression,
      },
      becomesValid: verdictOf === undefined ? undefined : (text) => verdictOf(text) === "valid",
      now: () => this.#clock.now(),
    });
  }

  #streamWriter(streamName: string): OutputWriter {
    const { kinesis, connections } = this.#environment;
    const { clock, random } = connections;
    return createPutRecords({ client: kinesis, streamName, ordering: "per-key", clock, random, hooks: this.#hooks });
  }

  readonly #hooks = { onThrottle: () => this.#pace?.throttled() };

  async #rate({ streams }: Target): Promise<Rate> {
    const { rate, share } = this.#options;
    if (rate !== undefined) return { events: rate, bytes: Number.MAX_SAFE_INTEGER };
    const [first] = streams;
    if (first === undefined) return otherKinds;
    const { kinesis } = this.#environment;
    const name = first.form === "raw" ? "raw" : "destination";
    const store = streamStore({ kinesis, stream: first.name, name, clock: this.#clock });
    return shareOfFree(await measureLoad(store, this.#clock), share);
  }
}

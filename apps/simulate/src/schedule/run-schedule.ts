import {
  createRandom,
  Faults,
  Kinesis,
  randomInteger,
  skewClock,
  sleep,
  Trace,
  VirtualClock,
} from "@millrace/aws-simulator";
import { Evidence } from "../invariants/evidence.ts";
import { invariants } from "../invariants/invariants.ts";
import { Confirmations } from "../observe/confirmations.ts";
import { Deliveries } from "../observe/deliveries.ts";
import { identity, type Resources } from "../resources.ts";
import { DirectProducer } from "../traffic/direct-producer.ts";
import { EventServiceHost } from "../traffic/event-service-host.ts";
import { EventSource } from "../traffic/event-source.ts";
import { ReplayOperator } from "../traffic/replay-operator.ts";
import { runSender, SenderLedger } from "../traffic/senders.ts";
import { writeStrays } from "../traffic/strays.ts";
import { Pipeline } from "./pipeline.ts";
import { directStream } from "./places.ts";
import { drawPlan, type Profile, type SchedulePlan } from "./plan.ts";

export interface ScheduleOptions {
  readonly seed: number;
  /** Events the senders send at least. */
  readonly events: number;
  readonly resources: Resources;
  /** Gets every line of the trace. */
  readonly onTraceLine?: (line: string) => void;
}

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
}

export interface ScheduleResult {
  readonly seed: number;
  readonly profile: Profile;
  /** Events posted, each counted once. */
  readonly events: number;
  readonly accepted: number;
  readonly enriched: number;
  readonly badRows: number;
  readonly routed: number;
  /** Events a destination did not take, put back after the faults. */
  readonly redriven: number;
  /** Records that Lambda gave up on. */
  readonly givenUp: number;
  readonly faults: number;
  readonly virtualMs: number;
  readonly traceLines: number;
  readonly traceHash: string;
  readonly violations: readonly Violation[];
}

/** The pipeline has to come to rest within this virtual time after the last fault. */
const REST_WITHIN_MS = 2 * 3_600_000;
/** A call that was slowed down by the last fault may still be under way for so long. */
const STRAGGLERS_MS = 15_000;
/** Invariants report at most so many details each. */
const MAX_DETAILS = 3;

/** Runs one schedule from its seed and checks every invariant. The same seed gives the same trace, byte for byte. */
export async function runSchedule(options: ScheduleOptions): Promise<ScheduleResult> {
  const { seed, resources, onTraceLine } = options;
  const plan = drawPlan(seed, options.events);
  const clock = new VirtualClock({ startMs: plan.startMs, random: createRandom(`${seed}/clock`) });
  const startedMs = clock.now();
  const trace = new Trace({ clock, ...(onTraceLine === undefined ? {} : { onLine: onTraceLine }) });
  trace.record("schedule", { seed, profile: plan.profile, stack: plan.environment, events: plan.events });
  const faults = new Faults({ seed: `${seed}/faults`, rates: plan.faults, operations: ["PutRecords", "ListShards"] });
  const kinesis = new Kinesis({
    ...identity,
    clock: skewClock(clock, plan.kinesisSkewMs),
    faults,
    trace,
    random: createRandom(`${seed}/kinesis`),
  });
  const confirmations = new Confirmations(clock);
  const serviceDeliveries = new Deliveries();
  const functionDeliveries = new Deliveries();
  kinesis.createStream({ streamName: directStream, shardCount: plan.directShards });
  const pipeline = await Pipeline.create({
    plan,
    clock,
    kinesis,
    faults,
    trace,
    resources,
    confirmations,
    deliveries: functionDeliveries,
  });
  const connect = (name: string) =>
    kinesis.client({ latencyMs: plan.latencyMs, random: createRandom(`${seed}/${name}/latency`) });
  let processes = 0;
  const host = new EventServiceHost({
    clock,
    random: createRandom(`${seed}/ingest`),
    connect: () => connect(`ingest-${(processes += 1)}`),
    streamName: pipeline.places.raw,
    confirmations,
    deliveries: serviceDeliveries,
  });
  const direct = new DirectProducer({
    seed,
    clock,
    client: confirmations.watch(connect("direct"), "direct"),
    streamName: directStream,
    deliveries: serviceDeliveries,
    steps: 35,
    hasLargePut: plan.hasLargePut,
  });
  const ledger = new SenderLedger();
  const source = new EventSource(plan, resources.examples);
  const operator = new ReplayOperator({ plan, clock, kinesis, pipeline, confirmations, resources, trace });

  async function load(): Promise<void> {
    await pipeline.start();
    faults.start();
    if (plan.deadDestination !== undefined) pipeline.breakDestination(plan.deadDestination);
    await Promise.all([
      ...startSenders(plan, clock, host, source, ledger),
      writeStrays({ seed, clock, kinesis, streamName: pipeline.places.raw, source, records: 15, plan }),
      direct.run(),
      restartNowAndThen(plan, clock, host),
      pauseNowAndThen(plan, clock, pipeline),
      publishNowAndThen(plan, clock, pipeline, resources),
      rotateNowAndThen(plan, clock, pipeline),
      deployContract(plan, clock, pipeline),
      operator.work(),
    ]);
    await sleep(clock, plan.faultsAfterMs);
    faults.stop();
    pipeline.endFaults();
    await sleep(clock, STRAGGLERS_MS);
    await pipeline.settle();
    await operator.repair();
    await pipeline.drain();
    await pipeline.redrive();
  }

  const sampler = sampleEverySecond(clock, [serviceDeliveries, functionDeliveries]);
  let unrest: string | undefined;
  try {
    await clock.run(load().finally(sampler.stop), { limitMs: REST_WITHIN_MS });
  } catch (error) {
    unrest = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  sampler.stop();

  const evidence = await Evidence.collect({
    plan,
    privacyKeys: pipeline.privacyKeys,
    clock,
    kinesis,
    pipeline,
    routes: resources.routes,
    confirmations,
    serviceDeliveries,
    functionDeliveries,
    ledger,
    source,
    host,
    direct,
    operator,
    unrest,
  });
  return {
    seed,
    profile: plan.profile,
    events: ledger.posts.size,
    accepted: ledger.accepted.size,
    enriched: evidence.enriched.length,
    badRows: evidence.badRows.length,
    routed: [...evidence.destinations.values()].reduce((sum, events) => sum + events.length, 0),
    redriven: pipeline.redriveResults.reduce((sum, { delivered }) => sum + delivered, 0),
    givenUp: evidence.givenUp.size,
    faults: faults.total + pipeline.faultCount() + host.restarts + direct.aborts + plan.pauses,
    virtualMs: clock.now() - startedMs,
    traceLines: trace.count,
    traceHash: trace.hash(),
    violations: await checkInvariants(evidence),
  };
}

async function checkInvariants(evidence: Evidence): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const { name, check } of invariants) {
    for (const detail of (await check(evidence)).slice(0, MAX_DETAILS)) violations.push({ invariant: name, detail });
  }
  return violations;
}

function startSenders(
  plan: SchedulePlan,
  clock: VirtualClock,
  host: EventServiceHost,
  source: EventSource,
  ledger: SenderLedger,
): Promise<void>[] {
  let left = plan.events;
  const take = (wanted: number) => {
    const count = Math.min(wanted, left);
    left -= count;
    return count;
  };
  return Array.from({ length: plan.senders }, (_, index) =>
    runSender({
      name: String(index),
      seed: plan.seed,
      clock,
      host,
      source,
      ledger,
      take,
      maxPauseMs: plan.maxPauseMs,
    }),
  );
}

async function restartNowAndThen(plan: SchedulePlan, clock: VirtualClock, host: EventServiceHost): Promise<void> {
  const random = createRandom(`${plan.seed}/restarts`);
  for (let count = 0; count < plan.restarts; count += 1) {
    await sleep(clock, Math.ceil(random() * 15_000));
    await host.restart();
  }
}

async function pauseNowAndThen(plan: SchedulePlan, clock: VirtualClock, pipeline: Pipeline): Promise<void> {
  const random = createRandom(`${plan.seed}/pauses`);
  for (let count = 0; count < plan.pauses; count += 1) {
    await sleep(clock, randomInteger(random, 1000, 20_000));
    await pipeline.pauseMapping(randomInteger(random, 0, 1), randomInteger(random, 1000, 20_000));
  }
}

async function publishNowAndThen(
  plan: SchedulePlan,
  clock: VirtualClock,
  pipeline: Pipeline,
  { newerRoutes }: Resources,
): Promise<void> {
  const random = createRandom(`${plan.seed}/publications`);
  for (let count = 0; count < plan.publications; count += 1) {
    await sleep(clock, randomInteger(random, 1000, 8_000));
    pipeline.refuseUndelivered(true);
    await sleep(clock, randomInteger(random, 2000, 8_000));
    const newer = newerRoutes[randomInteger(random, 0, newerRoutes.length - 1)];
    if (newer !== undefined) await pipeline.publishRoutes(newer);
    // Undelivered events are tried until the time of an invocation is over: only then is a record delivered again.
    await sleep(clock, randomInteger(random, 30_000, 60_000));
    pipeline.refuseUndelivered(false);
  }
}

async function deployContract(
  { seed, lateType }: SchedulePlan,
  clock: VirtualClock,
  pipeline: Pipeline,
): Promise<void> {
  if (lateType === undefined) return;
  await sleep(clock, randomInteger(createRandom(`${seed}/contract`), 5_000, 30_000));
  pipeline.deployContract();
}

async function rotateNowAndThen(plan: SchedulePlan, clock: VirtualClock, pipeline: Pipeline): Promise<void> {
  const random = createRandom(`${plan.seed}/rotations`);
  for (let count = 0; count < plan.keyRotations; count += 1) {
    await sleep(clock, randomInteger(random, 1000, 15_000));
    pipeline.rotateKeys();
  }
}

function sampleEverySecond(clock: VirtualClock, watched: readonly Deliveries[]): { stop: () => void } {
  let timer: unknown;
  const sample = () => {
    for (const deliveries of watched) deliveries.sample();
    timer = clock.setTimeout(sample, 1000);
  };
  timer = clock.setTimeout(sample, 1000);
  return {
    stop: () => {
      clock.clearTimeout(timer);
    },
  };
}

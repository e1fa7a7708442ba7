import {
  createRandom,
  type FaultRates,
  type FunctionFaultRates,
  type Random,
  randomChoice,
  randomInteger,
  type ServiceFaultRates,
} from "@millrace/aws-simulator";
import type { Compression } from "@millrace/packed-records";
import { type Environment, environments } from "../environments.ts";

/** Main subject of a schedule. Every profile has faults of several kinds. */
export const profiles = ["partial-failures", "everything", "crashes", "outages", "burst", "dead-destination"] as const;
export type Profile = (typeof profiles)[number];

/** Everything about a schedule that is drawn before it begins. */
export interface SchedulePlan {
  readonly seed: number;
  readonly profile: Profile;
  /** Whose stack the pipeline is. */
  readonly environment: Environment;
  /** Events the senders have to send; strays and the direct producer come on top. */
  readonly events: number;
  readonly senders: number;
  /** Longest pause of a sender between two requests. */
  readonly maxPauseMs: number;
  /** Lanes of the enriched stream: with those of a stack, hardly two events of a schedule would share a record. */
  readonly lanes: number;
  /** Form of the records of the enriched stream. */
  readonly compression: Compression;
  /** Shards of the direct producer's stream, which is in no stack. */
  readonly directShards: number;
  readonly latencyMs: { readonly min: number; readonly max: number };
  /** Retries of a mapping when they are fewer than the stack allows, so that Lambda gives records up. */
  readonly mostRetries: number;
  readonly faults: FaultRates;
  readonly functionFaults: FunctionFaultRates;
  /** Of SQS and EventBridge. */
  readonly serviceFaults: ServiceFaultRates;
  /** How far the clocks of function environments are off, at most. */
  readonly maxClockSkewMs: number;
  /** How far the clock of Kinesis is off. */
  readonly kinesisSkewMs: number;
  readonly redeliveryRate: number;
  readonly delivery: { readonly repeatRate: number; readonly failureRate: number };
  readonly pipe: { readonly lateRate: number; readonly repeatRate: number; readonly lossRate: number };
  readonly warehouse: { readonly failBeforeCommitRate: number; readonly failAfterCommitRate: number };
  /** Which of the destinations takes nothing while there are faults, counted round; `undefined`: none. */
  readonly deadDestination: number | undefined;
  /** Restarts of the event service while it serves. */
  readonly restarts: number;
  /** Times at which a mapping stands still for a while, as one that somebody disabled. */
  readonly pauses: number;
  /** Times at which newer routes are published while the router runs. */
  readonly publications: number;
  /** Times at which the privacy keys are rotated while enrichment runs. */
  readonly keyRotations: number;
  /** Replays that somebody runs, each killed, resumed and run twice at once now and then. */
  readonly replays: number;
  /** Type of which no contract is known until it is deployed; `undefined`: all are known. */
  readonly lateType: string | undefined;
  /** When the schedule begins, epoch milliseconds: folders of the lake are those of hours. */
  readonly startMs: number;
  /** Records of more lines than are read. */
  readonly poisonRecords: number;
  /** Lines of each. */
  readonly poisonLines: number;
  /** True if some of the events are of odd JSON. */
  readonly hasOddEvents: boolean;
  /** True if a record is written that is so full that it does not fit one once it is enriched. */
  readonly hasFullRecord: boolean;
  /** True if the real warehouse is asked at the end, by the views of the stack. */
  readonly hasViews: boolean;
  /** True if the direct producer also writes a put of more than ten mebibytes. */
  readonly hasLargePut: boolean;
  /** Faults go on for so long after the last event was sent. */
  readonly faultsAfterMs: number;
}

/**
 * How often a schedule has what costs the most: as often as defects in it are noticed within a few dozen schedules. The
 * real warehouse takes two thirds of a schedule's time once more, 200,000 lines three times that, and what waits across
 * a publication a quarter.
 */
const often = { publications: 0.35, longPoisonRecords: 0.01, views: 0.1 } as const;

/** Contracts that may come late. */
const lateTypes = ["commerce.purchase", "search.click"] as const;
const HOUR_MS = 3_600_000;
const midnightMs = Date.UTC(2026, 0, 1);

/** Draws a schedule; the same seed gives the same one. */
export function drawPlan(seed: number, events: number): SchedulePlan {
  const random = createRandom(`${seed}/plan`);
  const profile: Profile = randomChoice(random, [
    "partial-failures",
    "everything",
    "everything",
    "crashes",
    "outages",
    "burst",
    "dead-destination",
  ]);
  const between = (min: number, max: number) => min + random() * (max - min);
  const isCrashing = profile === "everything" || profile === "crashes" || profile === "burst";
  const publications = random() < often.publications ? randomInteger(random, 1, 2) : 0;
  const replays = random() < 0.5 ? randomInteger(random, 1, 3) : 0;
  const crashes = profile === "crashes" ? 0.08 : isCrashing ? 0.02 : 0;
  return {
    seed,
    profile,
    events: randomInteger(random, events, Math.ceil(events * 1.1)),
    senders: profile === "burst" ? 8 : randomInteger(random, 3, 6),
    maxPauseMs: profile === "burst" ? 50 : randomInteger(random, 500, 3000),
    environment: randomChoice(random, environments),
    // Drawn apart, so that a schedule keeps everything else that its seed gave it.
    lanes: randomChoice(createRandom(`${seed}/lanes`), [1, 2, 8, 128]),
    compression: randomChoice(createRandom(`${seed}/compression`), ["gzip", "gzip", "none"] as const),
    directShards: randomInteger(random, 1, 3),
    latencyMs: { min: 2, max: randomInteger(random, 5, 60) },
    mostRetries: randomChoice(random, [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]),
    faults: drawFaults(profile, random, between),
    functionFaults: {
      initFailure: crashes / 4,
      crashBefore: crashes / 4,
      crashDuring: crashes,
      crashAfter: crashes / 2,
      hang: crashes / 4,
      recycle: isCrashing ? 0.03 : 0,
    },
    maxClockSkewMs: profile === "everything" ? 30_000 : 0,
    kinesisSkewMs: profile === "everything" ? randomInteger(random, -60_000, 60_000) : 0,
    redeliveryRate: isCrashing ? 0.03 : 0,
    delivery: {
      repeatRate: profile === "partial-failures" ? 0 : 0.1,
      failureRate: 0.1,
    },
    pipe: { lateRate: 0.2, repeatRate: 0.15, lossRate: 0.05 },
    warehouse: { failBeforeCommitRate: 0.1, failAfterCommitRate: 0.1 },
    // Newer routes matter most to records that wait for a destination.
    deadDestination: profile === "dead-destination" || publications > 0 ? seed : undefined,
    restarts: randomInteger(random, 0, 2),
    pauses: randomInteger(random, 0, 2),
    hasLargePut: random() < 0.1,
    publications,
    poisonRecords: randomInteger(random, 0, 2),
    poisonLines: random() < often.longPoisonRecords ? 200_000 : randomInteger(random, 1_001, 6_000),
    hasFullRecord: random() < 0.15,
    hasViews: random() < often.views,
    faultsAfterMs: randomInteger(random, 0, 10_000),
    hasOddEvents: random() < 0.4,
    keyRotations: random() < 0.4 ? randomInteger(random, 1, 2) : 0,
    replays,
    lateType: replays > 0 && random() < 0.4 ? randomChoice(random, lateTypes) : undefined,
    startMs: midnightMs + (random() < 0.3 ? HOUR_MS - randomInteger(random, 10_000, 90_000) : 0),
    serviceFaults: drawServiceFaults(profile, between),
  };
}

function drawServiceFaults(profile: Profile, between: (min: number, max: number) => number): ServiceFaultRates {
  const entries = {
    entryThrottle: between(0, 0.15),
    entryFailure: between(0, 0.05),
    entryFailureStored: between(0, 0.05),
  };
  if (profile === "partial-failures") return entries;
  return {
    ...entries,
    throttle: between(0, 0.05),
    serverErrorBefore: between(0, 0.05),
    serverErrorAfter: between(0, 0.05),
    resetBefore: between(0, 0.03),
    resetAfter: between(0, 0.05),
    slow: between(0, 0.05),
    slowMs: { min: 100, max: 8_000 },
  };
}

function drawFaults(profile: Profile, random: Random, between: (min: number, max: number) => number): FaultRates {
  const always: FaultRates = {
    recordThrottle: between(0.01, 0.15),
    shuffle: 0.3,
    shortRead: 0.1,
    hotShardEveryMs: between(5000, 20_000),
    hotShardCapacity: between(0.005, 0.05),
    reshardEveryMs: between(5000, 30_000),
    reshardMaxShards: randomInteger(random, 2, 6),
  };
  if (profile === "partial-failures") return always;
  return {
    ...always,
    recordInternalFailure: between(0, 0.02),
    recordInternalFailureStored: between(0, 0.02),
    serverErrorBefore: between(0, 0.05),
    serverErrorAfter: between(0, 0.05),
    resetBefore: between(0, 0.03),
    resetAfter: between(0, 0.05),
    refusalInPassing: between(0, 0.03),
    failureInPassing: between(0, 0.03),
    slow: between(0, 0.05),
    slowMs: { min: 100, max: 8000 },
    ...(profile === "outages" ? { outageEveryMs: 15_000, outageMs: { min: 3000, max: 20_000 } } : {}),
  };
}

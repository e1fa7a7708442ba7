import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import type { ObjectStore } from "../object-store/object-store.ts";
import { checkChoice, checkFunction, checkInteger, checkRate, checkText, OptionError } from "../options.ts";
import { createRandom, type Random } from "../random.ts";
import { CATCH_UP_INTERVAL_MS, POLL_INTERVAL_MS } from "../stream-reader/limits.ts";
import type { Checkpoints } from "../stream-reader/checkpoints.ts";
import type { StartingPosition, StreamSource } from "../stream-reader/stream-source.ts";
import type { Trace } from "../trace.ts";
import type { InvokeOptions } from "./function-error.ts";
import type { KinesisStreamEvent } from "./kinesis-event.ts";
import * as limits from "./limits.ts";

/** An event source mapping, in the words of `CreateEventSourceMapping`. */
export interface EventSourceMappingOptions {
  /** The stream's Kinesis; the in-process model fits. */
  readonly kinesis: StreamSource;
  /** ARN of the stream that it reads. */
  readonly streamArn: string;
  /** Runs the function once. A rejection is a function error; `TooManyRequestsError` means it did not run. */
  readonly invoke: (event: KinesisStreamEvent, options: InvokeOptions) => Promise<unknown>;
  /**
   * Records that are read while a batch waits for a process join it. `Records` of the event is then read when the
   * function begins, not before. Default false, as on AWS, where a batch is closed before it is handed over.
   */
  readonly isBatchOpenUntilRun?: boolean;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Draws identifiers and faults. Default: a generator seeded with the mapping's stream and function. */
  readonly random?: Random;
  /** Where batches go that AWS gave up on. Default: nowhere, they are lost. */
  readonly onFailure?: { readonly objectStore: ObjectStore; readonly bucket: string };
  /** 1 to 10,000. Default 100. */
  readonly batchSize?: number;
  /** 0 to 300. Default 0: an invocation starts with whatever was read. */
  readonly maximumBatchingWindowInSeconds?: number;
  /** Concurrent batches per shard, 1 to 10. A key always goes to the same one. Default 1. */
  readonly parallelizationFactor?: number;
  /** 0 to 10,000, or -1 for ever. Default -1, as on AWS. */
  readonly maximumRetryAttempts?: number;
  /** 60 to 604,800, or -1 for ever. Default -1, as on AWS. */
  readonly maximumRecordAgeInSeconds?: number;
  /** True: a batch that failed is split in two, each tried apart. Default false, as on AWS. */
  readonly bisectBatchOnFunctionError?: boolean;
  /** `["ReportBatchItemFailures"]` or empty. Default empty: then the answer of the function is not looked at. */
  readonly functionResponseTypes?: readonly string[];
  /** Default `TRIM_HORIZON`. */
  readonly startingPosition?: StartingPosition;
  /** Only with `AT_TIMESTAMP`. */
  readonly startingPositionTimestamp?: Date;
  /** Remembers how far the mapping has come, for the next process. Default: it begins at the starting position. */
  readonly checkpoints?: Checkpoints;
  /** Appears in on-failure records. */
  readonly functionArn?: string;
  /** The mapping's UUID, part of the key of on-failure objects. Default: drawn from `random`. */
  readonly uuid?: string;
  /** Between two reads of a shard at rest. Default 1,000, as on AWS. */
  readonly pollIntervalMs?: number;
  /** Between two reads of a shard that has more. Default 250. */
  readonly catchUpIntervalMs?: number;
  /** First wait after a failed invocation, doubling up to `retryBackoffMaxMs`. Default 1,000. */
  readonly retryBackoffBaseMs?: number;
  /** The longest of those waits. Default 60,000. */
  readonly retryBackoffMaxMs?: number;
  /** How often a batch is delivered again. Default none. */
  readonly faults?: EventSourceMappingFaults;
  /** Told of invocations and their failures. Default none. */
  readonly trace?: Trace;
  /** Reads that failed, destinations that refused. The mapping goes on. */
  readonly onError?: (error: unknown) => void;
}

/** Faults of an event source mapping. */
export interface EventSourceMappingFaults {
  /**
   * How often a batch that succeeded is delivered once more: the checkpoint was lost. "Event source mappings process
   * each event at least once." https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
   */
  readonly redeliveryRate?: number;
}

/** Options with every default filled in. */
export interface MappingSettings {
  readonly kinesis: StreamSource;
  readonly streamArn: string;
  readonly invoke: (event: KinesisStreamEvent, options: InvokeOptions) => Promise<unknown>;
  readonly isBatchOpenUntilRun: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure: { readonly objectStore: ObjectStore; readonly bucket: string } | undefined;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly parallelizationFactor: number;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeMs: number;
  readonly isBisecting: boolean;
  readonly isReportingItemFailures: boolean;
  readonly startingPosition: StartingPosition;
  readonly startingPositionTimestampMs: number | undefined;
  readonly checkpoints: Checkpoints | undefined;
  readonly functionArn: string;
  readonly pollIntervalMs: number;
  readonly catchUpIntervalMs: number;
  readonly retryBackoffBaseMs: number;
  readonly retryBackoffMaxMs: number;
  readonly redeliveryRate: number;
  readonly trace: Trace | undefined;
  readonly onError: (error: unknown) => void;
}

const reportBatchItemFailures = "ReportBatchItemFailures";

/** Fills in the defaults and refuses what AWS would refuse. @throws OptionError */
export function readMappingOptions(options: EventSourceMappingOptions): MappingSettings {
  refuseUnmodelled(options);
  checkText("streamArn", options.streamArn);
  checkFunction("invoke", options.invoke);
  const functionArn = options.functionArn ?? "arn:aws:lambda:us-east-1:000000000000:function:function";
  const settings: MappingSettings = {
    kinesis: options.kinesis,
    streamArn: options.streamArn,
    invoke: options.invoke,
    isBatchOpenUntilRun: options.isBatchOpenUntilRun ?? false,
    clock: options.clock ?? systemClock,
    random: options.random ?? createRandom(`${options.streamArn}/${functionArn}`),
    onFailure: options.onFailure,
    batchSize: options.batchSize ?? limits.DEFAULT_BATCH_SIZE,
    batchingWindowMs: (options.maximumBatchingWindowInSeconds ?? 0) * 1_000,
    parallelizationFactor: options.parallelizationFactor ?? 1,
    maximumRetryAttempts: unlimitedToInfinity(options.maximumRetryAttempts),
    maximumRecordAgeMs: unlimitedToInfinity(options.maximumRecordAgeInSeconds) * 1_000,
    isBisecting: options.bisectBatchOnFunctionError ?? false,
    isReportingItemFailures: options.functionResponseTypes?.includes(reportBatchItemFailures) ?? false,
    startingPosition: options.startingPosition ?? "TRIM_HORIZON",
    startingPositionTimestampMs: options.startingPositionTimestamp?.getTime(),
    checkpoints: options.checkpoints,
    functionArn,
    pollIntervalMs: options.pollIntervalMs ?? POLL_INTERVAL_MS,
    catchUpIntervalMs: options.catchUpIntervalMs ?? CATCH_UP_INTERVAL_MS,
    retryBackoffBaseMs: options.retryBackoffBaseMs ?? limits.RETRY_BACKOFF_BASE_MS,
    retryBackoffMaxMs: options.retryBackoffMaxMs ?? limits.RETRY_BACKOFF_MAX_MS,
    redeliveryRate: options.faults?.redeliveryRate ?? 0,
    trace: options.trace,
    onError: options.onError ?? (() => undefined),
  };
  checkRanges(options, settings);
  return settings;
}

/**
 * Settings of a mapping that change what a function gets. Ignored, they would show a consumer events that it never gets
 * on AWS.
 */
const unmodelledSettings: readonly string[] = ["filterCriteria", "tumblingWindowInSeconds"];

function refuseUnmodelled(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || !unmodelledSettings.includes(name)) continue;
    throw new OptionError(name, "left out: it is not modelled", value);
  }
}

function checkRanges(options: EventSourceMappingOptions, settings: MappingSettings): void {
  checkInteger("batchSize", settings.batchSize, 1, limits.MAX_BATCH_SIZE);
  checkInteger(
    "maximumBatchingWindowInSeconds",
    options.maximumBatchingWindowInSeconds ?? 0,
    0,
    limits.MAX_BATCHING_WINDOW_SECONDS,
  );
  checkInteger("parallelizationFactor", settings.parallelizationFactor, 1, limits.MAX_PARALLELIZATION_FACTOR);
  if ((options.maximumRetryAttempts ?? limits.UNLIMITED) !== limits.UNLIMITED) {
    checkInteger("maximumRetryAttempts", settings.maximumRetryAttempts, 0, limits.MAX_RETRY_ATTEMPTS);
  }
  if ((options.maximumRecordAgeInSeconds ?? limits.UNLIMITED) !== limits.UNLIMITED) {
    const { MIN_RECORD_AGE_SECONDS: minRecordAgeSeconds, MAX_RECORD_AGE_SECONDS: maxRecordAgeSeconds } = limits;
    checkInteger(
      "maximumRecordAgeInSeconds",
      options.maximumRecordAgeInSeconds ?? 0,
      minRecordAgeSeconds,
      maxRecordAgeSeconds,
    );
  }
  for (const type of options.functionResponseTypes ?? []) {
    checkChoice("functionResponseTypes", type, [reportBatchItemFailures]);
  }
  checkChoice("startingPosition", settings.startingPosition, ["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"]);
  if ((settings.startingPosition === "AT_TIMESTAMP") !== (settings.startingPositionTimestampMs !== undefined)) {
    throw new OptionError(
      "startingPositionTimestamp",
      "given with the starting position AT_TIMESTAMP, and only with it",
      options.startingPositionTimestamp,
    );
  }
  checkRate("faults.redeliveryRate", settings.redeliveryRate);
  if (settings.redeliveryRate === 1)
    throw new OptionError("faults.redeliveryRate", "below 1, or no batch would end", 1);
}

function unlimitedToInfinity(value: number | undefined): number {
  return value === undefined || value === limits.UNLIMITED ? Number.POSITIVE_INFINITY : value;
}

import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import type { ObjectStore } from "../object-store/object-store.ts";
import { checkChoice, checkInteger, checkRate, checkText, OptionError } from "../options.ts";
import { createRandom, type Random } from "../random.ts";
import { CATCH_UP_INTERVAL_MS, POLL_INTERVAL_MS } from "../stream-reader/limits.ts";
import type { Checkpoints } from "../stream-reader/checkpoints.ts";
import type { StartingPosition, StreamSource } from "../stream-reader/stream-source.ts";
import type { Trace } from "../trace.ts";
import * as limits from "./limits.ts";
import { checkPrefixes } from "./prefix.ts";

/** Compression of the objects that Firehose writes. */
export type CompressionFormat = "GZIP" | "UNCOMPRESSED";

/** A delivery stream: its source, its bucket and when it writes. */
export interface DeliveryStreamOptions {
  /** Part of every object's name. */
  readonly name: string;
  /** The stream's Kinesis; the in-process model fits. */
  readonly kinesis: StreamSource;
  /** ARN of the stream that it reads. */
  readonly sourceStreamArn: string;
  /** The store that has the bucket. */
  readonly objectStore: ObjectStore;
  /** Name of the bucket that objects are put into. */
  readonly bucket: string;
  /** Default: machine's clock. */
  readonly clock?: Clock;
  /** Draws object names and faults. Default: a generator seeded with the name. */
  readonly random?: Random;
  /** Folder of the objects, with `!{timestamp:…}` and `!{firehose:random-string}`. Default: `yyyy/MM/dd/HH/`, UTC. */
  readonly prefix?: string;
  /** Folder of what could not be delivered; has to name `!{firehose:error-output-type}`. */
  readonly errorOutputPrefix?: string;
  /** MiB before compression, 1 to 128. Default 5. */
  readonly bufferingSizeMb?: number;
  /** 0 to 900. Default 300. */
  readonly bufferingIntervalSeconds?: number;
  /** Default `UNCOMPRESSED`. */
  readonly compressionFormat?: CompressionFormat;
  /**
   * End of every object's name. It says nothing of the content: records that are compressed already are stored as they
   * are, under `.gz`. Default: `.gz` with `GZIP`, else none.
   */
  readonly fileExtension?: string;
  /** Default `LATEST`, as on AWS: what was in the stream before `start` is not delivered. */
  readonly startingPosition?: Exclude<StartingPosition, "AT_TIMESTAMP">;
  /** Remembers what was delivered, for the next process. Default: it begins at the starting position. */
  readonly checkpoints?: Checkpoints;
  /** Part of every object's name; 1, and one more after each change of a real delivery stream. */
  readonly version?: number;
  /** Between two reads of a shard at rest. Default 1,000. */
  readonly pollIntervalMs?: number;
  /** Between two reads of a shard that has more. Default 250. */
  readonly catchUpIntervalMs?: number;
  /** Puts that fail, or whose answer is lost. Default none. */
  readonly faults?: DeliveryStreamFaults;
  /** Told of each object. Default none. */
  readonly trace?: Trace;
  /** Reads and puts that failed. The delivery stream goes on. */
  readonly onError?: (error: unknown) => void;
}

/** Faults of a delivery stream. */
export interface DeliveryStreamFaults {
  /** How often an object is stored and the answer is lost: the batch is put once more, under another name. */
  readonly repeatRate?: number;
  /** How often a put fails before anything is stored. */
  readonly failureRate?: number;
}

/** Options with every default filled in. */
export interface DeliveryStreamSettings {
  readonly name: string;
  readonly kinesis: StreamSource;
  readonly sourceStreamArn: string;
  readonly objectStore: ObjectStore;
  readonly bucket: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly prefix: string;
  readonly bufferingSizeBytes: number;
  readonly bufferingIntervalMs: number;
  readonly compressionFormat: CompressionFormat;
  readonly fileExtension: string;
  readonly startingPosition: StartingPosition;
  readonly checkpoints: Checkpoints | undefined;
  readonly version: number;
  readonly pollIntervalMs: number;
  readonly catchUpIntervalMs: number;
  readonly repeatRate: number;
  readonly failureRate: number;
  readonly trace: Trace | undefined;
  readonly onError: (error: unknown) => void;
}

/** Fills in the defaults and refuses what AWS would refuse. @throws OptionError */
export function readDeliveryStreamOptions(options: DeliveryStreamOptions): DeliveryStreamSettings {
  const sizeMb = options.bufferingSizeMb ?? limits.DEFAULT_BUFFERING_SIZE_MB;
  const intervalSeconds = options.bufferingIntervalSeconds ?? limits.DEFAULT_BUFFERING_INTERVAL_SECONDS;
  const settings: DeliveryStreamSettings = {
    name: options.name,
    kinesis: options.kinesis,
    sourceStreamArn: options.sourceStreamArn,
    objectStore: options.objectStore,
    bucket: options.bucket,
    clock: options.clock ?? systemClock,
    random: options.random ?? createRandom(options.name),
    prefix: options.prefix ?? "",
    bufferingSizeBytes: sizeMb * limits.BYTES_PER_MB,
    bufferingIntervalMs: intervalSeconds * 1_000,
    compressionFormat: options.compressionFormat ?? "UNCOMPRESSED",
    fileExtension: options.fileExtension ?? (options.compressionFormat === "GZIP" ? ".gz" : ""),
    startingPosition: options.startingPosition ?? "LATEST",
    checkpoints: options.checkpoints,
    version: options.version ?? 1,
    pollIntervalMs: options.pollIntervalMs ?? POLL_INTERVAL_MS,
    catchUpIntervalMs: options.catchUpIntervalMs ?? CATCH_UP_INTERVAL_MS,
    repeatRate: options.faults?.repeatRate ?? 0,
    failureRate: options.faults?.failureRate ?? 0,
    trace: options.trace,
    onError: options.onError ?? (() => undefined),
  };
  if (!limits.namePattern.test(settings.name)) {
    throw new OptionError("name", "1 to 64 letters, digits, underscores, dots and hyphens", settings.name);
  }
  checkText("sourceStreamArn", settings.sourceStreamArn);
  checkInteger("bufferingSizeMb", sizeMb, limits.MIN_BUFFERING_SIZE_MB, limits.MAX_BUFFERING_SIZE_MB);
  checkInteger("bufferingIntervalSeconds", intervalSeconds, 0, limits.MAX_BUFFERING_INTERVAL_SECONDS);
  checkChoice("compressionFormat", settings.compressionFormat, ["GZIP", "UNCOMPRESSED"]);
  checkChoice("startingPosition", settings.startingPosition, ["TRIM_HORIZON", "LATEST"]);
  checkPrefixes(settings.prefix, options.errorOutputPrefix);
  checkRate("faults.repeatRate", settings.repeatRate);
  checkRate("faults.failureRate", settings.failureRate);
  if (settings.repeatRate + settings.failureRate >= 1) {
    throw new OptionError("faults", "rates that sum to less than 1, or no object would be delivered", options.faults);
  }
  return settings;
}

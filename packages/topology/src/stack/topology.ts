import type { AlarmOptions } from "@millrace/aws-simulator";
import type { DestinationSettings } from "../destinations/destination-model.ts";

/**
 * The pipeline that the synthesized stack describes, in the terms of the parts that run it. Nothing here has a default
 * for a name, a shard count, a batch size or a route: what the stack does not say does not run.
 */

export interface StreamSettings {
  readonly name: string;
  readonly arn: string;
  readonly mode: "PROVISIONED" | "ON_DEMAND";
  readonly shardCount: number | undefined;
  readonly retentionHours: number;
  readonly maxRecordBytes: number | undefined;
}

export interface FunctionSettings {
  readonly name: string;
  readonly arn: string;
  /** A zip, or a folder that holds what the zip would. */
  readonly code: { readonly zipFile: string } | { readonly folder: string };
  /** SHA-256 of the bundle, as the stack has it; another one means other code. */
  readonly codeHash: string | undefined;
  readonly handler: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** A variable that only an apply can fill fails when it is read, not before. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface MappingSettings {
  /** By which metrics tell it from others. */
  readonly uuid: string;
  readonly streamArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly maximumBatchingWindowInSeconds: number;
  readonly parallelizationFactor: number;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeInSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly functionResponseTypes: readonly string[];
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  readonly onFailureBucket: string | undefined;
}

export interface DeliveryStreamSettings {
  readonly name: string;
  readonly sourceStreamArn: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly errorOutputPrefix: string;
  readonly bufferingSizeMb: number;
  readonly bufferingIntervalSeconds: number;
  readonly compressionFormat: "GZIP" | "UNCOMPRESSED";
  /** Appended to every object's name, such as `.json.gz`. */
  readonly fileExtension: string;
}

/** A file that the stack puts into a bucket. */
export interface ObjectSettings {
  readonly bucket: string;
  readonly key: string;
  readonly path: string;
}

/** A secret that the stack makes, with its value. */
export interface SecretSettings {
  readonly name: string;
  readonly arn: string;
  readonly text: string;
}

/** A function that is invoked again and again. */
export interface ScheduleSettings {
  readonly name: string;
  readonly functionName: string;
  /** Such as `rate(1 minutes)`. */
  readonly expression: string;
}

export interface TableSettings {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
}

/** A table that the warehouse keeps equal to its query. */
export interface DynamicTableSettings {
  readonly name: string;
  readonly query: string;
}

export interface ViewSettings {
  readonly name: string;
  readonly statement: string;
}

export interface PipeSettings {
  readonly name: string;
  readonly bucket: string;
  /** Files below it are loaded: where the pipe's stage points. */
  readonly prefix: string;
  /** Prefixes whose new objects the bucket tells the pipe about. A pipe without any loads nothing. */
  readonly notifiedPrefixes: readonly string[];
  readonly copyStatement: string;
}

/** The event service as its Deployment describes it. */
export interface ServiceSettings {
  readonly name: string;
  /** Which app the container runs: the folder of that name under apps/. */
  readonly containerName: string;
  readonly containerPort: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** A CloudWatch alarm, with the metrics that its expression calls by their ids. */
export interface AlarmSettings extends AlarmOptions {
  /** By the topic that is told: a page wakes somebody, a ticket waits for the morning. */
  readonly severity: "page" | "ticket";
}

/** A promise of the pipeline: of the periods of a window, a share has to be good. */
export interface ObjectiveSettings {
  readonly id: string;
  /** The promise as a sentence. */
  readonly title: string;
  /** Fires where the last period was bad. */
  readonly indicator: AlarmOptions;
  /** Of the indicator's value. */
  readonly unit: string;
  /** Names of the alarms on its burn. */
  readonly alarms: readonly string[];
  /** Section of docs/runbooks.md. */
  readonly runbook: string;
}

/** All promises of a pipeline. */
export interface Objectives {
  /** Per cent of the periods that have to be good. */
  readonly goal: number;
  readonly windowDays: number;
  readonly all: readonly ObjectiveSettings[];
}

/** Topics on which the loader's task in the warehouse reports the state of the pipes. */
export interface LoaderTopics {
  readonly refusedLines: string;
  readonly fresh: string;
  readonly loaded: string;
}

/** The streams every pipeline has, by purpose, as the stack's output `stream_names` gives them. */
export interface PipelineStreams {
  readonly raw: string;
  readonly enriched: string;
  readonly badRows: string;
}

export interface Topology {
  readonly streams: readonly StreamSettings[];
  readonly functions: readonly FunctionSettings[];
  readonly mappings: readonly MappingSettings[];
  readonly deliveryStreams: readonly DeliveryStreamSettings[];
  readonly buckets: readonly string[];
  readonly objects: readonly ObjectSettings[];
  readonly secrets: readonly SecretSettings[];
  /** Those that are no streams. */
  readonly destinations: readonly DestinationSettings[];
  readonly schedules: readonly ScheduleSettings[];
  readonly tables: readonly TableSettings[];
  readonly dynamicTables: readonly DynamicTableSettings[];
  readonly views: readonly ViewSettings[];
  readonly pipes: readonly PipeSettings[];
  readonly pipelineStreams: PipelineStreams;
  readonly alarms: readonly AlarmSettings[];
  /** Of stacks that state some, in the output `objectives`. */
  readonly objectives: Objectives | undefined;
  /** Of stacks with a warehouse. */
  readonly loaderTopics: LoaderTopics | undefined;
}

/** A topology that runs whole on one machine: its event service has all its settings in the stack. */
export interface LocalTopology extends Topology {
  readonly service: ServiceSettings;
  /** Where the stack says that events are sent to: another address than the one on this machine. */
  readonly eventEndpoint: string;
  readonly writeKey: string;
}

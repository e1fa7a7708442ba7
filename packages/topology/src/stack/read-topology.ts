import { dirname, resolve } from "node:path";
import { StackError } from "../errors.ts";
import { Arguments } from "./arguments.ts";
import { modelledKinds } from "../destinations/models.ts";
import { readArguments, refuseUnmodelled } from "./modelled-arguments.ts";
import { createReferenceResolver, type Identity, type ReferenceResolver } from "./reference-resolver.ts";
import type { Resource, TerraformStack } from "./terraform-json.ts";
import type {
  AlarmSettings,
  DeliveryStreamSettings,
  DynamicTableSettings,
  FunctionSettings,
  LoaderTopics,
  Objectives,
  ObjectiveSettings,
  LocalTopology,
  MappingSettings,
  PipelineStreams,
  PipeSettings,
  SecretSettings,
  ServiceSettings,
  StreamSettings,
  TableSettings,
  Topology,
  ViewSettings,
} from "./topology.ts";

/** The output of the local stack that holds the write key in clear; no other environment has it. */
const writeKeyOutput = "local_write_key";

/**
 * Interprets the local stack: its pipeline, and the event service in front of it.
 * @throws StackError naming the resource and argument that is missing, of the wrong type or refers to nothing.
 */
export function readLocalTopology(stack: TerraformStack, identity: Identity): LocalTopology {
  const writeKey = stack.outputs[writeKeyOutput];
  if (typeof writeKey !== "string") {
    throw new StackError(
      `${stack.path} has no output "${writeKeyOutput}"; only the local stack can run on this machine.`,
    );
  }
  const { event_endpoint: eventEndpoint } = stack.outputs;
  return {
    ...readTopology(stack, identity),
    service: readService(new StackReader(stack, identity)),
    eventEndpoint: typeof eventEndpoint === "string" ? eventEndpoint : "",
    writeKey,
  };
}

/**
 * Interprets the pipeline of a synthesized stack, of whatever environment.
 * @throws StackError naming the resource and argument that is missing, of the wrong type or refers to nothing.
 */
export function readTopology(stack: TerraformStack, identity: Identity): Topology {
  const reader = new StackReader(stack, identity);
  return {
    streams: reader.each("aws_kinesis_stream", (args, arn) => readStream(args, arn)),
    functions: readFunctions(reader),
    mappings: reader.each("aws_lambda_event_source_mapping", readMapping).flat(),
    deliveryStreams: reader.each("aws_kinesis_firehose_delivery_stream", readDeliveryStream),
    buckets: reader.each("aws_s3_bucket", (args) => args.string("bucket")),
    objects: reader.each("aws_s3_object", (args) => ({
      bucket: args.string("bucket"),
      key: args.string("key"),
      path: resolve(dirname(stack.path), args.string("source")),
    })),
    secrets: readSecrets(reader),
    destinations: modelledKinds.flatMap(({ kind, resourceType, model }) =>
      reader.each(resourceType, (args, arn) => ({ kind, name: args.string("name"), arn, ...model.readSettings(args) })),
    ),
    schedules: reader.each("aws_scheduler_schedule", (args) => ({
      name: args.string("name"),
      functionName: functionOfArn(args.block("target").string("arn")),
      expression: args.string("schedule_expression"),
    })),
    tables: reader.each("snowflake_table", readTable),
    dynamicTables: reader.each("snowflake_dynamic_table", readDynamicTable),
    views: reader.each("snowflake_view", readView),
    pipes: readPipes(reader),
    pipelineStreams: readPipelineStreams(reader),
    alarms: readAlarms(reader),
    objectives: readObjectives(reader),
    loaderTopics: readLoaderTopics(reader),
  };
}

/** Functions of another team that read streams, as a stack of its own has them. */
export interface StreamReaders {
  readonly functions: readonly FunctionSettings[];
  readonly mappings: readonly MappingSettings[];
}

/**
 * Interprets the functions that read Kinesis streams in a stack of whatever kind. Nothing else in it is looked at. The
 * hash of code is left out: stacks have Terraform compute it.
 * @throws StackError naming the resource and argument that is missing, of the wrong type, not modelled, or refers to
 * nothing.
 */
export function readStreamReaders(stack: TerraformStack, identity: Identity): StreamReaders {
  const resources = stack.resources.map((resource) => ({
    ...resource,
    arguments: { ...resource.arguments, source_code_hash: undefined },
  }));
  const reader = new StackReader({ ...stack, resources }, identity);
  const mappings = reader
    .each("aws_lambda_event_source_mapping", readMapping, (given) => {
      const source = given("event_source_arn");
      return typeof source === "string" && source.includes(":kinesis:");
    })
    .flat();
  const invoked = new Set(mappings.map(({ functionName }) => functionName));
  return { mappings, functions: readFunctions(reader, (given) => invoked.has(String(given("function_name")))) };
}

function readFunctions(reader: StackReader, isWanted?: IsWanted): readonly FunctionSettings[] {
  return reader.each(
    "aws_lambda_function",
    (args, arn, resource) => ({
      ...readFunction(args, arn, reader.folder),
      environment: reader.variables(resource),
    }),
    isWanted,
  );
}

/** True for a resource that is read. @param given resolves an argument of it */
type IsWanted = (given: (argument: string) => unknown) => boolean;

/** Nested arguments that only an apply can fill and that nothing here reads. */
const cloudOnly = new Set([
  "role_arn",
  "kms_key_arn",
  "cloudwatch_logging_options",
  "depends_on",
  "image",
  "service_account_name",
]);

function readPipelineStreams(reader: StackReader): PipelineStreams {
  const names = reader.output("stream_names");
  return { raw: names.string("raw"), enriched: names.string("enriched"), badRows: names.string("bad_rows") };
}

class StackReader {
  readonly #stack: TerraformStack;
  readonly #resolver: ReferenceResolver;

  constructor(stack: TerraformStack, identity: Identity) {
    this.#stack = stack;
    this.#resolver = createReferenceResolver(stack, identity);
  }

  /** Paths of the stack are relative to it. */
  get folder(): string {
    return dirname(this.#stack.path);
  }

  /**
   * @param read gets the arguments and what other resources call this one by: its ARN, a pipe's notification channel.
   */
  each<T>(
    type: string,
    read: (args: Arguments, handle: string, resource: Resource) => T,
    isWanted: IsWanted = () => true,
  ): readonly T[] {
    return this.#stack.resources
      .filter(
        ({ type: own, name, arguments: all }) =>
          own === type && isWanted((argument) => this.#resolver.resolve(all[argument], `${type}.${name}`)),
      )
      .map((resource) => {
        const address = `${type}.${resource.name}`;
        refuseUnmodelled(resource);
        const args = new Arguments(this.#resolver.resolve(relevant(resource), address), address);
        return read(args, this.#handle(type, address), resource);
      });
  }

  /** The variables of a function. Each is resolved when it is read: some are known only after an apply. */
  variables({ type, name, arguments: { environment } }: Resource): Readonly<Record<string, string>> {
    const address = `${type}.${name}`;
    const variables: Record<string, string> = {};
    const given = environment === undefined ? undefined : new Arguments({ environment }, address).block("environment");
    for (const key of given?.names("variables") ?? []) {
      const get = (): string => {
        const value = this.#resolver.resolve(given?.raw("variables", key), `${address}.environment.${key}`);
        if (typeof value === "string") return value;
        throw new StackError(`${address}: Expected variable ${key} to be a string, got ${typeof value}.`);
      };
      Object.defineProperty(variables, key, { enumerable: true, get });
    }
    return variables;
  }

  hasOutput(name: string): boolean {
    return this.#stack.outputs[name] !== undefined;
  }

  output(name: string): Arguments {
    const address = `output.${name}`;
    return new Arguments(this.#resolver.resolve(this.#stack.outputs[name], address), address);
  }

  #handle(type: string, address: string): string {
    const attribute = handleAttributes[type];
    return attribute === undefined ? address : String(this.#resolver.resolve(`\${${address}.${attribute}}`, address));
  }
}

/** The computed attribute by which other resources refer to one of these. */
const handleAttributes: Readonly<Record<string, string>> = {
  aws_kinesis_stream: "arn",
  aws_lambda_function: "arn",
  aws_lambda_event_source_mapping: "uuid",
  aws_secretsmanager_secret: "arn",
  aws_sns_topic: "arn",
  snowflake_pipe: "notification_channel",
  ...Object.fromEntries(modelledKinds.map(({ resourceType }) => [resourceType, "arn"])),
};

function relevant(resource: Resource): unknown {
  const names = readArguments[resource.type] ?? [];
  return prune(
    Object.fromEntries(names.flatMap((name) => (name in resource.arguments ? [[name, resource.arguments[name]]] : []))),
  );
}

function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => (cloudOnly.has(name) ? [] : [[name, prune(item)]])),
  );
}

function readStream(args: Arguments, arn: string): StreamSettings {
  const mode = args.optionalBlock("stream_mode_details")?.string("stream_mode") ?? "PROVISIONED";
  if (mode !== "PROVISIONED" && mode !== "ON_DEMAND")
    throw new StackError(`${arn}: stream_mode "${mode}" is not a mode of Kinesis.`);
  const maxRecordKib = args.number("max_record_size_in_kib", 0);
  return {
    name: args.string("name"),
    arn,
    mode,
    shardCount: mode === "PROVISIONED" ? args.number("shard_count") : undefined,
    retentionHours: args.number("retention_period", 24),
    maxRecordBytes: maxRecordKib === 0 ? undefined : maxRecordKib * 1024,
  };
}

/** Of Lambda: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const DEFAULT_MEMORY_MB = 128;
const DEFAULT_TIMEOUT_SECONDS = 3;
/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
const DEFAULT_BATCH_SIZE = 100;

function readFunction(args: Arguments, arn: string, stackFolder: string): Omit<FunctionSettings, "environment"> {
  return {
    name: args.string("function_name"),
    arn,
    code: { zipFile: resolve(stackFolder, args.string("filename")) },
    codeHash: args.optionalString("source_code_hash"),
    handler: args.string("handler"),
    runtime: args.string("runtime"),
    memoryMb: args.number("memory_size", DEFAULT_MEMORY_MB),
    timeoutMs: args.number("timeout", DEFAULT_TIMEOUT_SECONDS) * 1000,
  };
}

/** @returns nothing for a disabled mapping: it reads no stream and invokes no function. */
function readMapping(args: Arguments, uuid: string): readonly MappingSettings[] {
  if (!args.boolean("enabled", true)) return [];
  const position = args.string("starting_position");
  if (position !== "TRIM_HORIZON" && position !== "LATEST") {
    throw new StackError(
      `Event source mapping: starting_position "${position}" does not run on this machine; use TRIM_HORIZON or LATEST.`,
    );
  }
  const destination = args.optionalBlock("destination_config")?.optionalBlock("on_failure")?.string("destination_arn");
  return [
    {
      uuid,
      streamArn: args.string("event_source_arn"),
      functionName: functionOfArn(args.string("function_name")),
      batchSize: args.number("batch_size", DEFAULT_BATCH_SIZE),
      maximumBatchingWindowInSeconds: args.number("maximum_batching_window_in_seconds", 0),
      parallelizationFactor: args.number("parallelization_factor", 1),
      maximumRetryAttempts: args.number("maximum_retry_attempts", -1),
      maximumRecordAgeInSeconds: args.number("maximum_record_age_in_seconds", -1),
      bisectBatchOnFunctionError: args.boolean("bisect_batch_on_function_error", false),
      functionResponseTypes: args.strings("function_response_types"),
      startingPosition: position,
      onFailureBucket: destination === undefined ? undefined : bucketOfArn(destination),
    },
  ];
}

/** A mapping calls a function or one of its aliases; on this machine every alias runs the one version there is. */
function functionOfArn(nameOrArn: string): string {
  const name = /^(?:arn:aws:lambda:[^:]*:[^:]*:function:)?([\w-]+)(?::[\w$-]+)?$/.exec(nameOrArn)?.[1];
  if (name === undefined) throw new StackError(`"${nameOrArn}" is neither a Lambda function nor an alias of one.`);
  return name;
}

function bucketOfArn(arn: string): string {
  const [bucket = ""] = arn.replace(/^arn:aws:s3:::/, "").split("/");
  if (bucket === "" || bucket.includes(":")) throw new StackError(`"${arn}" is not the ARN of an S3 bucket.`);
  return bucket;
}

function readDeliveryStream(args: Arguments): DeliveryStreamSettings {
  const s3 = args.block("extended_s3_configuration");
  const compression = s3.optionalString("compression_format") ?? "UNCOMPRESSED";
  if (compression !== "GZIP" && compression !== "UNCOMPRESSED") {
    throw new StackError(
      `${args.string("name")}: compression_format "${compression}" does not run on this machine; use GZIP.`,
    );
  }
  return {
    name: args.string("name"),
    sourceStreamArn: args.block("kinesis_source_configuration").string("kinesis_stream_arn"),
    bucket: bucketOfArn(s3.string("bucket_arn")),
    prefix: s3.optionalString("prefix") ?? "",
    errorOutputPrefix: s3.optionalString("error_output_prefix") ?? "",
    bufferingSizeMb: s3.number("buffering_size"),
    bufferingIntervalSeconds: s3.number("buffering_interval"),
    compressionFormat: compression,
    fileExtension: s3.optionalString("file_extension") ?? "",
  };
}

function readTable(args: Arguments): TableSettings {
  return {
    name: args.string("name"),
    columns: args.blocks("column").map((column) => ({
      name: column.string("name"),
      type: column.string("type"),
      nullable: column.boolean("nullable", true),
    })),
  };
}

function readDynamicTable(args: Arguments): DynamicTableSettings {
  return { name: args.string("name"), query: args.string("query") };
}

function readView(args: Arguments): ViewSettings {
  return { name: args.string("name"), statement: args.string("statement") };
}

const stageReference = /@(?:"?[\w$]+"?\.)*"?([\w$]+)"?(?:\/([^\s)]*))?/;

function readPipes(reader: StackReader): readonly PipeSettings[] {
  const stageUrls = new Map(
    reader.each("snowflake_stage", (args) => [args.string("name"), args.string("url")] as const),
  );
  const notifications = readNotifications(reader);
  return reader.each("snowflake_pipe", (args, channel) => {
    const name = args.string("name");
    const copyStatement = args.string("copy_statement");
    const [, stage = "", path = ""] = stageReference.exec(copyStatement) ?? [];
    const url = stageUrls.get(stage);
    if (url === undefined)
      throw new StackError(`Pipe ${name} reads from stage "${stage}", which the stack does not define.`);
    const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
    const notifiedPrefixes = notifications
      .filter((notification) => notification.channel === channel && notification.bucket === bucket)
      .map((notification) => notification.prefix);
    return { name, bucket, prefix: `${prefix}${path}`, notifiedPrefixes, copyStatement };
  });
}

interface Notification {
  readonly bucket: string;
  readonly prefix: string;
  readonly channel: string;
}

function readNotifications(reader: StackReader): readonly Notification[] {
  return reader
    .each("aws_s3_bucket_notification", (args) =>
      args.blocks("queue").map((queue) => ({
        bucket: args.string("bucket"),
        prefix: queue.optionalString("filter_prefix") ?? "",
        channel: queue.string("queue_arn"),
      })),
    )
    .flat();
}

function readSecrets(reader: StackReader): readonly SecretSettings[] {
  const texts = new Map(
    reader.each(
      "aws_secretsmanager_secret_version",
      (args) => [args.string("secret_id"), args.string("secret_string")] as const,
    ),
  );
  return reader.each("aws_secretsmanager_secret", (args, arn) => {
    const name = args.string("name");
    const text = texts.get(arn);
    if (text === undefined) throw new StackError(`The stack gives the secret ${name} no value.`);
    return { name, arn, text };
  });
}

function readAlarms(reader: StackReader): readonly AlarmSettings[] {
  const tickets = reader
    .each("aws_sns_topic", (_args, arn, { name }) => ({ arn, name }))
    .filter(({ name }) => name === ticketTopic);
  return reader.each("aws_cloudwatch_metric_alarm", (args) => {
    const isTicket = tickets.some(({ arn }) => args.strings("alarm_actions").includes(arn));
    return { ...readAlarm(args), severity: isTicket ? "ticket" : "page" };
  });
}

/** The topic of tickets, as the stack calls it. */
const ticketTopic = "ticket_topic";

/** The result of several metric queries, or the one metric that the alarm names itself. */
function readAlarm(args: Arguments): Omit<AlarmSettings, "severity"> {
  const queries = args.blocks("metric_query");
  const result = queries.find((query) => query.boolean("return_data", false));
  const metrics = Object.fromEntries(
    result === undefined
      ? [["value", readMetric(args, args.optionalString("statistic") ?? args.string("extended_statistic"))]]
      : queries.flatMap((query) =>
          query.blocks("metric").map((metric) => [query.string("id"), readMetric(metric, metric.string("stat"))]),
        ),
  );
  const periods = queries.flatMap((query) => query.blocks("metric")).map((metric) => metric.number("period"));
  const evaluationPeriods = args.number("evaluation_periods");
  return {
    alarmName: args.string("alarm_name"),
    description: args.string("alarm_description"),
    metrics,
    expression: result?.string("expression") ?? "value",
    periodSeconds: periods[0] ?? args.number("period"),
    evaluationPeriods,
    datapointsToAlarm: args.number("datapoints_to_alarm", evaluationPeriods),
    threshold: args.number("threshold"),
    // The alarm itself refuses any other word.
    comparisonOperator: args.string("comparison_operator") as AlarmSettings["comparisonOperator"],
    treatMissingData: args.string("treat_missing_data") as AlarmSettings["treatMissingData"],
  };
}

function readMetric(args: Arguments, statistic: string): AlarmSettings["metrics"][string] {
  return {
    namespace: args.string("namespace"),
    metricName: args.string("metric_name"),
    dimensions: args.stringMap("dimensions"),
    statistic: statistic as AlarmSettings["metrics"][string]["statistic"],
  };
}

/** As the stack's output describes them. */
function readObjectives(reader: StackReader): Objectives | undefined {
  if (!reader.hasOutput("objectives")) return undefined;
  const output = reader.output("objectives");
  const all = output.blocks("objectives").map((args): ObjectiveSettings => {
    const metrics = args.block("metrics");
    const ids = args.names("metrics");
    return {
      id: args.string("id"),
      title: args.string("title"),
      unit: args.string("unit"),
      alarms: args.strings("alarms"),
      runbook: args.string("runbook"),
      indicator: {
        alarmName: args.string("id"),
        description: args.string("title"),
        metrics: Object.fromEntries(
          ids.map((id) => [id, readMetric(metrics.block(id), metrics.block(id).string("stat"))]),
        ),
        expression: args.string("expression"),
        periodSeconds: output.number("period_seconds"),
        evaluationPeriods: 1,
        datapointsToAlarm: 1,
        threshold: args.number("bad_above"),
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
      },
    };
  });
  return { goal: output.number("goal"), windowDays: output.number("window_days"), all };
}

function readLoaderTopics(reader: StackReader): LoaderTopics | undefined {
  const names = new Map(
    reader.each("aws_sns_topic", (args, _handle, { name }) => [name, args.string("name")] as const),
  );
  const [refusedLines, fresh, loaded] = ["refused_lines", "loader_fresh", "rows_loaded"].map((id) =>
    names.get(`warehouse_loader_${id}_topic`),
  );
  if (refusedLines === undefined || fresh === undefined || loaded === undefined) return undefined;
  return { refusedLines, fresh, loaded };
}

function readService(reader: StackReader): ServiceSettings {
  const services = reader.each("kubernetes_deployment_v1", (args) => {
    const name = args.block("metadata").string("name");
    const container = args.block("spec").block("template").block("spec").block("container");
    const environment = Object.fromEntries(
      container.blocks("env").map((variable) => [variable.string("name"), variable.string("value")]),
    );
    const containerName = container.string("name");
    return { name, containerName, containerPort: container.block("port").number("container_port"), environment };
  });
  const [service, ...others] = services;
  if (service === undefined || others.length > 0) {
    throw new StackError(`Expected one Deployment, the event service; the stack has ${services.length}.`);
  }
  return service;
}

import type { KinesisRecord, SubscribeToShardInput } from "./api.ts";
import { KinesisError, serializationError } from "./errors.ts";
import type { Kinesis } from "./kinesis.ts";
import { decodedLength, StoredRecord } from "./stored-record.ts";

/** Types of the members a request may have; `blob` is bytes or base64 text, `timestamp` a date or epoch seconds. */
type MemberType =
  | "string"
  | "integer"
  | "boolean"
  | "timestamp"
  | "blob"
  | "stringMap"
  | "stringList"
  | { readonly structure: Shape }
  | { readonly list: Shape };

type Shape = Readonly<Record<string, MemberType>>;

const stream: Shape = { StreamName: "string", StreamARN: "string", StreamId: "string" };
const streamModeDetails = { structure: { StreamMode: "string" } } as const;
const entry: Shape = { Data: "blob", PartitionKey: "string", ExplicitHashKey: "string" };
const consumer: Shape = { StreamARN: "string", StreamId: "string", ConsumerName: "string", ConsumerARN: "string" };
const encryption: Shape = { ...stream, EncryptionType: "string", KeyId: "string" };
const monitoring: Shape = { ...stream, ShardLevelMetrics: "stringList" };
const resource: Shape = { ResourceARN: "string", StreamId: "string" };
const retention: Shape = { ...stream, RetentionPeriodHours: "integer" };

interface Operation {
  readonly shape: Shape;
  /** The input has been checked against `shape`, so it has the type the method declares. */
  readonly run: (kinesis: Kinesis, input: never) => object | undefined;
}

/** The methods of the model that are operations of the API. */
type OperationMethod = {
  [Name in keyof Kinesis]: Kinesis[Name] extends (input: never) => unknown ? Name : never;
}[keyof Kinesis];

function operation(method: OperationMethod, shape: Shape): Operation {
  return { shape, run: (kinesis, input) => kinesis[method](input) as object | undefined };
}

/** Every operation the model answers, by its name in the API. */
export const operations: Readonly<Record<string, Operation>> = {
  AddTagsToStream: operation("addTagsToStream", { ...stream, Tags: "stringMap" }),
  CreateStream: operation("requestStream", {
    StreamName: "string",
    ShardCount: "integer",
    StreamModeDetails: streamModeDetails,
    Tags: "stringMap",
    MaxRecordSizeInKiB: "integer",
  }),
  DecreaseStreamRetentionPeriod: operation("decreaseStreamRetentionPeriod", retention),
  DeleteResourcePolicy: operation("deleteResourcePolicy", resource),
  DeleteStream: operation("deleteStream", { ...stream, EnforceConsumerDeletion: "boolean" }),
  DeregisterStreamConsumer: operation("deregisterStreamConsumer", consumer),
  DescribeLimits: operation("describeLimits", {}),
  DescribeStream: operation("describeStream", { ...stream, Limit: "integer", ExclusiveStartShardId: "string" }),
  DescribeStreamConsumer: operation("describeStreamConsumer", consumer),
  DescribeStreamSummary: operation("describeStreamSummary", stream),
  DisableEnhancedMonitoring: operation("disableEnhancedMonitoring", monitoring),
  EnableEnhancedMonitoring: operation("enableEnhancedMonitoring", monitoring),
  GetRecords: operation("getRecords", {
    ShardIterator: "string",
    Limit: "integer",
    StreamARN: "string",
    DryRun: "boolean",
  }),
  GetResourcePolicy: operation("getResourcePolicy", resource),
  GetShardIterator: operation("getShardIterator", {
    ...stream,
    ShardId: "string",
    ShardIteratorType: "string",
    StartingSequenceNumber: "string",
    Timestamp: "timestamp",
    DryRun: "boolean",
  }),
  IncreaseStreamRetentionPeriod: operation("increaseStreamRetentionPeriod", retention),
  ListShards: operation("listShards", {
    ...stream,
    NextToken: "string",
    ExclusiveStartShardId: "string",
    MaxResults: "integer",
    StreamCreationTimestamp: "timestamp",
    ShardFilter: { structure: { Type: "string", ShardId: "string", Timestamp: "timestamp" } },
  }),
  ListStreamConsumers: operation("listStreamConsumers", {
    StreamARN: "string",
    StreamId: "string",
    NextToken: "string",
    MaxResults: "integer",
    StreamCreationTimestamp: "timestamp",
  }),
  ListStreams: operation("listStreams", {
    Limit: "integer",
    ExclusiveStartStreamName: "string",
    NextToken: "string",
  }),
  ListTagsForResource: operation("listTagsForResource", resource),
  ListTagsForStream: operation("listTagsForStream", {
    ...stream,
    ExclusiveStartTagKey: "string",
    Limit: "integer",
  }),
  MergeShards: operation("mergeShards", { ...stream, ShardToMerge: "string", AdjacentShardToMerge: "string" }),
  PutRecord: operation("putRecord", { ...stream, ...entry, SequenceNumberForOrdering: "string", DryRun: "boolean" }),
  PutRecords: operation("putRecords", { ...stream, Records: { list: entry }, DryRun: "boolean" }),
  PutResourcePolicy: operation("putResourcePolicy", { ...resource, Policy: "string" }),
  RegisterStreamConsumer: operation("registerStreamConsumer", { ...consumer, Tags: "stringMap" }),
  RemoveTagsFromStream: operation("removeTagsFromStream", { ...stream, TagKeys: "stringList" }),
  SplitShard: operation("splitShard", { ...stream, ShardToSplit: "string", NewStartingHashKey: "string" }),
  StartStreamEncryption: operation("startStreamEncryption", encryption),
  StopStreamEncryption: operation("stopStreamEncryption", encryption),
  TagResource: operation("tagResource", { ...resource, Tags: "stringMap" }),
  UntagResource: operation("untagResource", { ...resource, TagKeys: "stringList" }),
  UpdateMaxRecordSize: operation("updateMaxRecordSize", { StreamARN: "string", MaxRecordSizeInKiB: "integer" }),
  UpdateShardCount: operation("updateShardCount", {
    ...stream,
    TargetShardCount: "integer",
    ScalingType: "string",
  }),
  UpdateStreamMode: operation("updateStreamMode", { StreamARN: "string", StreamModeDetails: streamModeDetails }),
};

/** True if an operation changes anything, so that its answer has to wait until the change is stored. */
export function isWriting(name: string): boolean {
  return !/^(?:Get|List|Describe)/.test(name);
}

/**
 * Runs an operation by name.
 * @param input members of another type than the API's are refused with SerializationException; unknown members are
 * ignored, as AWS does.
 * @throws KinesisError
 */
export function execute(kinesis: Kinesis, name: string, input: unknown): object | undefined {
  const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (found === undefined) {
    throw new KinesisError("UnknownOperationException", `The simulator has no operation ${name}.`);
  }
  const checked = checkStructure(input, found.shape);
  if ("DryRun" in checked && checked.DryRun === true) {
    throw new KinesisError(
      "DryRunOperationException",
      "The request was rejected because the DryRun parameter was specified.",
    );
  }
  return found.run(kinesis, checked as never);
}

/** The name of the one operation whose answer goes on: only {@link readSubscription} takes its request. */
export const subscribeToShard = "SubscribeToShard";

const subscription: Shape = {
  ConsumerARN: "string",
  StreamId: "string",
  ShardId: "string",
  StartingPosition: { structure: { Type: "string", SequenceNumber: "string", Timestamp: "timestamp" } },
};

/** Reads the request of SubscribeToShard. @throws KinesisError */
export function readSubscription(input: unknown): SubscribeToShardInput {
  return checkStructure(input, subscription) as SubscribeToShardInput;
}

/** An answer as awsJson1.1 writes it: dates as epoch seconds, bytes as base64. */
export function toWire(output: object | undefined): string {
  if (output === undefined) return "";
  if ("Records" in output && "MillisBehindLatest" in output) return getRecordsToWire(output);
  // The replacer is asked for every member, and nothing in this answer is a date.
  if ("FailedRecordCount" in output) return JSON.stringify(output);
  return JSON.stringify(output, function (this: Record<string, unknown>, key, value: unknown) {
    const original = this[key];
    return original instanceof Date ? original.getTime() / 1000 : value;
  });
}

function getRecordsToWire(output: object): string {
  const { Records: records, ...rest } = output as { Records: readonly KinesisRecord[] };
  const written = records.map((record) => (record instanceof StoredRecord ? record.toWire() : "")).join(",");
  return `${JSON.stringify(rest).slice(0, -1)},"Records":[${written}]}`;
}

/** An answer of plain objects, dates and bytes. */
export function toPlain(output: object): object {
  if (!("Records" in output) || !("MillisBehindLatest" in output)) return output;
  const { Records: records, ...rest } = output as { Records: readonly KinesisRecord[] };
  return {
    ...rest,
    Records: records.map(({ SequenceNumber, ApproximateArrivalTimestamp, Data, PartitionKey }) => ({
      SequenceNumber,
      ApproximateArrivalTimestamp,
      Data,
      PartitionKey,
    })),
  };
}

/**
 * The value itself where its members are already what they should be; a copy where one had to be converted or left out.
 */
function checkStructure(value: unknown, shape: Shape): object {
  if (typeof value !== "object" || value === null) throw serializationError("Expected a structure.");
  if (Array.isArray(value)) throw serializationError("Start of list found where not expected");
  const source = value as Record<string, unknown>;
  let changed: Record<string, unknown> | undefined;
  for (const name in shape) {
    const type = shape[name];
    const member = source[name];
    if (member === undefined || type === undefined || (type === "string" && typeof member === "string")) continue;
    const checked = member === null ? undefined : checkMember(member, type);
    if (checked === member) continue;
    changed ??= { ...source };
    changed[name] = checked;
  }
  return changed ?? source;
}

function checkMember(value: unknown, type: MemberType): unknown {
  if (typeof type === "object") {
    if ("structure" in type) return checkStructure(value, type.structure);
    return checkList(value, type.list);
  }
  switch (type) {
    case "string":
      if (typeof value === "string") return value;
      throw cannotConvert(value, "an String");
    case "integer":
      if (typeof value === "number") return Math.trunc(value);
      throw cannotConvert(value, "an Integer");
    case "boolean":
      if (typeof value === "boolean") return value;
      throw cannotConvert(value, "an Boolean");
    case "timestamp":
      if (value instanceof Date) return value;
      if (typeof value === "number") return new Date(Math.round(value * 1000));
      throw cannotConvert(value, "milliseconds since epoch");
    case "blob":
      return checkBlob(value);
    case "stringMap":
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw serializationError("Expected map or null");
      }
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, checkMember(member, "string")]));
    case "stringList":
      if (!Array.isArray(value)) throw serializationError("Expected list or null");
      return value.map((member) => checkMember(member, "string"));
  }
}

function checkList(value: unknown, shape: Shape): readonly object[] {
  if (!Array.isArray(value)) throw serializationError("Expected list or null");
  const members = value as readonly unknown[];
  let changed: object[] | undefined;
  for (const [index, member] of members.entries()) {
    const checked = checkStructure(member, shape);
    if (checked === member) continue;
    changed ??= [...(members as readonly object[])];
    changed[index] = checked;
  }
  return changed ?? (members as readonly object[]);
}

/**
 * Decodes to check: many times as fast as a regular expression. It skips foreign characters, and also takes `-` and
 * `_`.
 */
function isBase64(text: string): boolean {
  const { byteLength } = Buffer.from(text, "base64");
  return byteLength === decodedLength(text) && !text.includes("-") && !text.includes("_");
}

function checkBlob(value: unknown): Uint8Array | string {
  if (typeof value === "string") {
    if (value.length % 4 !== 0) {
      throw serializationError(
        `'${excerpt(value)}' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: ${value.length}`,
      );
    }
    if (isBase64(value)) return value;
    throw serializationError(`'${excerpt(value)}' can not be converted to a Blob: Invalid Base64 character`);
  }
  if (value instanceof Uint8Array) return value;
  // Bytes of another realm (jest runs tests in one) are not instances of this one's class.
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw cannotConvert(value, "a Blob");
}

function cannotConvert(value: unknown, target: string): KinesisError {
  if (Array.isArray(value)) return serializationError("Start of list found where not expected");
  switch (typeof value) {
    case "boolean":
      return serializationError(`class java.lang.Boolean can not be converted to ${target}`);
    case "number":
      return serializationError(
        `class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to ${target}`,
      );
    case "string":
      return serializationError(`class java.lang.String can not be converted to ${target}`);
    default:
      return serializationError("Start of structure or map found where not expected.");
  }
}

function excerpt(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 64)}…`;
}

import type { Account } from "./account.ts";
import type {
  AddTagsToStreamInput,
  CreateStreamInput,
  DeleteStreamInput,
  DescribeLimitsOutput,
  DescribeStreamInput,
  DescribeStreamOutput,
  DescribeStreamSummaryOutput,
  ListStreamsInput,
  ListStreamsOutput,
  ListTagsForStreamInput,
  ListTagsForStreamOutput,
  RemoveTagsFromStreamInput,
  RetentionPeriodInput,
  StreamReference,
  UpdateMaxRecordSizeInput,
  UpdateStreamModeInput,
} from "./api.ts";
import { inUse, invalidArgument, limitExceeded, validationError } from "./errors.ts";
import * as limits from "./limits.ts";
import { countWithinDay, type StreamState } from "./stream.ts";
import { addTags } from "./resource-operations.ts";
import { checkTags, RequestValidation } from "./validation.ts";

export const streamModes = ["PROVISIONED", "ON_DEMAND"] as const;

export function createStream(account: Account, input: CreateStreamInput): void {
  const mode = input.StreamModeDetails?.StreamMode ?? "PROVISIONED";
  const check = new RequestValidation();
  check.required("streamName", input.StreamName);
  check.name("streamName", input.StreamName);
  check.number("shardCount", input.ShardCount, { min: 1 });
  check.oneOf("streamModeDetails.streamMode", mode, streamModes);
  check.number("maxRecordSizeInKiB", input.MaxRecordSizeInKiB, {
    min: limits.MIN_RECORD_KIB_LIMIT,
    max: limits.MAX_RECORD_KIB_LIMIT,
  });
  check.finish();
  if (mode === "PROVISIONED" && input.ShardCount === undefined) {
    throw validationError("ShardCount must be specified when StreamMode is PROVISIONED.");
  }
  if (mode === "ON_DEMAND" && input.ShardCount !== undefined) {
    throw validationError("ShardCount must not be specified when StreamMode is ON_DEMAND.");
  }
  account.limitCalls("CreateStream");
  const stream = account.addStream(input.StreamName ?? "", {
    shardCount: input.ShardCount ?? limits.ON_DEMAND_INITIAL_SHARDS,
    mode,
    retentionHours: limits.retentionHours.min,
    maxRecordBytes:
      input.MaxRecordSizeInKiB === undefined ? limits.defaultMaxRecordBytes : input.MaxRecordSizeInKiB * limits.KIB,
    tags: input.Tags ?? {},
  });
  account.afterStatusDelay(() => {
    stream.status = "ACTIVE";
  });
}

export function deleteStream(account: Account, input: DeleteStreamInput): void {
  const stream = account.stream(input);
  account.limitCalls("DeleteStream");
  if (stream.consumers.size > 0 && input.EnforceConsumerDeletion !== true) {
    throw inUse(
      `Stream ${stream.streamName} under account ${account.accountId} has enhanced fan-out consumers. Deregister them, or set EnforceConsumerDeletion.`,
    );
  }
  stream.status = "DELETING";
  account.trace?.record("kinesis.deleteStream", { stream: stream.streamName });
  account.afterStatusDelay(() => {
    if (account.streams.get(stream.streamName) === stream) {
      account.streams.delete(stream.streamName);
      stream.delete();
    }
  });
}

export function listStreams(account: Account, input: ListStreamsInput = {}): ListStreamsOutput {
  const check = new RequestValidation();
  check.number("limit", input.Limit, { min: 1, max: limits.listStreamsPage.max });
  check.name("exclusiveStartStreamName", input.ExclusiveStartStreamName);
  check.finish();
  account.limitCalls("ListStreams");
  const after = input.NextToken ?? input.ExclusiveStartStreamName ?? "";
  const limit = input.Limit ?? limits.listStreamsPage.default;
  const rest = [...account.streams.values()]
    .filter((stream) => stream.streamName > after)
    .sort((a, b) => (a.streamName < b.streamName ? -1 : 1));
  const page = rest.slice(0, limit);
  const hasMore = rest.length > page.length;
  const last = page.at(-1);
  return {
    StreamNames: page.map((stream) => stream.streamName),
    HasMoreStreams: hasMore,
    ...(hasMore && last !== undefined ? { NextToken: last.streamName } : {}),
    StreamSummaries: page.map((stream) => ({
      StreamName: stream.streamName,
      StreamARN: stream.streamArn,
      StreamStatus: stream.status,
      StreamModeDetails: { StreamMode: stream.mode },
      StreamCreationTimestamp: new Date(stream.createdMs),
    })),
  };
}

export function describeStream(account: Account, input: DescribeStreamInput): DescribeStreamOutput {
  const check = new RequestValidation();
  check.number("limit", input.Limit, { min: 1, max: limits.describeStreamPage.max });
  check.name("exclusiveStartShardId", input.ExclusiveStartShardId);
  check.finish();
  const stream = account.stream(input);
  account.limitCalls("DescribeStream");
  const after = input.ExclusiveStartShardId ?? "";
  const limit = Math.min(input.Limit ?? limits.describeStreamPage.default, limits.describeStreamPage.default);
  const rest =
    stream.status === "CREATING" ? [] : stream.shards(account.clock.now()).filter((shard) => shard.id > after);
  return {
    StreamDescription: {
      ...description(account, stream),
      Shards: rest.slice(0, limit).map((shard) => shard.describe()),
      HasMoreShards: rest.length > limit,
    },
  };
}

export function describeStreamSummary(account: Account, input: StreamReference): DescribeStreamSummaryOutput {
  const stream = account.stream(input);
  account.limitCalls("DescribeStreamSummary");
  return {
    StreamDescriptionSummary: {
      ...description(account, stream),
      OpenShardCount: stream.status === "CREATING" ? 0 : stream.openShards.length,
      ConsumerCount: stream.consumers.size,
      MaxRecordSizeInKiB: Math.ceil(stream.maxRecordBytes / limits.KIB),
    },
  };
}

export function describeLimits(account: Account): DescribeLimitsOutput {
  account.limitCalls("DescribeLimits");
  const streams = [...account.streams.values()];
  return {
    ShardLimit: account.shardLimit,
    OpenShardCount: account.openShardCount("PROVISIONED"),
    OnDemandStreamCount: streams.filter((stream) => stream.mode === "ON_DEMAND").length,
    OnDemandStreamCountLimit: limits.ON_DEMAND_STREAM_LIMIT,
  };
}

export function increaseStreamRetentionPeriod(account: Account, input: RetentionPeriodInput): void {
  const [stream, hours] = retention(account, input, "IncreaseStreamRetentionPeriod");
  if (hours < stream.retentionHours) {
    throw invalidArgument(
      `Requested retention period (${hours} hours) for stream ${stream.streamName} can not be shorter than existing retention period (${stream.retentionHours} hours). Use DecreaseRetentionPeriod API.`,
    );
  }
  stream.retentionHours = hours;
  stream.save();
  account.updating(stream);
}

export function decreaseStreamRetentionPeriod(account: Account, input: RetentionPeriodInput): void {
  const [stream, hours] = retention(account, input, "DecreaseStreamRetentionPeriod");
  if (hours > stream.retentionHours) {
    throw invalidArgument(
      `Requested retention period (${hours} hours) for stream ${stream.streamName} can not be longer than existing retention period (${stream.retentionHours} hours). Use IncreaseRetentionPeriod API.`,
    );
  }
  stream.retentionHours = hours;
  stream.save();
  account.updating(stream);
}

export function updateStreamMode(account: Account, input: UpdateStreamModeInput): void {
  const mode = input.StreamModeDetails?.StreamMode;
  const check = new RequestValidation();
  check.required("streamARN", input.StreamARN);
  check.required("streamModeDetails.streamMode", mode);
  check.oneOf("streamModeDetails.streamMode", mode, streamModes);
  check.finish();
  const stream = account.activeStream({ StreamARN: input.StreamARN });
  account.limitCalls("UpdateStreamMode");
  const now = account.clock.now();
  if (countWithinDay(stream.modeSwitchesMs, now) >= limits.MODE_SWITCHES_PER_DAY) {
    throw limitExceeded(
      `Stream ${stream.streamName} under account ${account.accountId} can switch between capacity modes at most ${limits.MODE_SWITCHES_PER_DAY} times within 24 hours.`,
    );
  }
  stream.modeSwitchesMs.push(now);
  if (mode !== undefined) stream.mode = mode;
  stream.save();
  account.trace?.record("kinesis.updateStreamMode", { stream: stream.streamName, mode });
  account.updating(stream);
}

export function updateMaxRecordSize(account: Account, input: UpdateMaxRecordSizeInput): void {
  const check = new RequestValidation();
  check.required("maxRecordSizeInKiB", input.MaxRecordSizeInKiB);
  check.number("maxRecordSizeInKiB", input.MaxRecordSizeInKiB, {
    min: limits.MIN_RECORD_KIB_LIMIT,
    max: limits.MAX_RECORD_KIB_LIMIT,
  });
  check.finish();
  const stream = account.activeStream({ StreamARN: input.StreamARN });
  account.limitCalls("UpdateMaxRecordSize");
  stream.setMaxRecordBytes((input.MaxRecordSizeInKiB ?? 0) * limits.KIB, account.clock.now());
  stream.save();
  account.updating(stream);
}

export function addTagsToStream(account: Account, input: AddTagsToStreamInput): void {
  const check = new RequestValidation();
  check.required("tags", input.Tags);
  checkTags(check, input.Tags);
  check.finish();
  const stream = account.stream(input);
  account.limitCalls("AddTagsToStream");
  addTags(stream.tags, input.Tags ?? {}, stream.streamName, account);
  stream.save();
}

export function removeTagsFromStream(account: Account, input: RemoveTagsFromStreamInput): void {
  const check = new RequestValidation();
  check.required("tagKeys", input.TagKeys);
  check.finish();
  const stream = account.stream(input);
  account.limitCalls("RemoveTagsFromStream");
  for (const key of input.TagKeys ?? []) stream.tags.delete(key);
  stream.save();
}

export function listTagsForStream(account: Account, input: ListTagsForStreamInput): ListTagsForStreamOutput {
  const check = new RequestValidation();
  check.number("limit", input.Limit, { min: 1, max: limits.listTagsPage.max });
  check.finish();
  const stream = account.stream(input);
  account.limitCalls("ListTagsForStream");
  const after = input.ExclusiveStartTagKey ?? "";
  const rest = [...stream.tags].filter(([key]) => key > after).sort(([a], [b]) => (a < b ? -1 : 1));
  const page = rest.slice(0, input.Limit ?? limits.listTagsPage.default);
  return {
    Tags: page.map(([Key, Value]) => ({ Key, Value })),
    HasMoreTags: rest.length > page.length,
  };
}

function retention(account: Account, input: RetentionPeriodInput, operation: string): [StreamState, number] {
  const check = new RequestValidation();
  check.required("retentionPeriodHours", input.RetentionPeriodHours);
  check.finish();
  const stream = account.activeStream(input);
  account.limitCalls(operation, stream.streamName);
  const hours = input.RetentionPeriodHours ?? 0;
  if (hours < limits.retentionHours.min) {
    throw invalidArgument(
      `Minimum allowed retention period is ${limits.retentionHours.min} hours. Requested retention period (${hours} hours) is too short.`,
    );
  }
  if (hours > limits.retentionHours.max) {
    throw invalidArgument(
      `Maximum allowed retention period is ${limits.retentionHours.max} hours. Requested retention period (${hours} hours) is too long.`,
    );
  }
  return [stream, hours];
}

function description(account: Account, stream: StreamState) {
  return {
    StreamName: stream.streamName,
    StreamARN: stream.streamArn,
    StreamStatus: stream.status,
    StreamModeDetails: { StreamMode: stream.mode },
    RetentionPeriodHours: stream.retentionHours,
    StreamCreationTimestamp: new Date(stream.createdMs),
    EnhancedMonitoring: [{ ShardLevelMetrics: [...stream.shardLevelMetrics] }],
    EncryptionType: stream.encryptionType,
    ...(stream.kmsKeyId === undefined ? {} : { KeyId: stream.kmsKeyId }),
  };
}

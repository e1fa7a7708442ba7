/** Operations on a stream or a consumer by its ARN, and the settings of a stream that change no record. */
import type { Account } from "./account.ts";
import type {
  EncryptionInput,
  EnhancedMonitoringInput,
  EnhancedMonitoringOutput,
  MetricsName,
  ListTagsForResourceOutput,
  ResourcePolicyInput,
  ResourcePolicyOutput,
  ResourceReference,
  TagResourceInput,
  UntagResourceInput,
} from "./api.ts";
import { findConsumer } from "./consumer-operations.ts";
import { invalidArgument, notFound } from "./errors.ts";
import * as limits from "./limits.ts";
import type { StreamState } from "./stream.ts";
import type { StreamConsumer } from "./stream-consumers.ts";
import { checkTags, RequestValidation } from "./validation.ts";

const shardMetrics: readonly MetricsName[] = [
  "IncomingBytes",
  "IncomingRecords",
  "OutgoingBytes",
  "OutgoingRecords",
  "WriteProvisionedThroughputExceeded",
  "ReadProvisionedThroughputExceeded",
  "IteratorAgeMilliseconds",
];

export function listTagsForResource(account: Account, input: ResourceReference): ListTagsForResourceOutput {
  const { tags } = findResource(account, input.ResourceARN);
  account.limitCalls("ListTagsForResource");
  return {
    Tags: [...tags].sort(([a], [b]) => (a < b ? -1 : 1)).map(([Key, Value]) => ({ Key, Value })),
  };
}

export function tagResource(account: Account, input: TagResourceInput): void {
  const check = new RequestValidation();
  check.required("tags", input.Tags);
  checkTags(check, input.Tags);
  check.finish();
  const { stream, tags } = findResource(account, input.ResourceARN);
  account.limitCalls("TagResource");
  addTags(tags, input.Tags ?? {}, input.ResourceARN ?? "", account);
  stream.save();
}

export function untagResource(account: Account, input: UntagResourceInput): void {
  const check = new RequestValidation();
  check.required("tagKeys", input.TagKeys);
  check.finish();
  const { stream, tags } = findResource(account, input.ResourceARN);
  account.limitCalls("UntagResource");
  for (const key of input.TagKeys ?? []) tags.delete(key);
  stream.save();
}

/** @throws InvalidArgumentException when the resource would have more tags than it may */
export function addTags(
  tags: Map<string, string>,
  added: Readonly<Record<string, string>>,
  resource: string,
  account: Account,
): void {
  const names = Object.keys(added).filter((name) => !tags.has(name));
  if (tags.size + names.length > limits.MAX_TAGS_PER_STREAM) {
    throw invalidArgument(
      `Failed to add tags to stream ${resource} under account ${account.accountId} because a given stream cannot have more than ${limits.MAX_TAGS_PER_STREAM} tags associated with it.`,
    );
  }
  for (const [name, value] of Object.entries(added)) tags.set(name, value);
}

export function startStreamEncryption(account: Account, input: EncryptionInput): void {
  const stream = encryptedStream(account, input, "StartStreamEncryption");
  stream.kmsKeyId = input.KeyId;
  stream.save();
  account.updating(stream);
}

export function stopStreamEncryption(account: Account, input: EncryptionInput): void {
  const stream = encryptedStream(account, input, "StopStreamEncryption");
  stream.kmsKeyId = undefined;
  stream.save();
  account.updating(stream);
}

function encryptedStream(account: Account, input: EncryptionInput, operation: string): StreamState {
  const check = new RequestValidation();
  check.required("encryptionType", input.EncryptionType);
  check.oneOf("encryptionType", input.EncryptionType, ["NONE", "KMS"]);
  check.required("keyId", input.KeyId);
  check.text("keyId", input.KeyId, { min: 1, max: 2048 });
  check.finish();
  if (input.EncryptionType !== "KMS") {
    throw invalidArgument(`EncryptionType of ${operation} must be KMS, got ${input.EncryptionType ?? ""}.`);
  }
  const stream = account.activeStream(input);
  account.limitCalls(operation);
  return stream;
}

export function enableEnhancedMonitoring(account: Account, input: EnhancedMonitoringInput): EnhancedMonitoringOutput {
  return changeMonitoring(account, input, "EnableEnhancedMonitoring", (metrics, named) => [
    ...new Set([...metrics, ...named]),
  ]);
}

export function disableEnhancedMonitoring(account: Account, input: EnhancedMonitoringInput): EnhancedMonitoringOutput {
  return changeMonitoring(account, input, "DisableEnhancedMonitoring", (metrics, named) =>
    metrics.filter((metric) => !named.includes(metric)),
  );
}

function changeMonitoring(
  account: Account,
  input: EnhancedMonitoringInput,
  operation: string,
  change: (metrics: readonly MetricsName[], named: readonly MetricsName[]) => MetricsName[],
): EnhancedMonitoringOutput {
  const check = new RequestValidation();
  check.required("shardLevelMetrics", input.ShardLevelMetrics);
  for (const metric of input.ShardLevelMetrics ?? []) {
    check.oneOf("shardLevelMetrics", metric, [...shardMetrics, "ALL"]);
  }
  check.finish();
  const stream = account.activeStream(input);
  account.limitCalls(operation);
  const named = input.ShardLevelMetrics?.includes("ALL") === true ? shardMetrics : (input.ShardLevelMetrics ?? []);
  const before = stream.shardLevelMetrics;
  stream.shardLevelMetrics = change(before, named);
  stream.save();
  return {
    StreamName: stream.streamName,
    StreamARN: stream.streamArn,
    CurrentShardLevelMetrics: [...before],
    DesiredShardLevelMetrics: [...stream.shardLevelMetrics],
  };
}

/** A policy is kept and given back; who may do what is not modelled. */
export function putResourcePolicy(account: Account, input: ResourcePolicyInput): void {
  const check = new RequestValidation();
  check.required("policy", input.Policy);
  check.finish();
  const resource = findResource(account, input.ResourceARN);
  resource.stream.policies.set(resource.arn, input.Policy ?? "");
  resource.stream.save();
}

export function getResourcePolicy(account: Account, input: ResourceReference): ResourcePolicyOutput {
  const resource = findResource(account, input.ResourceARN);
  return { Policy: resource.stream.policies.get(resource.arn) ?? "{}" };
}

export function deleteResourcePolicy(account: Account, input: ResourceReference): void {
  const resource = findResource(account, input.ResourceARN);
  if (!resource.stream.policies.delete(resource.arn)) {
    throw notFound(`No resource policy found for resource ARN ${resource.arn}`);
  }
  resource.stream.save();
}

interface Resource {
  readonly arn: string;
  readonly stream: StreamState;
  readonly consumer?: StreamConsumer;
  readonly tags: Map<string, string>;
}

function findResource(account: Account, arn: string | undefined): Resource {
  const check = new RequestValidation();
  check.required("resourceARN", arn);
  check.finish();
  if (arn?.includes("/consumer/") === true) {
    const [stream, consumer] = findConsumer(account, { ConsumerARN: arn });
    return { arn, stream, consumer, tags: consumer.tags };
  }
  const stream = account.stream({ StreamARN: arn });
  return { arn: stream.streamArn, stream, tags: stream.tags };
}

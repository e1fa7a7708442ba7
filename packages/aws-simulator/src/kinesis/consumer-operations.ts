/** Enhanced fan-out: consumers registered with a stream, and their subscriptions to its shards. */
import type { Account } from "./account.ts";
import type {
  ConsumerReference,
  DescribeStreamConsumerOutput,
  ListStreamConsumersInput,
  ListStreamConsumersOutput,
  RegisterStreamConsumerInput,
  RegisterStreamConsumerOutput,
  SubscribeToShardInput,
} from "./api.ts";
import { inUse, invalidArgument, limitExceeded, notFound } from "./errors.ts";
import * as limits from "./limits.ts";
import { iteratorTypes, startingPosition } from "./read-operations.ts";
import type { StreamState } from "./stream.ts";
import { StreamConsumer } from "./stream-consumers.ts";
import { ShardSubscription } from "./subscription.ts";
import { checkTags, RequestValidation } from "./validation.ts";

const consumerArnPattern =
  "^(arn):aws.*:kinesis:.*:\\d{12}:.*stream\\/[a-zA-Z0-9_.-]+\\/consumer\\/[a-zA-Z0-9_.-]+:[0-9]+";

export function registerStreamConsumer(
  account: Account,
  input: RegisterStreamConsumerInput,
): RegisterStreamConsumerOutput {
  const name = input.ConsumerName;
  const check = new RequestValidation();
  check.required("streamARN", input.StreamARN);
  check.required("consumerName", name);
  check.name("consumerName", name);
  checkTags(check, input.Tags);
  check.finish();
  const stream = account.activeStream({ StreamARN: input.StreamARN });
  account.limitCalls("RegisterStreamConsumer", stream.streamName);
  if (name === undefined) throw invalidArgument("ConsumerName is required.");
  if (stream.consumers.has(name)) {
    throw inUse(`Consumer ${name} under stream ${stream.streamName} already exists for account ${account.accountId}.`);
  }
  if (stream.consumers.size >= limits.MAX_CONSUMERS_PER_STREAM) {
    throw limitExceeded(
      `Limit exceeded for number of consumers of stream ${stream.streamName} under account ${account.accountId}: at most ${limits.MAX_CONSUMERS_PER_STREAM}.`,
    );
  }
  const creating = [...stream.consumers.values()].filter(({ status }) => status === "CREATING").length;
  if (creating >= limits.MAX_CONSUMERS_CREATING) {
    throw limitExceeded(
      `No more than ${limits.MAX_CONSUMERS_CREATING} consumers may have the status CREATING at once.`,
    );
  }
  const consumer = new StreamConsumer(stream.streamArn, {
    name,
    createdMs: account.clock.now(),
    tags: input.Tags ?? {},
  });
  consumer.status = "CREATING";
  stream.consumers.set(name, consumer);
  stream.save();
  const answer = { Consumer: summaryOf(consumer) };
  account.afterStatusDelay(() => {
    if (consumer.status === "CREATING") consumer.status = "ACTIVE";
  });
  account.trace?.record("kinesis.registerStreamConsumer", { stream: stream.streamName, consumer: name });
  return answer;
}

export function deregisterStreamConsumer(account: Account, input: ConsumerReference): void {
  const [stream, consumer] = findConsumer(account, input);
  account.limitCalls("DeregisterStreamConsumer", stream.streamName);
  consumer.status = "DELETING";
  account.trace?.record("kinesis.deregisterStreamConsumer", { stream: stream.streamName, consumer: consumer.name });
  account.afterStatusDelay(() => {
    stream.consumers.delete(consumer.name);
    stream.save();
  });
}

export function describeStreamConsumer(account: Account, input: ConsumerReference): DescribeStreamConsumerOutput {
  const [stream, consumer] = findConsumer(account, input);
  account.limitCalls("DescribeStreamConsumer", stream.streamName);
  return { ConsumerDescription: { ...summaryOf(consumer), StreamARN: stream.streamArn } };
}

export function listStreamConsumers(account: Account, input: ListStreamConsumersInput): ListStreamConsumersOutput {
  const check = new RequestValidation();
  check.required("streamARN", input.StreamARN);
  check.number("maxResults", input.MaxResults, { min: 1, max: limits.listConsumersPage.max });
  check.finish();
  const stream = account.stream({ StreamARN: input.StreamARN });
  account.limitCalls("ListStreamConsumers", stream.streamName);
  const after = input.NextToken === undefined ? "" : Buffer.from(input.NextToken, "base64").toString("utf8");
  const rest = [...stream.consumers.values()]
    .filter(({ name }) => name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = rest.slice(0, input.MaxResults ?? limits.listConsumersPage.default);
  const last = page.at(-1);
  return {
    Consumers: page.map(summaryOf),
    ...(last !== undefined && rest.length > page.length
      ? { NextToken: Buffer.from(last.name).toString("base64") }
      : {}),
  };
}

/** Begins a subscription, which then has to be asked for what it pushes. */
export function subscribeToShard(account: Account, input: SubscribeToShardInput): ShardSubscription {
  const start = input.StartingPosition;
  const check = new RequestValidation();
  check.required("consumerARN", input.ConsumerARN);
  check.text("consumerARN", input.ConsumerARN, { min: 1, max: 2048, pattern: consumerArnPattern });
  check.required("shardId", input.ShardId);
  check.name("shardId", input.ShardId);
  if (check.required("startingPosition", start)) {
    check.required("startingPosition.type", start?.Type);
    check.oneOf("startingPosition.type", start?.Type, iteratorTypes);
  }
  check.text("startingPosition.sequenceNumber", start?.SequenceNumber, { pattern: "0|([1-9]\\d{0,128})" });
  check.finish();
  const [stream, consumer] = findConsumer(account, { ConsumerARN: input.ConsumerARN });
  if (consumer.status !== "ACTIVE") {
    throw inUse(`Consumer ${consumer.arn} is not ACTIVE, instead in state ${consumer.status}.`);
  }
  const shard = account.shard(stream, input.ShardId ?? "", "Shard {} in stream {} under account {} does not exist");
  const nowMs = account.clock.now();
  const former = consumer.subscriptions.get(shard.id);
  if (former !== undefined && !former.isOver(nowMs) && nowMs - former.startedMs < limits.SUBSCRIPTION_TAKEOVER_MS) {
    throw inUse(`Another active subscription exists for this consumer: ${consumer.arn}`);
  }
  stream.trimExpired(shard, nowMs);
  const request = {
    ShardId: input.ShardId,
    ShardIteratorType: start?.Type,
    StartingSequenceNumber: start?.SequenceNumber,
    Timestamp: start?.Timestamp,
  };
  const subscription = new ShardSubscription({
    stream,
    shard,
    consumer,
    position: startingPosition(account, stream, shard, request, nowMs),
    continuation:
      start?.SequenceNumber ??
      (start?.Type === "TRIM_HORIZON" ? undefined : shard.lastSequenceNumber) ??
      shard.startingSequenceNumber,
    nowMs,
  });
  consumer.subscriptions.set(shard.id, subscription);
  account.trace?.record("kinesis.subscribeToShard", {
    stream: stream.streamName,
    consumer: consumer.name,
    shard: shard.id,
  });
  return subscription;
}

/** The consumer of an ARN, or of a name under a stream. @throws ResourceNotFoundException, InvalidArgumentException */
export function findConsumer(account: Account, reference: ConsumerReference): [StreamState, StreamConsumer] {
  const { ConsumerARN: arn, ConsumerName: name, StreamARN: streamArn } = reference;
  if (arn !== undefined) {
    for (const stream of account.streams.values()) {
      for (const consumer of stream.consumers.values()) if (consumer.arn === arn) return [stream, consumer];
    }
    throw notFound(`Consumer ${arn}, account ${account.accountId} not found.`);
  }
  if (name === undefined || streamArn === undefined) {
    throw invalidArgument("Either ConsumerARN or both ConsumerName and StreamARN must be specified.");
  }
  const stream = account.stream({ StreamARN: streamArn });
  const consumer = stream.consumers.get(name);
  if (consumer === undefined) {
    throw notFound(`Consumer ${name} under stream ${streamArn}, account ${account.accountId} not found.`);
  }
  return [stream, consumer];
}

function summaryOf(consumer: StreamConsumer) {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumer.arn,
    ConsumerStatus: consumer.status,
    ConsumerCreationTimestamp: new Date(consumer.createdMs),
  };
}

import type { Account } from "./account.ts";
import type {
  GetRecordsInput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  ListShardsInput,
  ListShardsOutput,
} from "./api.ts";
import { inUse, invalidArgument, KinesisError, notFound } from "./errors.ts";
import * as limits from "./limits.ts";
import { compareSequenceNumbers, incrementSequenceNumber, parseSequenceNumber } from "./sequence-number.ts";
import { type ShardState, shardIdOf } from "./shard.ts";
import { decodeIterator, encodeIterator } from "./shard-iterator.ts";
import { listShardsPage, selectShards } from "./shard-listing.ts";
import type { StoredRecord } from "./stored-record.ts";
import type { StreamState } from "./stream.ts";
import { RequestValidation } from "./validation.ts";

export const iteratorTypes = [
  "AT_SEQUENCE_NUMBER",
  "AFTER_SEQUENCE_NUMBER",
  "TRIM_HORIZON",
  "LATEST",
  "AT_TIMESTAMP",
] as const;

export function getShardIterator(account: Account, input: GetShardIteratorInput): GetShardIteratorOutput {
  const check = new RequestValidation();
  check.required("shardId", input.ShardId);
  check.name("shardId", input.ShardId);
  check.required("shardIteratorType", input.ShardIteratorType);
  check.oneOf("shardIteratorType", input.ShardIteratorType, iteratorTypes);
  check.text("startingSequenceNumber", input.StartingSequenceNumber, { pattern: "0|([1-9]\\d{0,128})" });
  check.finish();
  const stream = account.stream(input);
  const shard = account.shard(stream, input.ShardId ?? "", "Shard {} in stream {} under account {} does not exist");
  const now = account.clock.now();
  if (!shard.tryReserveIterator(now)) throw account.rateExceeded(shard, stream);
  stream.trimExpired(shard, now);
  return { ShardIterator: iterator(account, stream, shard, startingPosition(account, stream, shard, input, now), now) };
}

export function getRecords(account: Account, input: GetRecordsInput): GetRecordsOutput {
  const check = new RequestValidation();
  check.required("shardIterator", input.ShardIterator);
  check.text("shardIterator", input.ShardIterator, { min: 1, max: 512 });
  check.number("limit", input.Limit, { min: 1, max: limits.MAX_RECORDS_PER_GET });
  check.finish();
  const state = decodeIterator(input.ShardIterator ?? "");
  const now = account.clock.now();
  if (now - state.issuedMs > limits.ITERATOR_LIFETIME_MS) {
    throw new KinesisError(
      "ExpiredIteratorException",
      `Iterator expired. The iterator was created at time ${awsDate(state.issuedMs)} while right now it is ${awsDate(now)} which is further in the future than the tolerated delay of ${limits.ITERATOR_LIFETIME_MS} milliseconds.`,
    );
  }
  const stream = account.streams.get(state.streamName);
  const shard = stream?.createdMs === state.streamCreatedMs ? stream.shardById(state.shardId, now) : undefined;
  if (stream === undefined || shard === undefined) {
    throw notFound(
      `Shard ${state.shardId} in stream ${state.streamName} under account ${account.accountId} does not exist`,
    );
  }
  if (input.StreamARN !== undefined && input.StreamARN !== stream.streamArn) {
    throw invalidArgument(`The StreamARN ${input.StreamARN} does not match the stream of the ShardIterator.`);
  }
  const counters = account.countersOf(stream);
  if (!shard.tryReserveRead(now)) {
    counters.throttledReads += 1;
    throw account.rateExceeded(shard, stream);
  }
  stream.trimExpired(shard, now);
  const limit = Math.min(input.Limit ?? limits.MAX_RECORDS_PER_GET, limits.MAX_RECORDS_PER_GET);
  const read = shard.read(state.position, account.faults?.readLimit(limit) ?? limit, now);
  counters.recordsOut += read.records.length;
  counters.reads += 1;
  const last = read.records.at(-1);
  counters.iteratorAgeMs = last === undefined ? 0 : Math.max(0, now - last.ApproximateArrivalTimestamp.getTime());
  return {
    Records: read.records,
    ...(shard.closedMs !== undefined && read.records.length === 0 && read.remaining === 0 && !shard.hasPending
      ? { MillisBehindLatest: Math.max(0, now - shard.closedMs), ChildShards: stream.childrenOf(shard) }
      : {
          NextShardIterator: iterator(account, stream, shard, read.nextPosition, now),
          MillisBehindLatest: millisBehind(read.records.at(-1), read.remaining, now),
        }),
  };
}

export function listShards(account: Account, input: ListShardsInput): ListShardsOutput {
  const check = new RequestValidation();
  check.number("maxResults", input.MaxResults, { min: 1, max: limits.listShardsPage.max });
  check.name("exclusiveStartShardId", input.ExclusiveStartShardId);
  check.finish();
  const now = account.clock.now();
  const request = listShardsPage(input, now);
  const stream = account.stream(request);
  account.limitCalls("ListShards", stream.streamName);
  if (stream.status === "CREATING") {
    throw inUse(account.notActive(stream));
  }
  return selectShards(stream, request, now);
}

/** The position a reader begins at. @throws InvalidArgumentException */
export function startingPosition(
  account: Account,
  stream: StreamState,
  shard: ShardState,
  input: GetShardIteratorInput,
  now: number,
): string {
  const { ShardIteratorType: type, StartingSequenceNumber: sequenceNumber, Timestamp: timestamp } = input;
  switch (type) {
    case "TRIM_HORIZON":
    case "LATEST":
      if (sequenceNumber !== undefined) {
        throw invalidArgument(
          `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and also a StartingSequenceNumber.`,
        );
      }
      return type === "LATEST" ? shard.latestPosition() : shard.startingSequenceNumber;
    case "AT_TIMESTAMP":
      if (timestamp === undefined) {
        throw invalidArgument(
          "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.",
        );
      }
      if (timestamp.getTime() > now) {
        throw invalidArgument(
          `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${timestamp.getTime()}, currentTimestampInMillis: ${now}`,
        );
      }
      return shard.positionAtTime(timestamp.getTime());
    case "AT_SEQUENCE_NUMBER":
    case "AFTER_SEQUENCE_NUMBER":
      if (sequenceNumber === undefined) {
        throw invalidArgument(
          `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and no StartingSequenceNumber.`,
        );
      }
      checkSequenceNumber(account, stream, shard, sequenceNumber);
      return type === "AT_SEQUENCE_NUMBER" ? sequenceNumber : incrementSequenceNumber(sequenceNumber);
    case undefined:
      throw invalidArgument("ShardIteratorType is required.");
  }
}

function checkSequenceNumber(account: Account, stream: StreamState, shard: ShardState, sequenceNumber: string): void {
  const parsed = parseSequenceNumber(sequenceNumber);
  const used = `StartingSequenceNumber ${sequenceNumber} used in GetShardIterator on shard ${shard.id} in stream ${stream.streamName} under account ${account.accountId} is invalid`;
  if (parsed === undefined) throw invalidArgument(`${used}.`);
  if (parsed.shardIndex !== shard.index) {
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes ${shardIdOf(parsed.shardIndex)}, while it was used in a call to a shard with ${shard.id}`,
    );
  }
  if (
    parsed.shardCreatedSeconds !== Math.floor(shard.createdMs / 1000) ||
    compareSequenceNumbers(sequenceNumber, shard.startingSequenceNumber) < 0
  ) {
    throw invalidArgument(`${used} because it did not come from this stream.`);
  }
}

function iterator(account: Account, stream: StreamState, shard: ShardState, position: string, now: number): string {
  return encodeIterator({
    streamName: stream.streamName,
    streamCreatedMs: stream.createdMs,
    shardId: shard.id,
    position,
    issuedMs: now,
  });
}

function millisBehind(last: StoredRecord | undefined, remaining: number, now: number): number {
  // "A value of zero indicates that record processing is caught up", so zero is kept for that.
  return remaining === 0 ? 0 : Math.max(1, now - (last?.arrivalMs ?? now));
}

/** A date as Kinesis writes it in messages: `Thu Jan 22 01:22:02 UTC 2015`. */
function awsDate(epochMs: number): string {
  const [day, date, month, year, time] = new Date(epochMs).toUTCString().replace(",", "").split(" ");
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}

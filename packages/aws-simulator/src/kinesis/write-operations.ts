import type { Account } from "./account.ts";
import type {
  PutRecordInput,
  PutRecordOutput,
  PutRecordsOutput,
  PutRecordsResultEntry,
  StreamReference,
} from "./api.ts";
import { invalidArgument, KinesisError, rateExceededMessage } from "./errors.ts";
import { parseHashKey } from "./hash-key.ts";
import * as limits from "./limits.ts";
import { decodedLength, type RecordData } from "./stored-record.ts";
import type { StreamState } from "./stream.ts";
import { RequestValidation } from "./validation.ts";

/** A record to be stored, in either form of its data. */
export interface EncodedEntry {
  readonly Data?: RecordData | undefined;
  readonly PartitionKey?: string | undefined;
  readonly ExplicitHashKey?: string | undefined;
}

export type EncodedPutRecordInput = Omit<PutRecordInput, "Data"> & EncodedEntry;
export type EncodedPutRecordsInput = StreamReference & { readonly Records: readonly EncodedEntry[] | undefined };

interface CheckedEntry {
  readonly data: RecordData;
  readonly sizeBytes: number;
  readonly partitionKey: string;
  readonly explicitHashKey: bigint | undefined;
}

export function putRecord(account: Account, input: Omit<PutRecordInput, "Data"> & EncodedEntry): PutRecordOutput {
  const check = new RequestValidation();
  checkEntry(check, "", input);
  check.text("sequenceNumberForOrdering", input.SequenceNumberForOrdering, { pattern: "0|([1-9]\\d{0,128})" });
  check.finish();
  const stream = account.writableStream(input);
  const entry = checkedEntry(account, stream, input);
  const now = account.clock.now();
  scaleOnDemand(account, stream, now);
  const result = store(account, stream, entry, now);
  evict(account, stream);
  if (result.ErrorCode !== undefined || result.ShardId === undefined || result.SequenceNumber === undefined) {
    throw new KinesisError(
      result.ErrorCode === "InternalFailure" ? "InternalFailure" : "ProvisionedThroughputExceededException",
      result.ErrorMessage ?? "",
    );
  }
  account.trace?.record("kinesis.putRecord", { stream: stream.streamName, shard: result.ShardId });
  return { ShardId: result.ShardId, SequenceNumber: result.SequenceNumber, EncryptionType: stream.encryptionType };
}

export function putRecords(
  account: Account,
  input: StreamReference & { readonly Records: readonly EncodedEntry[] | undefined },
): PutRecordsOutput {
  const check = new RequestValidation();
  const entries = input.Records ?? [];
  if (check.required("records", input.Records)) {
    check.length("records", entries.length, `'[${entries.length} records]'`, {
      min: 1,
      max: limits.MAX_RECORDS_PER_PUT,
    });
  }
  if (entries.length <= limits.MAX_RECORDS_PER_PUT) {
    entries.forEach((entry, index) => {
      checkEntry(check, `records.${index + 1}.member.`, entry);
    });
  }
  check.finish();
  const stream = account.writableStream(input);
  const checked = entries.map((entry) => checkedEntry(account, stream, entry));
  const totalBytes = checked.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  if (totalBytes > limits.maxBytesPerPut) {
    throw invalidArgument(`Records size exceeds ${limits.maxBytesPerPut / limits.MIB} MB limit`);
  }

  const now = account.clock.now();
  scaleOnDemand(account, stream, now);
  const results = new Array<PutRecordsResultEntry>(checked.length);
  let failed = 0;
  // AWS: "PutRecords doesn't guarantee the ordering of records"; a fault makes use of that.
  for (const index of account.faults?.orderOf(checked.length) ?? checked.keys()) {
    const entry = checked[index];
    if (entry === undefined) continue;
    const result = store(account, stream, entry, now);
    if (result.ErrorCode !== undefined) failed += 1;
    results[index] = result;
  }
  evict(account, stream);
  account.trace?.record("kinesis.putRecords", {
    stream: stream.streamName,
    records: checked.length,
    bytes: totalBytes,
    failed,
  });
  return { FailedRecordCount: failed, Records: results, EncryptionType: stream.encryptionType };
}

function scaleOnDemand(account: Account, stream: StreamState, now: number): void {
  if (stream.mode !== "ON_DEMAND" || stream.onDemand.review(stream, now) === 0) return;
  account.trace?.record("kinesis.onDemandScaled", { stream: stream.streamName, shards: stream.openShards.length });
}

function store(account: Account, stream: StreamState, entry: CheckedEntry, now: number): PutRecordsResultEntry {
  const shard = stream.route(entry.partitionKey, entry.explicitHashKey);
  const counters = account.countersOf(stream);
  const fault = account.faults?.record(stream.streamName, shard.id);
  if (fault === "throttle" || !shard.tryReserve(entry.sizeBytes, now)) {
    counters.throttledRecords += 1;
    return {
      ErrorCode: "ProvisionedThroughputExceededException",
      ErrorMessage: rateExceededMessage(shard.id, stream.streamName, account.accountId),
    };
  }
  if (fault === "internal-failure") return { ...internalFailure };
  // The shard may have no reader: expired records go as new ones come.
  stream.trimExpired(shard, now);
  const record = shard.append(entry.partitionKey, entry.data, entry.sizeBytes, now, () => {
    counters.recordsIn -= 1;
    counters.bytesIn -= entry.sizeBytes;
  });
  counters.recordsIn += 1;
  counters.bytesIn += entry.sizeBytes;
  if (fault === "internal-failure-stored") return { ...internalFailure };
  return { SequenceNumber: record.SequenceNumber, ShardId: shard.id };
}

function checkedEntry(account: Account, stream: StreamState, entry: EncodedEntry): CheckedEntry {
  const data = entry.Data ?? "";
  const partitionKey = entry.PartitionKey ?? "";
  const explicitHashKey = entry.ExplicitHashKey;
  let hashKey: bigint | undefined;
  if (explicitHashKey !== undefined) {
    hashKey = parseHashKey(explicitHashKey);
    if (hashKey === undefined) {
      throw invalidArgument(
        `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicitHashKey}`,
      );
    }
  }
  const dataBytes = typeof data === "string" ? decodedLength(data) : data.byteLength;
  const sizeBytes = dataBytes + Buffer.byteLength(partitionKey, "utf8");
  if (sizeBytes > stream.maxRecordBytes) {
    throw invalidArgument(
      `Record size of ${sizeBytes} bytes exceeds the maximum record size of ${stream.maxRecordBytes} bytes of stream ${stream.streamName} under account ${account.accountId}.`,
    );
  }
  return {
    // A producer may use its buffer again for the next batch.
    data: typeof data === "string" ? data : Buffer.from(data),
    sizeBytes,
    partitionKey,
    explicitHashKey: hashKey,
  };
}

function evict(account: Account, stream: StreamState): void {
  if (account.maxRetainedBytes === Number.POSITIVE_INFINITY) return;
  const shards = stream.shards(account.clock.now());
  let excess = shards.reduce((sum, shard) => sum + shard.retainedBytes, 0) - account.maxRetainedBytes;
  // Closed shards first: they hold the oldest records.
  for (const shard of shards) {
    if (excess <= 0) return;
    const before = shard.retainedBytes;
    account.countersOf(stream).evictedRecords += shard.shrinkTo(
      shard.isOpen ? account.maxRetainedBytes / stream.openShards.length : Math.max(0, before - excess),
    );
    excess -= before - shard.retainedBytes;
  }
}

const internalFailure: PutRecordsResultEntry = {
  ErrorCode: "InternalFailure",
  ErrorMessage: "Internal service failure.",
};

function checkEntry(check: RequestValidation, path: string, entry: EncodedEntry): void {
  // The usual record passes on three comparisons; messages are composed only for faulty ones.
  const { Data: data, PartitionKey: key } = entry;
  if (data === undefined) check.required(`${path}data`, data);
  if (key === undefined) check.required(`${path}partitionKey`, key);
  else if (key.length === 0 || key.length > limits.MAX_PARTITION_KEY_LENGTH) {
    check.length(`${path}partitionKey`, countCharacters(key), `'${key}'`, {
      min: 1,
      max: limits.MAX_PARTITION_KEY_LENGTH,
    });
  }
  if (entry.ExplicitHashKey !== undefined) {
    check.text(`${path}explicitHashKey`, entry.ExplicitHashKey, { pattern: "0|([1-9]\\d{0,38})" });
  }
}

/** Unicode characters, not the UTF-16 units that `length` counts. */
function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

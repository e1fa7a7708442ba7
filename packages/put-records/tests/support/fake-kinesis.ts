import { createHash } from "node:crypto";
import {
  type DescribeStreamSummaryCommand,
  ListShardsCommand,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
  type PutRecordsResultEntry,
} from "@aws-sdk/client-kinesis";
import type { Clock, KinesisSender } from "../../src/index.ts";

/** The fate of one record of a request. */
export type RecordFate = "stored" | "throttled" | "internal" | "internal-stored";

/** The fate of a request as a whole, after its records met theirs. */
export type RequestFate =
  | "answered"
  | "reset"
  | "unavailable"
  | "silent"
  | "truncated"
  | { readonly status: number; readonly name: string };

/** A request as the fake saw it. */
export interface SeenRequest {
  readonly at: number;
  readonly records: readonly PutRecordsRequestEntry[];
}

export interface StoredRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly shardId: string;
  readonly sequenceNumber: string;
}

export interface FakeOptions {
  readonly clock: Clock;
  readonly shards?: number;
  readonly latencyMs?: number | (() => number);
  /** Decides per record. Default: stored. */
  readonly record?: (record: PutRecordsRequestEntry, shardId: string, requestIndex: number) => RecordFate;
  /** Decides per request, before (`isBefore`) anything is stored, or after. Default: answered. */
  readonly request?: (
    requestIndex: number,
    records: readonly PutRecordsRequestEntry[],
  ) => { before?: RequestFate; after?: RequestFate };
  readonly maxRecordBytes?: number;
  readonly canListShards?: boolean;
}

/** An error as the SDK throws it for an answer with a status. */
export function serviceError(name: string, status: number, message = "said the fake"): Error {
  return Object.assign(new Error(message), {
    name,
    $fault: status < 500 ? "client" : "server",
    $metadata: { httpStatusCode: status },
  });
}

const hashSpace = 2n ** 128n;

/** A Kinesis that does as it is told, in this process, and remembers everything. */
export class FakeKinesis implements KinesisSender {
  readonly requests: SeenRequest[] = [];
  readonly stored: StoredRecord[] = [];
  shardLists = 0;
  summaries = 0;
  inFlight = 0;
  mostInFlight = 0;
  #sequence = 0;
  readonly #placed = new Map<string, string>();
  #shards: { id: string; start: bigint; end: bigint; isOpen: boolean }[] = [];
  readonly #options: FakeOptions;

  constructor(options: FakeOptions) {
    this.#options = options;
    const count = BigInt(options.shards ?? 1);
    for (let i = 0n; i < count; i++) {
      this.#addShard((hashSpace * i) / count, (hashSpace * (i + 1n)) / count - 1n);
    }
  }

  #addShard(start: bigint, end: bigint): void {
    this.#shards.push({ id: `shardId-${String(this.#shards.length).padStart(12, "0")}`, start, end, isOpen: true });
  }

  /** Closes a shard and opens its two halves. */
  split(shardId: string): void {
    const parent = this.#shards.find((shard) => shard.id === shardId);
    if (parent === undefined) throw new Error(`no ${shardId}`);
    parent.isOpen = false;
    this.#placed.clear();
    const middle = (parent.start + parent.end) / 2n;
    this.#addShard(parent.start, middle);
    this.#addShard(middle + 1n, parent.end);
  }

  shardOf(record: { PartitionKey?: string | undefined; ExplicitHashKey?: string | undefined }): string {
    const cacheKey = record.ExplicitHashKey ?? `key ${record.PartitionKey ?? ""}`;
    const cached = this.#placed.get(cacheKey);
    if (cached !== undefined) return cached;
    const hash =
      record.ExplicitHashKey === undefined
        ? BigInt(
            `0x${createHash("md5")
              .update(record.PartitionKey ?? "")
              .digest("hex")}`,
          )
        : BigInt(record.ExplicitHashKey);
    const shard = this.#shards.find((one) => one.isOpen && one.start <= hash && hash <= one.end);
    if (shard === undefined) throw new Error("the fake has a hole in its hash space");
    this.#placed.set(cacheKey, shard.id);
    return shard.id;
  }

  send(
    command: PutRecordsCommand | ListShardsCommand | DescribeStreamSummaryCommand,
    options?: { abortSignal?: AbortSignal },
  ): Promise<unknown> {
    if (command instanceof PutRecordsCommand) return this.#put(command, options?.abortSignal);
    if (command instanceof ListShardsCommand) return this.#list();
    return this.#summarize();
  }

  async #list(): Promise<unknown> {
    this.shardLists++;
    if (this.#options.canListShards === false) throw serviceError("AccessDeniedException", 400);
    return {
      Shards: this.#shards.map((shard) => ({
        ShardId: shard.id,
        HashKeyRange: { StartingHashKey: String(shard.start), EndingHashKey: String(shard.end) },
        SequenceNumberRange: { StartingSequenceNumber: "1", ...(shard.isOpen ? {} : { EndingSequenceNumber: "2" }) },
      })),
    };
  }

  async #summarize(): Promise<unknown> {
    this.summaries++;
    return { StreamDescriptionSummary: { MaxRecordSizeInKiB: (this.#options.maxRecordBytes ?? 1048576) / 1024 } };
  }

  async #put(command: PutRecordsCommand, signal: AbortSignal | undefined): Promise<unknown> {
    const { latencyMs = 5 } = this.#options;
    const records = command.input.Records ?? [];
    const index = this.requests.length;
    this.requests.push({ at: this.#options.clock.now(), records });
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    try {
      await this.#wait(typeof latencyMs === "number" ? latencyMs : latencyMs());
      const fate = this.#options.request?.(index, records) ?? {};
      if (fate.before !== undefined) await this.#meet(fate.before, signal);
      const results = records.map((record) => this.#store(record, index));
      if (fate.after !== undefined) await this.#meet(fate.after, signal);
      if (fate.after === "truncated") results.pop();
      return { FailedRecordCount: results.filter((result) => result.ErrorCode !== undefined).length, Records: results };
    } finally {
      this.inFlight--;
    }
  }

  #store(record: PutRecordsRequestEntry, index: number): PutRecordsResultEntry {
    const shardId = this.shardOf(record);
    const fate = this.#options.record?.(record, shardId, index) ?? "stored";
    if (fate === "throttled") {
      return {
        ErrorCode: "ProvisionedThroughputExceededException",
        ErrorMessage: `Rate exceeded for shard ${shardId} in stream s under account 000000000000.`,
      };
    }
    if (fate === "internal") return { ErrorCode: "InternalFailure", ErrorMessage: "Internal service failure." };
    const sequenceNumber = String(++this.#sequence).padStart(20, "0");
    this.stored.push({
      partitionKey: record.PartitionKey ?? "",
      data: record.Data ?? new Uint8Array(),
      shardId,
      sequenceNumber,
    });
    if (fate === "internal-stored") return { ErrorCode: "InternalFailure", ErrorMessage: "Internal service failure." };
    return { ShardId: shardId, SequenceNumber: sequenceNumber };
  }

  async #meet(fate: RequestFate, signal: AbortSignal | undefined): Promise<void> {
    if (typeof fate === "object") throw serviceError(fate.name, fate.status);
    if (fate === "unavailable") throw serviceError("ServiceUnavailable", 503);
    if (fate === "reset") throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    if (fate === "silent") {
      await new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(Object.assign(new Error("aborted"), { name: "AbortError" })));
      });
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.setTimeout(resolve, ms);
    });
  }
}

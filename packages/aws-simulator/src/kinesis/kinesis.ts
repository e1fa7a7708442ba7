import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { Trace } from "../trace.ts";
import type {
  GetRecordsInput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  ListShardsInput,
  ListShardsOutput,
  MergeShardsInput,
  PutRecordsInput,
  PutRecordsOutput,
  SplitShardInput,
  StreamMode,
  UpdateShardCountInput,
  UpdateShardCountOutput,
} from "./api.ts";

export interface KinesisOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly region?: string;
  readonly accountId?: string;
  readonly trace?: Trace;
  /** How long CREATING, UPDATING and DELETING last. Default 0: done when the call returns. */
  readonly statusDelayMs?: number;
}

export interface StreamOptions {
  readonly streamName: string;
  readonly shardCount?: number;
  readonly mode?: StreamMode;
  readonly retentionHours?: number;
  readonly maxRecordBytes?: number;
}

/** The part of a client that takes the SDK's command objects. */
export interface InProcessClient {
  send<Output extends object>(command: SdkCommand<Output>, options?: SendOptions): Promise<Output>;
}

export interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/** What of an SDK command the simulator needs; every `…Command` of `@aws-sdk/client-kinesis` fits. */
export interface SdkCommand<Output extends object> {
  readonly input: object;
  resolveMiddleware(...parameters: never[]): (...parameters: never[]) => Promise<{ output: Output }>;
}

export class Kinesis {
  readonly clock: Clock;
  constructor(options: KinesisOptions = {}) {
    this.clock = options.clock ?? (undefined as never);
  }
  /** @returns the stream's ARN. */
  createStream(_options: StreamOptions): string {
    throw new Error("not yet");
  }
  putRecords(_input: PutRecordsInput): PutRecordsOutput {
    throw new Error("not yet");
  }
  getShardIterator(_input: GetShardIteratorInput): GetShardIteratorOutput {
    throw new Error("not yet");
  }
  getRecords(_input: GetRecordsInput): GetRecordsOutput {
    throw new Error("not yet");
  }
  listShards(_input: ListShardsInput): ListShardsOutput {
    throw new Error("not yet");
  }
  splitShard(_input: SplitShardInput): void {
    throw new Error("not yet");
  }
  mergeShards(_input: MergeShardsInput): void {
    throw new Error("not yet");
  }
  updateShardCount(_input: UpdateShardCountInput): UpdateShardCountOutput {
    throw new Error("not yet");
  }
  client(): InProcessClient {
    throw new Error("not yet");
  }
}

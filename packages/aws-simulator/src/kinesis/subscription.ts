import type { SubscribeToShardEvent } from "./api.ts";
import { inUse, type KinesisError, notFound } from "./errors.ts";
import {
  maxSubscriptionEventBytes,
  subscriptionBytesPerSecond,
  SUBSCRIPTION_HEARTBEAT_MS,
  SUBSCRIPTION_LIFETIME_MS,
} from "./limits.ts";
import type { ShardState } from "./shard.ts";
import type { StreamState } from "./stream.ts";
import type { StreamConsumer } from "./stream-consumers.ts";
import { TokenBucket } from "./token-bucket.ts";

/** The event that a subscription has to send at a moment; undefined: none yet. */
export type SubscriptionStep =
  | { readonly kind: "event"; readonly event: SubscribeToShardEvent }
  | { readonly kind: "end" }
  | { readonly kind: "error"; readonly error: KinesisError };

export interface SubscriptionStart {
  readonly stream: StreamState;
  readonly shard: ShardState;
  readonly consumer: StreamConsumer;
  /** Before the first record that is to come. */
  readonly position: string;
  /** Where a reader stands that has had no record yet. */
  readonly continuation: string;
  readonly nowMs: number;
}

/**
 * One SubscribeToShard call: what Kinesis pushes to it, for five minutes at most, from the shard's capacity for this
 * consumer alone. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
 */
export class ShardSubscription {
  readonly startedMs: number;
  readonly #stream: StreamState;
  readonly #shard: ShardState;
  readonly #consumer: StreamConsumer;
  readonly #bytes: TokenBucket;
  #position: string;
  #continuation: string;
  #lastEventMs: number;
  #isAtShardEnd = false;
  #isOver = false;

  constructor({ stream, shard, consumer, position, continuation, nowMs }: SubscriptionStart) {
    this.startedMs = nowMs;
    this.#stream = stream;
    this.#shard = shard;
    this.#consumer = consumer;
    this.#position = position;
    this.#continuation = continuation;
    this.#lastEventMs = Number.NEGATIVE_INFINITY;
    this.#bytes = new TokenBucket(subscriptionBytesPerSecond, subscriptionBytesPerSecond, nowMs);
  }

  /** True if it has ended, by time or by its reader's leave. */
  isOver(nowMs: number): boolean {
    return this.#isOver || nowMs >= this.startedMs + SUBSCRIPTION_LIFETIME_MS;
  }

  /** The reader has gone. */
  cancel(): void {
    this.#isOver = true;
  }

  /** Returns the next thing to push at this moment. Ask again until it is `end` or `error`. */
  next(nowMs: number): SubscriptionStep | undefined {
    if (this.#stream.status === "DELETING" || this.#consumer.status === "DELETING") {
      this.#isOver = true;
      return { kind: "error", error: notFound(`Consumer ${this.#consumer.arn} not found.`) };
    }
    if (this.#consumer.subscriptions.get(this.#shard.id) !== this) {
      this.#isOver = true;
      const error = inUse(`Another active subscription exists for this consumer: ${this.#consumer.arn}`);
      return { kind: "error", error };
    }
    if (this.#isAtShardEnd || this.isOver(nowMs)) {
      this.#isOver = true;
      return { kind: "end" };
    }
    const event = this.#read(nowMs);
    if (event === undefined) return undefined;
    this.#lastEventMs = nowMs;
    return { kind: "event", event };
  }

  #read(nowMs: number): SubscribeToShardEvent | undefined {
    if (this.#bytes.available(nowMs) <= 0) return undefined;
    this.#stream.trimExpired(this.#shard, nowMs);
    const read = this.#shard.peek(this.#position, maxSubscriptionEventBytes);
    this.#bytes.take(read.bytes, nowMs);
    const last = read.records.at(-1);
    if (last !== undefined) {
      this.#position = read.nextPosition;
      this.#continuation = last.SequenceNumber;
    }
    if (!this.#shard.isOpen && read.remaining === 0 && !this.#shard.hasPending) {
      this.#isAtShardEnd = true;
      return {
        Records: read.records,
        MillisBehindLatest: 0,
        ChildShards: this.#stream.childrenOf(this.#shard),
      };
    }
    if (last === undefined && nowMs - this.#lastEventMs < SUBSCRIPTION_HEARTBEAT_MS) return undefined;
    return {
      Records: read.records,
      ContinuationSequenceNumber: this.#continuation,
      MillisBehindLatest: read.remaining === 0 ? 0 : Math.max(1, nowMs - (last?.arrivalMs ?? nowMs)),
    };
  }
}

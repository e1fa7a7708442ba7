import type { ConsumerStatus } from "./api.ts";
import type { ShardSubscription } from "./subscription.ts";

/** A consumer with enhanced fan-out as it is written down. */
export interface ConsumerDescription {
  readonly name: string;
  readonly createdMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** One consumer registered with a stream, and what it is subscribed to. */
export class StreamConsumer {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  readonly tags: Map<string, string>;
  /** The subscription of each shard, by its id; one that has ended may still be there. */
  readonly subscriptions = new Map<string, ShardSubscription>();
  status: ConsumerStatus = "ACTIVE";

  constructor(streamArn: string, description: ConsumerDescription) {
    this.name = description.name;
    this.createdMs = description.createdMs;
    this.arn = `${streamArn}/consumer/${description.name}:${Math.floor(description.createdMs / 1000)}`;
    this.tags = new Map(Object.entries(description.tags));
  }

  toDescription(): ConsumerDescription {
    return { name: this.name, createdMs: this.createdMs, tags: Object.fromEntries(this.tags) };
  }
}

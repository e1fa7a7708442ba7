import type { Clock } from "./clock.ts";
import { RecordMaximum } from "./record-maximum.ts";
import { RequestCeiling } from "./request-ceiling.ts";
import { ShardMapSource } from "./shard-map-source.ts";
import { ShardRateLimiter } from "./shard-rate-limiter.ts";
import type { StreamIdentity } from "./stream-identity.ts";
import type { KinesisSender } from "./types.ts";

/** What has been learnt about a stream. */
export class StreamState {
  readonly limiter = new ShardRateLimiter();
  readonly ceiling = new RequestCeiling();
  readonly shardMap: ShardMapSource;
  readonly recordMaximum: RecordMaximum;
  /** Clients that are not closed. */
  users = 0;

  constructor(client: KinesisSender, stream: StreamIdentity, clock: Clock) {
    this.shardMap = new ShardMapSource(client, stream, clock);
    this.recordMaximum = new RecordMaximum(client, stream, clock);
  }

  /** Gives up questions whose answers nobody waits for: one under way would keep the process alive. */
  stopAsking(): void {
    this.shardMap.stopAsking();
    this.recordMaximum.stopAsking();
  }
}

/**
 * Kept in module scope, so that it outlives a client object made per Lambda invocation; per SDK client, so that two
 * accounts, regions or simulated clouds in one process do not mix.
 */
const states = new WeakMap<KinesisSender, Map<string, StreamState>>();

export function streamStateOf(client: KinesisSender, stream: StreamIdentity, clock: Clock): StreamState {
  let streams = states.get(client);
  if (streams === undefined) {
    streams = new Map();
    states.set(client, streams);
  }
  let state = streams.get(stream.label);
  if (state === undefined) {
    state = new StreamState(client, stream, clock);
    streams.set(stream.label, state);
  }
  return state;
}

import type { Clock } from "./clock.ts";
import { RecordMaximum } from "./record-maximum.ts";
import { ShardMapSource } from "./shard-map-source.ts";
import { ShardRateLimiter } from "./shard-rate-limiter.ts";
import type { StreamIdentity } from "./stream-identity.ts";
import type { KinesisSender } from "./types.ts";

/** What has been learnt about a stream. */
export interface StreamState {
  readonly limiter: ShardRateLimiter;
  readonly shardMap: ShardMapSource;
  readonly recordMaximum: RecordMaximum;
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
    state = {
      limiter: new ShardRateLimiter(),
      shardMap: new ShardMapSource(client, stream, clock),
      recordMaximum: new RecordMaximum(client, stream, clock),
    };
    streams.set(stream.label, state);
  }
  return state;
}

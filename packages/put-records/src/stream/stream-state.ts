import type { Clock } from "../time/clock.ts";
import { RecordMaximum } from "./record-maximum.ts";
import { RequestCeiling } from "../wire/request-ceiling.ts";
import { ShardMapSource } from "./shard-map-source.ts";
import { ShardRateLimiter } from "./shard-rate-limiter.ts";
import type { StreamIdentity } from "./stream-identity.ts";
import type { KinesisSender } from "../types.ts";

/**
 * The knowledge about one stream: rates of its shards, shard map, record maximum, largest request that proxies pass.
 */
export class StreamState {
  readonly limiter = new ShardRateLimiter();
  readonly ceiling = new RequestCeiling();
  readonly shardMap: ShardMapSource;
  readonly recordMaximum: RecordMaximum;
  /** Number of clients that are not closed. */
  users = 0;

  constructor(client: KinesisSender, stream: StreamIdentity, clock: Clock) {
    this.shardMap = new ShardMapSource(client, stream, clock);
    this.recordMaximum = new RecordMaximum(client, stream, clock);
  }

  /** Aborts requests for shard map and record maximum: one under way would keep the process alive. */
  stopAsking(): void {
    this.shardMap.stopAsking();
    this.recordMaximum.stopAsking();
  }
}

/**
 * States by SDK client and stream. They are in module scope because they must outlive a client object that is made in
 * each Lambda invocation. They are apart per SDK client so that two accounts, regions or simulated clouds in one
 * process do not mix.
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

export { SHARD_WRITE } from "./limits.ts";
export { SERVICE_MICROSECONDS_PER_EVENT } from "./model/costs-of-work.ts";
export { billOf } from "./model/bill.ts";
export { workOf } from "./model/functions.ts";
export { sampleMix } from "./model/mix.ts";
export { eventsTaken, shardsRead, shardsWritten, standingShards } from "./model/shards.ts";
export { StreamMeter, type StreamSize } from "./model/stream-size.ts";
export { HOURS_PER_MONTH, prices } from "./prices.ts";
export { readStack, type StackJson } from "./stack/read-stack.ts";

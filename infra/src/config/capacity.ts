import { type Hours, invocationsPerShard, kibibytes, mebibytes, records, retries, seconds, shards } from "./units.ts";

/** Record maximum of a stream unless its environment sets another: Kinesis's own default. */
const maxRecordSize = kibibytes(1_024);

/** A stream of so many shards: their price and their limits are known beforehand. */
export const provisioned = (count: number, retention: Hours) =>
  ({ capacity: { mode: "PROVISIONED", shards: shards(count) }, retention, maxRecordSize }) as const;

/** A stream that grows with its traffic. Its cost has a part per hour, which an idle stream pays too. */
export const onDemand = (retention: Hours) => ({ capacity: { mode: "ON_DEMAND" }, retention, maxRecordSize }) as const;

/** A function for an environment with little traffic. */
export const smallFunction = { memory: mebibytes(512), timeout: seconds(30) } as const;

/** Batches for an environment with little traffic: what fails there is given up after an hour. */
export const smallBatches = {
  batchSize: records(200),
  batchingWindow: seconds(1),
  parallelizationFactor: invocationsPerShard(1),
  maximumRetryAttempts: retries(5),
  maximumRecordAge: seconds(3_600),
} as const;

import { type Hours, invocationsPerShard, kibibytes, mebibytes, records, retries, seconds, shards } from "./units.ts";

/** What every stream takes unless an environment says otherwise: Kinesis's own default. */
const maxRecordSize = kibibytes(1_024);

/** A stream of so many shards: their price and their limits are known beforehand. */
export const provisioned = (count: number, retention: Hours) =>
  ({ capacity: { mode: "PROVISIONED", shards: shards(count) }, retention, maxRecordSize }) as const;

/** A stream that grows with its traffic. It costs by the hour as well, whether events come or not. */
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

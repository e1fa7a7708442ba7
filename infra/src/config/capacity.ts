import type { StreamConfig } from "./schema.ts";
import { type Hours, kibibytes, shards } from "./units.ts";

/** What every stream takes unless an environment says otherwise: Kinesis's own default. */
const maxRecordSize = kibibytes(1_024);

/** A stream of so many shards: their price and their limits are known beforehand. */
export const provisioned = (count: number, retention: Hours): StreamConfig => ({
  capacity: { mode: "PROVISIONED", shards: shards(count) },
  retention,
  maxRecordSize,
});

/** A stream that grows with its traffic. */
export const onDemand = (retention: Hours): StreamConfig => ({
  capacity: { mode: "ON_DEMAND" },
  retention,
  maxRecordSize,
});

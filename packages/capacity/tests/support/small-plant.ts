import { type Mix, sampleMix } from "../../src/model/mix.ts";
import { packed } from "../../src/model/stream-size.ts";
import type { Plant, PlantStream } from "../../src/stack/plant.ts";

export const stream = (
  name: string,
  purpose: PlantStream["purpose"],
  rest: Partial<PlantStream> = {},
): PlantStream => ({
  name,
  purpose,
  shards: 1,
  retentionHours: 24,
  share: purpose === "destination" ? 0.5 : undefined,
  readers: purpose === "enriched" ? 2 : 1,
  ...rest,
});

/** One shard each, one core in each of two replicas, nothing that is watched. */
export const smallPlant: Plant = {
  stage: "small",
  streams: [
    stream("raw", "raw"),
    stream("enriched", "enriched"),
    stream("bad-rows", "badRows"),
    stream("orders", "destination"),
  ],
  functions: (["enrichment", "router"] as const).map((name) => ({
    name,
    memoryMebibytes: 1_769,
    batchSize: 100,
    windowSeconds: 1,
    parallelization: 1,
    reservedConcurrency: undefined,
  })),
  lanes: undefined,
  isCompressed: false,
  deliveries: [
    { name: "enriched", purpose: "enriched", bufferSeconds: 60, bufferMebibytes: 100 },
    { name: "bad-rows", purpose: "badRows", bufferSeconds: 60, bufferMebibytes: 100 },
  ],
  messageDestinations: [],
  service: { minReplicas: 2, maxReplicas: 2, millicores: 1_000, targetCpu: 68 },
  warehouse: { edition: "enterprise" },
  monitoring: { alarms: 0, alarmMetrics: 0, dashboards: 0, measuredRoutes: 0 },
  firewallRules: undefined,
};

/** Raw events of half a kilobyte, enriched ones of a whole one, one a record, no bad rows. */
export const evenMix: Mix = {
  from: "the test",
  raw: packed(512, 1),
  enriched: packed(1_024, 1),
  destination: packed(1_024, 1),
  badRow: packed(2_048, 1),
  badRowShare: 0,
  shares: undefined,
};

export { sampleMix };

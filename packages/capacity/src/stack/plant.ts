import type { KindName } from "@millrace/destinations/kinds";

/** A deployment, as far as its capacity and its price depend on it. */
export interface Plant {
  readonly stage: string;
  readonly streams: readonly PlantStream[];
  readonly functions: readonly PlantFunction[];
  /** Lanes in which enrichment packs; absent where it does not. */
  readonly lanes: number | undefined;
  /** True if records of the enriched stream are gzip members. */
  readonly isCompressed: boolean;
  readonly deliveries: readonly PlantDelivery[];
  /** Queues and buses that routes deliver to. */
  readonly messageDestinations: readonly {
    readonly name: string;
    readonly kind: KindName;
    readonly share: number;
  }[];
  readonly service: PlantService;
  readonly warehouse: { readonly edition: "standard" | "enterprise" };
  readonly monitoring: {
    readonly alarms: number;
    /** Metrics that the alarms read, each as often as it is read. */
    readonly alarmMetrics: number;
    readonly dashboards: number;
    /** Routes that canary events measure; none where nobody sends canaries. */
    readonly measuredRoutes: number;
  };
  /** Of the web firewall; absent without one. */
  readonly firewallRules: number | undefined;
}

export type StreamPurpose = "raw" | "enriched" | "badRows" | "destination";

export interface PlantStream {
  /** Without the prefix of its environment, as route documents name it. */
  readonly name: string;
  readonly purpose: StreamPurpose;
  /** Absent: on demand. */
  readonly shards: number | undefined;
  readonly retentionHours: number;
  /** Copies for an event that its environment plans for; of destinations only. */
  readonly share: number | undefined;
  /** Functions and delivery streams that poll it; consumers of a destination are not in the stack. */
  readonly readers: number;
}

export interface PlantFunction {
  readonly name: "enrichment" | "router";
  readonly memoryMebibytes: number;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly parallelization: number;
  readonly reservedConcurrency: number | undefined;
}

export interface PlantDelivery {
  readonly name: string;
  readonly purpose: "enriched" | "badRows";
  readonly bufferSeconds: number;
  readonly bufferMebibytes: number;
}

export interface PlantService {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly millicores: number;
  /** Per cent of the cores at which the autoscaler adds a replica. */
  readonly targetCpu: number;
}

/** The stream that a function reads. */
export const sourceOf = (name: PlantFunction["name"]): "raw" | "enriched" =>
  name === "enrichment" ? "raw" : "enriched";

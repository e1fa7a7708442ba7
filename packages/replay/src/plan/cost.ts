import { prices } from "@millrace/capacity";

/** The size of a replay. */
export interface Workload {
  readonly events: number;
  readonly bytes: number;
  /** Objects read. */
  readonly objects: number;
  /** Through enrichment, router, lake and destinations; else to one destination alone. */
  readonly isWholePipeline: boolean;
}

export interface Cost {
  readonly dollars: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Day of the prices. */
  readonly asOf: string;
}

/** Lambda's time for an event, both functions, in GB-seconds: 0.1 ms of a vCPU each at 1,769 MB, doubled for safety. */
const functionGigabyteSeconds = 0.0004;
const eventsPerInvocation = 500;
/** Enriched stream and one destination, beside the raw stream. */
const hops = 3;

/** List price of a replay, in dollars; warehouse loading is left out, since it depends on the contract. */
export function estimateCost({ events, bytes, objects, isWholePipeline }: Workload): Cost {
  const mean = events === 0 ? 0 : bytes / events;
  const units = events * Math.max(1, Math.ceil(mean / prices.payloadUnitBytes));
  const parts = {
    "Kinesis PUT": ((units * (isWholePipeline ? hops : 1)) / 1e6) * prices.payloadUnitsPerMillion,
    Lambda: isWholePipeline
      ? ((2 * events) / eventsPerInvocation / 1e6) * prices.lambdaRequestsPerMillion +
        events * functionGigabyteSeconds * prices.lambdaGigabyteSecond
      : 0,
    Firehose: isWholePipeline
      ? ((events * Math.ceil(mean / prices.firehoseRecordBytes) * prices.firehoseRecordBytes) / 1e9) *
        prices.firehosePerGigabyte
      : 0,
    S3: (objects / 1e3) * prices.s3GetsPerThousand + (events / 250 / 1e3) * prices.s3PutsAndListsPerThousand,
  };
  return { dollars: Object.values(parts).reduce((sum, each) => sum + each, 0), parts, asOf: prices.asOf };
}

/** A replay of many objects as a Step Functions distributed map: a plan, which this command does not run. */
export function planCloudJob(workload: Workload): { readonly text: string; readonly dollars: number } {
  const batch = 10;
  const children = Math.ceil(workload.objects / batch);
  const { dollars } = estimateCost(workload);
  const total = dollars + (children / 1e3) * prices.stepFunctionsTransitionsPerThousand * 2;
  return {
    text: [
      "A plan for the cloud; this command does not run it:",
      `  1. The manifest: the ${workload.objects} keys of this plan, as S3 Inventory or a listing by day gives them.`,
      `  2. A Step Functions distributed map over it: ItemBatcher of ${batch} objects, ${children} child workflows, MaxConcurrency as the raw stream has free shards.`,
      "  3. Each child runs a Lambda function with this package: the same selection, the same target, a ledger per object.",
      `  About $${total.toFixed(2)} in all, at list prices of ${prices.asOf}.`,
    ].join("\n"),
    dollars: total,
  };
}
